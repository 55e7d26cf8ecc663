import type { Node } from 'oxc-parser'
import type { ClassLike, NodeOf } from './code-facts.ts'
import { memberName, staticName } from './code-facts.ts'

/** What a fresh object was made by: tells which of its properties can be written without running anything. */
export type Fresh = 'object' | 'function' | 'class'

/** `E || (E = {})`, `B = A.B || (A.B = {})`, `E = E || {}`: the variable that the object is put into. */
export function buildTarget(node: Node): NodeOf<'Identifier'> | undefined {
  if (node.type === 'LogicalExpression' && node.operator === '||' && node.left.type === 'Identifier') {
    const { right } = node
    if (right.type !== 'AssignmentExpression' || right.operator !== '=' || !isEmptyObject(right.right)) return undefined
    return right.left.type === 'Identifier' && right.left.name === node.left.name ? node.left : undefined
  }
  if (node.type !== 'AssignmentExpression' || node.operator !== '=' || node.left.type !== 'Identifier') return undefined
  const { right } = node
  if (right.type !== 'LogicalExpression' || right.operator !== '||') return undefined
  if (right.left.type === 'Identifier') return right.left.name === node.left.name && isEmptyObject(right.right) ? node.left : undefined
  if (right.left.type !== 'MemberExpression' || memberName(right.left) !== node.left.name || right.left.object.type !== 'Identifier') return undefined
  const made = right.right
  return made.type === 'AssignmentExpression' && made.operator === '=' && isEmptyObject(made.right)
    && made.left.type === 'MemberExpression' && memberName(made.left) === node.left.name
    && made.left.object.type === 'Identifier' && made.left.object.name === right.left.object.name
    ? node.left
    : undefined
}

function isEmptyObject(node: Node): boolean {
  return node.type === 'ObjectExpression' && node.properties.length === 0
}

/** What a literal makes, when it is an object that can be written to without running anything. */
export function freshKind(node: Node): Fresh | undefined {
  if (node.type === 'ObjectExpression') return hasAccessor(node) || node.properties.some(isPrototypeSetter) ? undefined : 'object'
  if (node.type === 'ArrayExpression') return 'object'
  if (node.type === 'FunctionExpression') return 'function'
  if (node.type === 'ClassExpression') return writableStatics(node) ? 'class' : undefined
  return undefined
}

function isPrototypeSetter(property: Node): boolean {
  return property.type === 'SpreadElement' || (property.type === 'Property' && staticName(property.key, property.computed) === '__proto__')
}

/** No inherited and no own static setter can stand in the way of `K.x = …`. */
export function writableStatics(node: ClassLike): boolean {
  if (node.superClass !== null) return false
  return !node.body.body.some((member) =>
    member.type === 'AccessorProperty' || (member.type === 'MethodDefinition' && member.static && (member.kind === 'set' || member.kind === 'get')))
}

export function hasAccessor(node: NodeOf<'ObjectExpression'> | NodeOf<'ArrayExpression'>): boolean {
  return node.type === 'ObjectExpression' && node.properties.some((property) => property.type === 'Property' && property.kind !== 'init')
}
