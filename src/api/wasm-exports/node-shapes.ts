import type { ArrowFunctionExpression, Function as FunctionNode, Node } from 'oxc-parser'
import type { SyntaxIndex } from './syntax-index.ts'

export type AnyFunction = FunctionNode | ArrowFunctionExpression

export function isFunction(node: Node): node is AnyFunction {
  return node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
}

/** The name of the property that is accessed; undefined when it is computed. */
export function propertyName(node: Node & { readonly type: 'MemberExpression' }): string | undefined {
  if (!node.computed) return keyName(node.property)
  return node.property.type === 'Literal' && typeof node.property.value === 'string' ? node.property.value : undefined
}

export function keyName(key: Node): string | undefined {
  if (key.type === 'Identifier') return key.name
  if (key.type === 'PrivateIdentifier') return `#${key.name}`
  return key.type === 'Literal' ? String(key.value) : undefined
}

export function functionAround(index: SyntaxIndex, node: Node): AnyFunction | undefined {
  let around: Node | undefined = node
  while (around !== undefined && !isFunction(around)) around = index.parentOf(around)
  return around
}

/** The function that a name always stands for: a declaration, or the only value of a variable. */
export function functionOf(index: SyntaxIndex, identifier: Node): AnyFunction | undefined {
  const binding = index.bindingOf(identifier)
  const found: AnyFunction[] = []
  for (const other of binding === undefined ? [] : index.identifiersOf(binding)) {
    const parent = index.parentOf(other)
    if (parent?.type === 'FunctionDeclaration' && parent.id === other) found.push(parent)
    if (parent?.type === 'VariableDeclarator' && parent.id === other && parent.init !== null) {
      if (!isFunction(parent.init)) return undefined
      found.push(parent.init)
    }
    if (isWritten(index, other)) return undefined
  }
  return found.length === 1 ? found[0] : undefined
}

/** Does the identifier stand where a value is assigned (not where it is declared)? */
export function isWritten(index: SyntaxIndex, identifier: Node): boolean {
  let node = identifier
  for (let parent = index.parentOf(node); parent !== undefined; node = parent, parent = index.parentOf(parent)) {
    switch (parent.type) {
      case 'AssignmentExpression':
        return parent.left === node
      case 'UpdateExpression':
        return true
      case 'ForInStatement':
      case 'ForOfStatement':
        return parent.left === node
      case 'Property':
        if (parent.value !== node) return false
        break
      case 'AssignmentPattern':
        if (parent.left !== node) return false
        break
      case 'ObjectPattern':
      case 'ArrayPattern':
      case 'RestElement':
        break
      default:
        return false
    }
  }
  return false
}

export function mentionsArguments(index: SyntaxIndex, callee: AnyFunction): boolean {
  for (const node of index.nodesIn(callee)) if (node.type === 'Identifier' && node.name === 'arguments') return true
  return false
}

/** The declaration that the identifier is declared by, when it stands in one (`const { a: [b] } = …`). */
export function declarationOf(index: SyntaxIndex, identifier: Node): Node | undefined {
  let node = identifier
  for (let parent = index.parentOf(node); parent !== undefined; node = parent, parent = index.parentOf(parent)) {
    switch (parent.type) {
      case 'VariableDeclarator':
        return parent.id === node ? index.parentOf(parent) : undefined
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        return parent.id === node ? parent : undefined
      case 'Property':
        if (parent.value !== node) return undefined
        break
      case 'AssignmentPattern':
        if (parent.left !== node) return undefined
        break
      case 'ObjectPattern':
      case 'ArrayPattern':
      case 'RestElement':
        break
      default:
        return undefined
    }
  }
  return undefined
}
