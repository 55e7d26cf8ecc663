import type { Node } from 'oxc-parser'

/**
 * Does the code decide by the name that a class has at run time? `this['visit' + node.constructor.name]` and
 * `value.constructor.name === 'Money'` work only while the class is called so. Names that only go into messages, and
 * those of the language's own classes, may change.
 *
 * @param node a member expression
 */
export function decidesByClassName(node: Node, parent: Node): boolean {
  if (!isMember(node, 'name') || !isMember(node.object, 'constructor')) return false
  switch (parent.type) {
    case 'MemberExpression':
      if (parent.computed) return parent.property === node
      return parent.property.type === 'Identifier' && /^(?:to\w*Case|replace|startsWith|endsWith)$/.test(parent.property.name)
    case 'SwitchStatement':
      return parent.discriminant === node
    case 'BinaryExpression': {
      const other = parent.left === node ? parent.right : parent.left
      if (/^[!=]==?$/.test(parent.operator)) return !(other.type === 'Literal' && isOfHost(String(other.value)))
      return parent.operator === '+' && other.type === 'Literal' && /^[A-Za-z_$][\w$]*$/.test(String(other.value))
    }
    default:
      return false
  }
}

function isMember(node: Node, name: string): node is Extract<Node, { type: 'MemberExpression' }> {
  return node.type === 'MemberExpression' && !node.computed && node.property.type === 'Identifier' && node.property.name === name
}

function isOfHost(name: string): boolean {
  return builtins.has(name) || /^(?:CSS|DOM|HTML|IDB|SVG|XML)/.test(name)
}

const builtins = new Set([
  ...Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name)),
  'AsyncFunction',
  'AsyncGeneratorFunction',
  'GeneratorFunction',
  // of hosts
  'Buffer',
  'Document',
  'Element',
  'Node',
  'Window',
])
