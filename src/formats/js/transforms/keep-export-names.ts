import type { Expression, Node, ObjectExpression } from 'oxc-parser'
import type { ParsedScript } from '../read/parse-script.ts'
import { type Edit, applyEdits } from './text-edits.ts'

/**
 * Node finds the names that `import { name } from './file.cjs'` may use by lexing the file, not by running it
 * (cjs-module-lexer). Minifiers write exports in ways that the lexer does not know: `enumerable:!0` makes it give up a
 * getter for good, `a(require('./b'),exports)` is no `__exportStar` any more, and the hint that bundlers leave
 * (`0 && (module.exports = { … })`) is dropped as dead code. Where names got lost, getters get the spelling that the
 * lexer knows, and what is lost still is written as a hint at the end.
 *
 * @param wanted names, and `* from SPECIFIER` for what is re-exported as a whole
 * @param parse the text as syntax, asked for only where getters are to be respelled
 */
export async function keepExportNames(
  text: string,
  wanted: readonly string[],
  parse: () => Promise<ParsedScript>,
): Promise<{ readonly text: string; readonly edits: readonly Edit[] }> {
  if (wanted.length === 0) return { text, edits: [] }
  const { initSync, parse: lex } = await import('cjs-module-lexer')
  initSync()
  const lost = (code: string): string[] => {
    const found = new Set<string>()
    try {
      const { exports, reexports } = lex(code)
      for (const name of exports) found.add(name)
      for (const specifier of reexports) found.add(STAR + specifier)
    } catch {
      // it lexes less than a parser does
    }
    return wanted.filter((name) => !found.has(name))
  }
  if (lost(text).length === 0) return { text, edits: [] }
  const edits = GETTER.test(text) ? await gettersRespelled(await parse()) : []
  const spelled = applyEdits(text, edits)
  const missing = lost(spelled)
  return { text: missing.length === 0 ? spelled : spelled.replace(/;?\s*$/, ';') + hint(missing, wanted), edits }
}

const STAR = '* from '
const GETTER = /\bdefineProperty\(\s*(?:module\.)?exports\b/

function hint(missing: readonly string[], wanted: readonly string[]): string {
  const names = missing.filter((name) => !name.startsWith(STAR))
  // an object takes the place of what was re-exported before it
  const stars = (names.length > 0 ? wanted : missing).filter((name) => name.startsWith(STAR))
  const properties = names.map((name) =>
    isPlainName(name) ? name : `${/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)}:exports`,
  )
  const parts = [
    ...(properties.length > 0 ? [`0&&(module.exports={${properties.join(',')}});`] : []),
    // never run, so it need not be declared; a spread would be ES2018
    ...stars.map((star) => `0&&__export(require(${JSON.stringify(star.slice(STAR.length))}));`),
  ]
  return parts.join('')
}

/** `{name}` is an expression that reads `name`: that may be no reserved word. */
function isPlainName(name: string): boolean {
  return /^[A-Za-z_$][\w$]*$/.test(name) && !reserved.has(name)
}

const reserved = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected public return
  static super switch this throw true try typeof var void while with yield`.split(/\s+/),
)

/** `Object.defineProperty(exports, "name", { … })` whose getter returns a name or a property of one. */
async function gettersRespelled({ program, text }: ParsedScript): Promise<Edit[]> {
  const { visitorKeys } = await import('oxc-parser')
  const edits: Edit[] = []
  const stack: Node[] = [program]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.type === 'CallExpression') {
      const descriptor = exportDescriptor(node)
      const spelling = descriptor === undefined ? undefined : spellingOf(descriptor, text)
      if (descriptor !== undefined && spelling !== undefined) {
        if (text.slice(descriptor.start, descriptor.end) !== spelling) {
          edits.push({ start: descriptor.start, end: descriptor.end, text: spelling })
        }
        continue
      }
    }
    const children = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of visitorKeys[node.type] ?? []) {
      const child = children[key]
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) if (item !== null) stack.push(item)
      } else if (child !== null && child !== undefined) stack.push(child as Node)
    }
  }
  return edits.sort((a, b) => a.start - b.start)
}

function exportDescriptor(call: Extract<Node, { type: 'CallExpression' }>): ObjectExpression | undefined {
  const { callee, arguments: given } = call
  if (callee.type !== 'MemberExpression' || callee.computed || callee.object.type !== 'Identifier') return undefined
  if (callee.object.name !== 'Object' || callee.property.name !== 'defineProperty') return undefined
  const [object, name, descriptor] = given
  if (object === undefined || !isExports(object) || name?.type !== 'Literal') return undefined
  return descriptor?.type === 'ObjectExpression' ? descriptor : undefined
}

function isExports(node: Node): boolean {
  if (node.type === 'Identifier') return node.name === 'exports'
  return (
    node.type === 'MemberExpression' &&
    !node.computed &&
    node.object.type === 'Identifier' &&
    node.object.name === 'module' &&
    node.property.name === 'exports'
  )
}

/** The descriptor as the lexer knows it, or undefined where it says more than that. */
function spellingOf(descriptor: ObjectExpression, text: string): string | undefined {
  let enumerable: boolean | undefined
  let value: string | undefined
  for (const property of descriptor.properties) {
    if (property.type !== 'Property' || property.kind !== 'init' || property.computed) return undefined
    if (property.key.type !== 'Identifier') return undefined
    if (property.key.name === 'enumerable') enumerable = isTrue(property.value)
    else if (property.key.name === 'get') value = returnedName(property.value, text)
    else return undefined
  }
  if (value === undefined || enumerable === false) return undefined
  return `{${enumerable === true ? 'enumerable:true,' : ''}get:function(){return ${value}}}`
}

function isTrue(node: Node): boolean {
  if (node.type === 'Literal') return node.value === true
  return node.type === 'UnaryExpression' && node.operator === '!' && node.argument.type === 'Literal' && node.argument.value === 0
}

function returnedName(getter: Node, text: string): string | undefined {
  let returned: Expression | undefined
  if (getter.type === 'ArrowFunctionExpression' || getter.type === 'FunctionExpression') {
    if (getter.params.length > 0 || getter.async || getter.generator) return undefined
    const { body } = getter
    if (body === null) return undefined
    if (body.type === 'BlockStatement') {
      const [only] = body.body
      if (body.body.length !== 1 || only?.type !== 'ReturnStatement') return undefined
      returned = only.argument ?? undefined
    } else returned = body as Expression
  }
  if (returned?.type === 'Identifier' && returned.name !== 'arguments') return text.slice(returned.start, returned.end)
  if (returned?.type !== 'MemberExpression' || returned.object.type !== 'Identifier' || returned.optional) return undefined
  if (returned.computed && (returned.property.type !== 'Literal' || typeof returned.property.value !== 'string')) return undefined
  return text.slice(returned.start, returned.end)
}
