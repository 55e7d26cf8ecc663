import type { Node } from 'oxc-parser'

/** `b` of `a.b` and `a['b']`. */
export function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  if (!node.computed) return node.property.type === 'Identifier' ? node.property.name : undefined
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined
}

export function isMember(node: Node, name: string): node is Extract<Node, { type: 'MemberExpression' }> {
  return memberName(node) === name
}
