import type { Node } from 'oxc-parser'
import { readScopes } from '../../formats/js/scope/read-scopes.ts'
import { FREE } from '../../formats/js/scope/scopes.ts'
import { parseScript } from '../../formats/js/read/parse-script.ts'

/** A syntax tree with what it lacks: parents, and which identifiers are one binding. */
export interface SyntaxIndex {
  readonly program: Node
  readonly keys: Readonly<Record<string, readonly string[]>>
  /** Direct `eval` or `with` somewhere. */
  readonly dynamic: boolean
  parentOf(node: Node): Node | undefined
  /** Undefined for a name that the script does not declare. */
  bindingOf(identifier: Node): number | undefined
  /** Every identifier of a binding, declarations among them. */
  identifiersOf(binding: number): readonly Node[]
  childrenOf(node: Node): readonly Node[]
  lineOf(node: Node): number
}

/** @throws ShrinkError for a script that does not parse */
export async function indexSyntax(path: string, text: string): Promise<SyntaxIndex> {
  const { visitorKeys } = await import('oxc-parser')
  const script = await parseScript(path, text)
  const program: Node = script.program
  const scopes = await readScopes(script.program, { freezeTop: true })
  const bindingAt = new Map<number, number>()
  for (let i = 0; i < scopes.occurrenceCount; i++) {
    if (scopes.bindings[i] !== FREE) bindingAt.set(scopes.offsets[i]!, scopes.bindings[i]!)
  }
  const parents = new Map<Node, Node>()
  const identifiers = new Map<number, Node[]>()
  const childrenOf = (node: Node): readonly Node[] => {
    const children: Node[] = []
    for (const key of visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Record<string, unknown>)[key]
      for (const child of Array.isArray(value) ? value : [value]) if (child !== null && typeof child === 'object') children.push(child as Node)
    }
    return children
  }
  const open: Node[] = [program]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.type === 'Identifier') {
      const binding = bindingAt.get(node.start)
      const known = binding === undefined ? undefined : identifiers.get(binding)
      if (known !== undefined) known.push(node)
      else if (binding !== undefined) identifiers.set(binding, [node])
    }
    for (const child of childrenOf(node)) {
      parents.set(child, node)
      open.push(child)
    }
  }
  return {
    program,
    keys: visitorKeys,
    dynamic: scopes.dynamic.length > 0,
    parentOf: (node) => parents.get(node),
    bindingOf: (identifier) => bindingAt.get(identifier.start),
    identifiersOf: (binding) => identifiers.get(binding) ?? [],
    childrenOf,
    lineOf: (node) => text.slice(0, node.start).split('\n').length,
  }
}
