import type { ArrowFunctionExpression, Class, Function as FunctionNode, Node, Program } from 'oxc-parser'
import { parseScript } from '../../formats/js/read/parse-script.ts'
import { readScopes } from '../../formats/js/scope/read-scopes.ts'
import { FREE, type Scopes, TOP_SCOPE } from '../../formats/js/scope/scopes.ts'
import type { ModuleFormat } from '../bundle-options.ts'

export type NodeOf<Type extends Node['type']> = Extract<Node, { type: Type }>
export type FunctionLike = FunctionNode | ArrowFunctionExpression
export type ClassLike = Class

/** What is known of a chunk's code before anything is judged. */
export interface CodeFacts {
  readonly text: string
  readonly program: Program
  readonly scopes: Scopes
  /** Offset of an identifier → its binding, or FREE. */
  bindingAt(offset: number): number
  /** Is the binding declared at the top of the file? */
  isTop(binding: number): boolean
  /** Offsets of all occurrences of a binding, declarations included, in text order. */
  occurrencesOf(binding: number): readonly number[]
  /** Offset after which a `let`, `const` or class at the top can be read; 0 for what is hoisted. */
  readableFrom(binding: number): number
  /** Offsets where an expression starts that carries a PURE annotation. */
  readonly pureOffsets: ReadonlySet<number>
  readonly visitorKeys: Readonly<Record<string, readonly string[]>>
  readonly format: ModuleFormat
}

/** @throws ShrinkError when the text does not parse */
export async function readCode(path: string, text: string, format: ModuleFormat): Promise<CodeFacts> {
  const parsed = await parseScript(path, text, format === 'esm' ? 'module' : 'commonjs')
  const scopes = await readScopes(parsed.program, { freezeTop: false })
  const { visitorKeys } = await import('oxc-parser')
  const byOffset = new Map<number, number>()
  const occurrences: number[][] = Array.from({ length: scopes.bindingCount }, () => [])
  for (let i = 0; i < scopes.occurrenceCount; i++) {
    const binding = scopes.bindings[i]!
    byOffset.set(scopes.offsets[i]!, binding)
    if (binding !== FREE) occurrences[binding]!.push(scopes.offsets[i]!)
  }
  const top = new Set<number>()
  for (let i = 0; i < scopes.declaredBindings.length; i++) {
    if (scopes.declaredScopes[i] === TOP_SCOPE) top.add(scopes.declaredBindings[i]!)
  }
  const pureOffsets = new Set<number>()
  for (const comment of parsed.comments) {
    if (!/[@#]__PURE__/.test(comment.value)) continue
    let at = comment.end
    while (/[\s(]/.test(text[at] ?? '')) {
      pureOffsets.add(at)
      at++
    }
    pureOffsets.add(at)
  }
  const readable = lexicalDeclarations(parsed.program, (offset) => byOffset.get(offset) ?? FREE)
  return {
    text,
    program: parsed.program,
    scopes,
    bindingAt: (offset) => byOffset.get(offset) ?? FREE,
    isTop: (binding) => top.has(binding),
    occurrencesOf: (binding) => occurrences[binding] ?? [],
    readableFrom: (binding) => readable.get(binding) ?? 0,
    pureOffsets,
    visitorKeys,
    format,
  }
}

function lexicalDeclarations(program: Program, bindingAt: (offset: number) => number): Map<number, number> {
  const found = new Map<number, number>()
  for (const statement of program.body) {
    if (statement.type === 'ClassDeclaration' && statement.id !== null) found.set(bindingAt(statement.id.start), statement.end)
    else if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
      for (const { id, end } of statement.declarations) if (id.type === 'Identifier') found.set(bindingAt(id.start), end)
    }
  }
  return found
}

/** The children of a node in the order of the text. */
export function* childrenOf(node: Node, keys: CodeFacts['visitorKeys']): Iterable<Node> {
  const fields = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
  for (const key of keys[node.type] ?? []) {
    const child = fields[key]
    if (child === null || child === undefined) continue
    if (Array.isArray(child)) {
      for (const item of child as readonly (Node | null)[]) if (item !== null) yield item
    } else yield child as Node
  }
}

/** The name that a member expression, property or method is under, when it can be read off. */
export function staticName(key: Node, computed: boolean): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name
  if (key.type === 'Literal' && (typeof key.value === 'string' || typeof key.value === 'number')) return String(key.value)
  return undefined
}

export function memberName(node: NodeOf<'MemberExpression'>): string | undefined {
  return staticName(node.property, node.computed)
}
