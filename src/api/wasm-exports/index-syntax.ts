import type { Node } from 'oxc-parser'
import { parseScript } from '../../formats/js/read/parse-script.ts'
import { readScopes } from '../../formats/js/scope/read-scopes.ts'
import { FREE } from '../../formats/js/scope/scopes.ts'
import { declarationOf } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

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
  const nodesIn = function* nodesIn(from: Node): Iterable<Node> {
    const open = [from]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      yield node
      open.push(...childrenOf(node))
    }
  }
  let requires = false
  for (const node of nodesIn(program)) {
    if (node.type === 'Identifier') {
      const binding = bindingAt.get(node.start)
      const known = binding === undefined ? undefined : identifiers.get(binding)
      if (known !== undefined) known.push(node)
      else if (binding !== undefined) identifiers.set(binding, [node])
    } else if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'require') {
      requires ||= !bindingAt.has(node.callee.start)
    }
    for (const child of childrenOf(node)) parents.set(child, node)
  }
  const index: SyntaxIndex = {
    program,
    dynamic: scopes.dynamic.length > 0,
    // Who calls `require` is the body of a function that Node makes.
    isGlobalScript: script.goal === 'script' && !requires,
    parentOf: (node) => parents.get(node),
    bindingOf: (identifier) => bindingAt.get(identifier.start),
    identifiersOf: (binding) => identifiers.get(binding) ?? [],
    isShared: (binding) => (identifiers.get(binding) ?? []).some((identifier) => isSharedDeclaration(index, declarationOf(index, identifier))),
    childrenOf,
    nodesIn,
    lineOf: (node) => text.slice(0, node.start).split('\n').length,
  }
  return index
}

function isSharedDeclaration(index: SyntaxIndex, declaration: Node | undefined): boolean {
  if (declaration === undefined) return false
  const parent = index.parentOf(declaration)
  if (parent?.type === 'ExportNamedDeclaration' || parent?.type === 'ExportDefaultDeclaration') return true
  if (!index.isGlobalScript) return false
  // `var` leaves blocks, not functions.
  let around: Node | undefined = parent
  while (around !== undefined && /^(?:BlockStatement|IfStatement|For\w*Statement|While\w*|DoWhile\w*|Try\w*|Switch\w*|LabeledStatement)$/.test(around.type)) {
    around = index.parentOf(around)
  }
  return around?.type === 'Program'
}
