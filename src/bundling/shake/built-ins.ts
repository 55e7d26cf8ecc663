import type { Node } from 'oxc-parser'
import { FREE } from '../../formats/js/scope/scopes.ts'
import type { Platform } from '../bundle-options.ts'
import type { CodeFacts, NodeOf } from './code-facts.ts'
import { memberName } from './code-facts.ts'

/** `process.env.X` as its parts, when it starts at a name that is declared nowhere. */
export function globalPath(node: NodeOf<'MemberExpression'>, facts: CodeFacts): string[] | undefined {
  const name = memberName(node)
  if (name === undefined) return undefined
  const { object } = node
  if (object.type === 'Identifier') return facts.bindingAt(object.start) === FREE ? [object.name, name] : undefined
  if (object.type !== 'MemberExpression') return undefined
  const path = globalPath(object, facts)
  return path === undefined ? undefined : [...path, name]
}

/** `Object.prototype`, `Array.prototype.slice`, `Math.PI`, `Symbol.iterator`: properties that the specification defines. */
export function isBuiltinPath(path: readonly string[]): boolean {
  let at: unknown = globalThis
  for (const part of path) {
    if (at === null || (typeof at !== 'object' && typeof at !== 'function')) return false
    const descriptor = Object.getOwnPropertyDescriptor(at, part)
    // a getter of the language itself (`Symbol.species`) has no effect; one of the host may
    if (descriptor === undefined || (descriptor.get !== undefined && at !== globalThis)) return false
    at = descriptor.get === undefined ? descriptor.value : (at as Readonly<Record<string, unknown>>)[part]
  }
  return true
}

export function isWellKnownSymbol(node: Node, facts: CodeFacts): boolean {
  if (node.type !== 'MemberExpression') return false
  const path = globalPath(node, facts)
  return path !== undefined && path.length === 2 && path[0] === 'Symbol' && isBuiltinPath(path)
}

export function isBuiltinRequire(node: NodeOf<'CallExpression'>, platform: Platform, facts: CodeFacts): boolean {
  const argument = node.arguments[0]
  return platform === 'node' && facts.format === 'cjs' && argument?.type === 'Literal'
    && typeof argument.value === 'string' && argument.value.startsWith('node:')
}

const stringMethods = new Set(['split', 'trim', 'slice', 'toLowerCase', 'toUpperCase', 'charCodeAt', 'charAt', 'substring', 'indexOf', 'includes', 'concat', 'padStart', 'padEnd', 'startsWith', 'endsWith'])

export function isStringMethodCall(node: NodeOf<'CallExpression'>): boolean {
  const { callee } = node
  if (callee.type !== 'MemberExpression' || callee.object.type !== 'Literal' || typeof callee.object.value !== 'string') return false
  return stringMethods.has(memberName(callee) ?? '')
}
