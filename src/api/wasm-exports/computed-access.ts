import type { Node } from 'oxc-parser'
import { functionOf, isFunction, isWritten, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'
import { isTested } from './wasm-seeds.ts'

type Member = Node & { readonly type: 'MemberExpression' }

/**
 * Can the computed access give a method of a class under a name that the script does not show? It cannot when its key
 * is a number, its object an array or a literal, or its value only goes into the property of that same name.
 */
export function mayNameMethod(index: SyntaxIndex, member: Member): boolean {
  if (!member.computed || propertyName(member) !== undefined) return false
  if (isNumber(index, member.property, 0) || isSymbol(member.property)) return false
  if (isTarget(index, member) || isTested(index, member) || isCopied(index, member)) return false
  return !holdsNoMethods(index, member.object)
}

function isSymbol(key: Node): boolean {
  return key.type === 'MemberExpression' && key.object.type === 'Identifier' && key.object.name === 'Symbol'
}

/** Written to, counted up, deleted. */
function isTarget(index: SyntaxIndex, member: Member): boolean {
  const parent = index.parentOf(member)
  return (
    (parent?.type === 'AssignmentExpression' && parent.left === member && parent.operator === '=') ||
    parent?.type === 'UpdateExpression' ||
    (parent?.type === 'UnaryExpression' && parent.operator === 'delete')
  )
}

/** `to[key] = from[key]`, or `define(to, key, { get: () => from[key] })` as bundlers write it. */
function isCopied(index: SyntaxIndex, member: Member): boolean {
  const { property } = member
  if (property.type !== 'Identifier') return false
  const isKey = (other: Node | undefined): boolean => other?.type === 'Identifier' && other.name === property.name
  let node: Node = member
  for (let parent = index.parentOf(node); parent !== undefined; node = parent, parent = index.parentOf(parent)) {
    switch (parent.type) {
      case 'AssignmentExpression':
        return parent.right === node && parent.left.type === 'MemberExpression' && parent.left.computed && isKey(parent.left.property)
      case 'CallExpression':
        return parent.arguments[2] === node && isKey(parent.arguments[1])
      case 'ArrowFunctionExpression':
        if (parent.body !== node) return false
        break
      case 'Property':
        if (parent.value !== node) return false
        break
      case 'ObjectExpression':
        break
      default:
        return false
    }
  }
  return false
}

const arrays = /^(?:Array|(?:Big)?(?:Int|Uint|Float)\d+(?:Clamped)?Array|Uint8ClampedArray|Buffer)$/

/** Is the object an array or a literal, never something of a class? */
function holdsNoMethods(index: SyntaxIndex, object: Node): boolean {
  switch (object.type) {
    case 'Identifier':
      return everyValueOf(index, object, (value) => isMadeHere(value))
    case 'MemberExpression': {
      const name = propertyName(object)
      return name !== undefined && everyValueOfProperty(index, name, object.object.type === 'ThisExpression' ? classAround(index, object) : undefined)
    }
    default:
      return isMadeHere(object)
  }
}

function isMadeHere(value: Node): boolean {
  switch (value.type) {
    case 'ArrayExpression':
      return true
    case 'ObjectExpression':
      return value.properties.every((part) => part.type === 'Property' && !(part.key.type === 'Identifier' && part.key.name === '__proto__'))
    case 'NewExpression':
      return value.callee.type === 'Identifier' && arrays.test(value.callee.name)
    case 'CallExpression':
      return value.callee.type === 'MemberExpression' && propertyName(value.callee) === 'fill' && isMadeHere(value.callee.object)
    default:
      return false
  }
}

/** Does the test hold for all that the variable is ever given? */
function everyValueOf(index: SyntaxIndex, identifier: Node, test: (value: Node) => boolean): boolean {
  const binding = index.bindingOf(identifier)
  if (binding === undefined || index.isShared(binding)) return false
  let given = 0
  for (const other of index.identifiersOf(binding)) {
    const parent = index.parentOf(other)
    if (parent?.type === 'VariableDeclarator' && parent.id === other) {
      const around = index.parentOf(index.parentOf(parent)!)
      if (parent.init === null) {
        if (around?.type === 'ForInStatement' || around?.type === 'ForOfStatement') return false
        continue
      }
      if (!test(parent.init)) return false
      given++
    } else if (parent?.type === 'AssignmentExpression' && parent.left === other) {
      if (!test(parent.right)) return false
      given++
    } else if (parent !== undefined && isFunction(parent) && (parent.params as readonly Node[]).includes(other)) {
      if (!everyArgument(index, parent, (parent.params as readonly Node[]).indexOf(other), test)) return false
      given++
    } else if (parent?.type === 'UpdateExpression') given++
    else if (isWritten(index, other) || isDeclaredInPattern(parent)) return false
  }
  return given > 0
}

function isDeclaredInPattern(parent: Node | undefined): boolean {
  return parent?.type === 'ArrayPattern' || parent?.type === 'RestElement' || parent?.type === 'AssignmentPattern' || parent?.type === 'Property' || parent?.type === 'CatchClause'
}

/** Does the test hold for that argument of every call of the function, and is it only called? */
function everyArgument(index: SyntaxIndex, callee: Node, position: number, test: (value: Node) => boolean): boolean {
  const parent = index.parentOf(callee)
  const name = callee.type === 'FunctionDeclaration' ? callee.id : parent?.type === 'VariableDeclarator' ? parent.id : null
  const binding = name === null ? undefined : index.bindingOf(name)
  if (name === null || binding === undefined || index.isShared(binding) || functionOf(index, name) !== callee) return false
  return index.identifiersOf(binding).every((other) => {
    if (other.start === name.start) return true
    const call = index.parentOf(other)
    if (call?.type !== 'CallExpression' || call.callee !== other) return false
    const argument = call.arguments[position]
    return argument !== undefined && !call.arguments.some(({ type }) => type === 'SpreadElement') && test(argument)
  })
}

type AnyClass = Node & { readonly type: 'ClassDeclaration' | 'ClassExpression' }

/** The class that `this` is an instance of. */
function classAround(index: SyntaxIndex, node: Node): AnyClass | undefined {
  for (let around = index.parentOf(node); around !== undefined; around = index.parentOf(around)) {
    if (around.type === 'ClassDeclaration' || around.type === 'ClassExpression') return around
    if (around.type === 'FunctionDeclaration' || (around.type === 'FunctionExpression' && index.parentOf(around)?.type !== 'MethodDefinition')) return undefined
  }
  return undefined
}

/** Is no object an instance of both classes: does `one` extend nothing, and nobody extend it, for it is only constructed? */
function areApart(index: SyntaxIndex, one: AnyClass, other: AnyClass | undefined): boolean {
  if (other === undefined || other === one || one.superClass !== null) return false
  const parent = index.parentOf(one)
  const name = parent?.type === 'VariableDeclarator' ? parent.id : one.type === 'ClassDeclaration' ? one.id : null
  const binding = name === null ? undefined : index.bindingOf(name)
  if (binding === undefined || index.isShared(binding) || (one.id !== null && one.id !== name)) return false
  return index.identifiersOf(binding).every((mention) => {
    const around = index.parentOf(mention)
    return (
      mention === name ||
      (around?.type === 'NewExpression' && around.callee === mention) ||
      (around?.type === 'MemberExpression' && around.object === mention) ||
      (around?.type === 'BinaryExpression' && around.operator === 'instanceof')
    )
  })
}

/**
 * Is everything that any property of this name is given an array or a literal?
 *
 * @param owner the class that the property is of, where that is known: then `this` of others does not count
 */
function everyValueOfProperty(index: SyntaxIndex, name: string, owner: AnyClass | undefined): boolean {
  let given = 0
  for (const node of index.nodesIn(index.program)) {
    let value: Node | undefined | null
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression' && propertyName(node.left) === name) {
      const isOthers = owner !== undefined && node.left.object.type === 'ThisExpression' && areApart(index, owner, classAround(index, node.left))
      if (isOthers) continue
      value = node.right
    } else if ((node.type === 'Property' || node.type === 'PropertyDefinition') && node.key.type === 'Identifier' && node.key.name === name) {
      if (node.type === 'Property' && index.parentOf(node)?.type === 'ObjectPattern') continue
      value = node.value
      if (value === null) continue
    } else if (node.type === 'MethodDefinition' && node.key.type === 'Identifier' && node.key.name === name) return false
    else if (node.type === 'Literal' && node.value === name) return false
    else continue
    if (value === undefined || !isMadeHere(value)) return false
    given++
  }
  return given > 0
}

const numeric = /^(?:\*\*?|[-/%|&^]|<<|>>>?)$/

/** Is the value a number for sure? `depth` bounds variables that are given each other. */
function isNumber(index: SyntaxIndex, value: Node, depth: number): boolean {
  if (depth > 4) return false
  const one = (operand: Node): boolean => isNumber(index, operand, depth + 1)
  switch (value.type) {
    case 'Literal':
      return typeof value.value === 'number'
    case 'UpdateExpression':
      return true
    case 'UnaryExpression':
      return /^[-+~]$/.test(value.operator)
    case 'BinaryExpression':
      return numeric.test(value.operator) || (value.operator === '+' && one(value.left) && one(value.right))
    case 'MemberExpression':
      return propertyName(value) === 'length'
    case 'ConditionalExpression':
      return one(value.consequent) && one(value.alternate)
    case 'AssignmentExpression':
      return value.operator === '=' ? one(value.right) : numeric.test(value.operator.slice(0, -1))
    case 'Identifier':
      return everyValueOf(index, value, one)
    default:
      return false
  }
}
