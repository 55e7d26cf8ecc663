import type { Node } from 'oxc-parser'

/** A syntax tree with what it lacks: parents, and which identifiers are one binding. */
export interface SyntaxIndex {
  readonly program: Node
  /** Direct `eval` or `with` somewhere. */
  readonly dynamic: boolean
  /** What the script declares at its top is a global variable, for other scripts of the page to use. */
  readonly isGlobalScript: boolean
  parentOf(node: Node): Node | undefined
  /** Undefined for a name that the script does not declare. */
  bindingOf(identifier: Node): number | undefined
  /** Every identifier of a binding, declarations among them. */
  identifiersOf(binding: number): readonly Node[]
  /** Can other scripts read the binding: is it exported by its declaration, or global? */
  isShared(binding: number): boolean
  childrenOf(node: Node): readonly Node[]
  /** The node and everything in it. */
  nodesIn(node: Node): Iterable<Node>
  lineOf(node: Node): number
}
