import type { Node } from 'oxc-parser'
import { mayNameMethod } from './computed-access.ts'
import { propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

/**
 * Why methods of the script's classes can be called under names that it does not show: a computed access, or a way of
 * looking properties up that is as good as one. Undefined when it cannot be.
 */
export function whyMethodsHide(index: SyntaxIndex): string | undefined {
  for (const node of index.nodesIn(index.program)) {
    const way = hidingAt(index, node)
    if (way !== undefined) return `${way} in line ${index.lineOf(node)}`
  }
  return undefined
}

function hidingAt(index: SyntaxIndex, node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  if (mayNameMethod(index, node)) return 'a computed access'
  const name = propertyName(node)
  switch (name) {
    case 'setPrototypeOf':
    case '__proto__':
    case 'getOwnPropertyDescriptors':
      return name
    case 'getOwnPropertyDescriptor':
      return isBundlersHelper(index, node) ? undefined : name
    case 'get':
      return node.object.type === 'Identifier' && node.object.name === 'Reflect' ? 'Reflect.get' : undefined
    default:
      return undefined
  }
}

/** esbuild's `(desc = getOwnPropDesc(from, key)) || desc.enumerable`, which only asks for `enumerable`. */
function isBundlersHelper(index: SyntaxIndex, node: Node): boolean {
  const declarator = index.parentOf(node)
  if (declarator?.type !== 'VariableDeclarator' || declarator.id.type !== 'Identifier') return false
  const binding = index.bindingOf(declarator.id)
  return (
    binding !== undefined &&
    index.identifiersOf(binding).every((other) => {
      if (other === declarator.id) return true
      const call = index.parentOf(other)
      const assigned = call && index.parentOf(call)
      const either = assigned && index.parentOf(assigned)
      return (
        call?.type === 'CallExpression' &&
        assigned?.type === 'AssignmentExpression' &&
        either?.type === 'LogicalExpression' &&
        either.right.type === 'MemberExpression' &&
        propertyName(either.right) === 'enumerable'
      )
    })
  )
}
