import type { Expression, Node } from 'oxc-parser'

/** Longer initialisers are no way to write `require`. */
const LONGEST = 1000

/**
 * Is the value of this initialiser Node's `require` under another name? `createRequire(import.meta.url)`, and what
 * esbuild and Rolldown write for a `require` that stays: a function of `typeof require < "u" ? require : …`.
 *
 * @param isRequire whether a node is an identifier that means `require`: the global, or another alias
 */
export function isRequireAlias(init: Expression, text: string, isRequire: (node: Node) => boolean): boolean {
  if (isRequire(init)) return true
  if (init.type === 'ConditionalExpression') return asksForRequire(init, isRequire)
  if (init.type !== 'CallExpression') return false
  const { callee } = init
  if (callee.type === 'Identifier' && callee.name === 'createRequire') return true
  if (callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && callee.property.name === 'createRequire') return true
  // minified, the import has another name: what it is given tells
  if (callee.type === 'Identifier' && init.arguments.length === 1 && isModuleUrl(init.arguments[0]!)) return true
  if (init.end - init.start > LONGEST || !text.slice(init.start, init.end).includes('Dynamic require of')) return false
  const wrapped = callee.type === 'ParenthesizedExpression' ? callee.expression : callee
  return (
    wrapped.type === 'ArrowFunctionExpression' && wrapped.body.type === 'ConditionalExpression' && asksForRequire(wrapped.body, isRequire)
  )
}

/** `typeof require !== "undefined" ? require : …` */
function asksForRequire({ test, consequent }: Extract<Expression, { type: 'ConditionalExpression' }>, isRequire: (node: Node) => boolean): boolean {
  if (test.type !== 'BinaryExpression' || !isRequire(consequent)) return false
  return [test.left, test.right].some((side) => side.type === 'UnaryExpression' && side.operator === 'typeof' && isRequire(side.argument))
}

/** `import.meta.url`, which little else than `createRequire` takes alone. */
function isModuleUrl(node: Node): boolean {
  return (
    node.type === 'MemberExpression' && node.object.type === 'MetaProperty' && node.property.type === 'Identifier' && node.property.name === 'url'
  )
}
