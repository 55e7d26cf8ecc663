import { FREE, occurrenceForms, type Scopes } from './scope/scopes.ts'

/**
 * What the language itself has (ECMA-262, clause 19), which code for older runtimes may be written with: minifiers lower syntax
 * to it. And what CommonJS modules are given, which Node’s lexer is told the exports with (`__export(require(…))` too).
 */
const given: ReadonlySet<string> = new Set([
  'globalThis', 'Infinity', 'NaN', 'undefined', 'eval', 'isFinite', 'isNaN', 'parseFloat', 'parseInt', 'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent',
  'Array', 'ArrayBuffer', 'BigInt', 'Boolean', 'DataView', 'Date', 'Function', 'Map', 'Number', 'Object', 'Promise', 'Proxy', 'RegExp', 'Set', 'String', 'Symbol', 'WeakMap', 'WeakSet',
  'Error', 'EvalError', 'RangeError', 'ReferenceError', 'SyntaxError', 'TypeError', 'URIError', 'AggregateError', 'SuppressedError',
  'Atomics', 'JSON', 'Math', 'Reflect', 'arguments', 'module', 'exports', '__export',
])

/**
 * Names that a rewritten script looks for outside of itself and did not: their declarations were lost. And names that it looked
 * for outside, and declares itself now: its own have taken their place.
 *
 * @param exported names that a hint for Node’s lexer may stand for, which never runs: `0&&(module.exports={a,b})`
 */
export function freeNameProblems(before: Scopes, after: Scopes, exported: readonly string[]): readonly string[] {
  // names that are written with escapes are not read as what they stand for
  if (before.escaped || after.escaped) return []
  const [old, now] = [freeNames(before, []), freeNames(after, exported)]
  const lost = [...now].filter((name) => !old.has(name) && !given.has(name))
  const [ownBefore, own] = [new Set(before.names), new Set(after.names)]
  const taken = [...old].filter((name) => !now.has(name) && own.has(name) && !ownBefore.has(name))
  return [
    ...(lost.length === 0 ? [] : [`names are declared nowhere now: ${lost.sort().join(', ')}`]),
    ...(taken.length === 0 ? [] : [`global names mean something of its own now: ${taken.sort().join(', ')}`]),
  ]
}

function freeNames({ occurrenceCount, bindings, forms, occurrenceNames }: Scopes, hinted: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>()
  const hints = new Set(hinted)
  for (let index = 0; index < occurrenceCount; index++) {
    if (bindings[index] !== FREE) continue
    const name = occurrenceNames[index]!
    if (forms[index] !== occurrenceForms.property || !hints.has(name)) names.add(name)
  }
  return names
}
