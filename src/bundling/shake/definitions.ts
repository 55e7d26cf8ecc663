import type { Node } from 'oxc-parser'
import { FREE } from '../../formats/js/scope/scopes.ts'
import type { ClassLike, CodeFacts, FunctionLike, NodeOf } from './code-facts.ts'
import { childrenOf, memberName } from './code-facts.ts'
import { freshKind, hasAccessor } from './fresh-objects.ts'

/** What bindings stand for, where that can be told from the text alone. */
export interface Definitions {
  functionOf(binding: number): FunctionLike | undefined
  classOf(binding: number): ClassLike | undefined
  /** A `const` object literal that nothing but data is read from: no accessor can have been put on it. */
  plainData(binding: number): boolean
  /** Is every value that is ever put into the binding an object made on the spot (`E = {}`)? */
  holdsOnlyFresh(binding: number): boolean
}

export function readDefinitions(facts: CodeFacts): Definitions {
  const functions = new Map<number, FunctionLike>()
  const classes = new Map<number, ClassLike>()
  const literals = new Map<number, NodeOf<'ObjectExpression'>>()
  const written = new Set<number>()
  /** Given something else than a fresh object. */
  const foreign = new Set<number>()
  const declaredAs = new Map<number, number>()
  /** Offsets of identifiers that are only read from: `x.y`, `{...x}`, `Object.assign({}, x)`. */
  const readOnly = new Set<number>()

  const define = (id: Node | null, value: Node): void => {
    if (id === null || id.type !== 'Identifier') return
    const binding = facts.bindingAt(id.start)
    if (binding === FREE) return
    declaredAs.set(binding, id.start)
    if (functions.has(binding) || classes.has(binding) || literals.has(binding)) written.add(binding)
    if (value.type === 'FunctionExpression' || value.type === 'ArrowFunctionExpression' || value.type === 'FunctionDeclaration') functions.set(binding, value)
    else if (value.type === 'ClassExpression' || value.type === 'ClassDeclaration') classes.set(binding, value)
    else if (value.type === 'ObjectExpression') literals.set(binding, value)
  }

  const noteWrite = (target: Node, byPattern: boolean): void => {
    if (target.type === 'Identifier') {
      const binding = facts.bindingAt(target.start)
      if (binding === FREE) return
      written.add(binding)
      if (byPattern) foreign.add(binding)
    } else if (target.type !== 'MemberExpression') {
      for (const child of childrenOf(target, facts.visitorKeys)) noteWrite(child, true)
    }
  }

  const noteForeign = ({ left, right, operator }: NodeOf<'AssignmentExpression'>): void => {
    if (left.type !== 'Identifier') return
    const orNew = right.type === 'LogicalExpression' && right.left.type === 'Identifier' && right.left.name === left.name ? right.right : right
    if (operator !== '=' || freshKind(orNew) === undefined) foreign.add(facts.bindingAt(left.start))
  }

  const visit = (node: Node): void => {
    switch (node.type) {
      case 'FunctionDeclaration':
      case 'ClassDeclaration':
        define(node.id, node)
        break
      case 'VariableDeclarator':
        if (node.init !== null) define(node.id, node.init)
        break
      case 'AssignmentExpression':
        noteWrite(node.left, false)
        noteForeign(node)
        break
      case 'UpdateExpression':
        noteWrite(node.argument, true)
        break
      case 'ForInStatement':
      case 'ForOfStatement':
        noteWrite(node.left.type === 'VariableDeclaration' ? node.left.declarations[0]!.id : node.left, true)
        break
      case 'MemberExpression':
        if (node.object.type === 'Identifier' && memberName(node) !== undefined) readOnly.add(node.object.start)
        break
      case 'SpreadElement':
        if (node.argument.type === 'Identifier') readOnly.add(node.argument.start)
        break
      case 'CallExpression':
        // a method that is called gets the object as `this`
        if (node.callee.type === 'MemberExpression' && node.callee.object.type === 'Identifier') readOnly.delete(node.callee.object.start)
        if (isObjectAssign(node, facts)) for (const source of node.arguments.slice(1)) if (source.type === 'Identifier') readOnly.add(source.start)
        break
      default:
    }
    for (const child of childrenOf(node, facts.visitorKeys)) visit(child)
    // children are visited by now: what they noted of targets and callees is taken back
    if (node.type === 'AssignmentExpression') takeBack(node.left)
    else if (node.type === 'UpdateExpression') takeBack(node.argument)
    else if (node.type === 'UnaryExpression' && node.operator === 'delete') takeBack(node.argument)
    else if (node.type === 'CallExpression' || node.type === 'TaggedTemplateExpression') takeBack('callee' in node ? node.callee : node.tag)
  }
  const takeBack = (node: Node): void => {
    if (node.type === 'MemberExpression' && node.object.type === 'Identifier') readOnly.delete(node.object.start)
    else if (node.type === 'ObjectPattern' || node.type === 'ArrayPattern') {
      for (const child of childrenOf(node, facts.visitorKeys)) takeBack(child.type === 'Property' ? child.value : child)
    } else if (node.type === 'ChainExpression') takeBack(node.expression)
  }
  for (const statement of facts.program.body) visit(statement)

  const plain = new Map<number, boolean>()
  return {
    holdsOnlyFresh: (binding) => !foreign.has(binding),
    functionOf: (binding) => (written.has(binding) ? undefined : functions.get(binding)),
    classOf: (binding) => (written.has(binding) ? undefined : classes.get(binding)),
    plainData(binding) {
      const known = plain.get(binding)
      if (known !== undefined) return known
      const literal = written.has(binding) ? undefined : literals.get(binding)
      const uses = facts.occurrencesOf(binding).filter((offset) => offset !== declaredAs.get(binding))
      const result = literal !== undefined && !hasAccessor(literal)
        && literal.properties.every((property) => property.type === 'Property' && !property.computed && !property.method)
        && uses.every((offset) => readOnly.has(offset))
      plain.set(binding, result)
      return result
    },
  }
}

function isObjectAssign(node: NodeOf<'CallExpression'>, facts: CodeFacts): boolean {
  const { callee } = node
  return callee.type === 'MemberExpression' && callee.object.type === 'Identifier' && callee.object.name === 'Object'
    && facts.bindingAt(callee.object.start) === FREE && memberName(callee) === 'assign' && node.arguments[0]?.type === 'ObjectExpression'
}
