import type { Node } from 'oxc-parser'
import { type AnyFunction, functionAround, isFunction, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

type Call = Node & { readonly type: 'CallExpression' }

/**
 * The call that drives a generator as the engine drives an async function, as compilers to older ECMAScript write it
 * (`__awaiter` of TypeScript, `__async` of esbuild): what the generator yields it gets back resolved, what it returns
 * the call resolves to, and nobody else sees either.
 */
export function drivenBy(index: SyntaxIndex, generator: AnyFunction): Call | undefined {
  const call = index.parentOf(generator)
  if (generator.type !== 'FunctionExpression' || !generator.generator || call?.type !== 'CallExpression') return undefined
  if (call.callee.type !== 'Identifier' || call.arguments.at(-1) !== generator) return undefined
  if (!call.arguments.slice(0, -1).every(isNothingOfTheScript)) return undefined
  const driver = driverOf(index, call.callee)
  return driver !== undefined && isDriver(index, driver) ? call : undefined
}

/** `this`, `arguments`, `void 0`, `null`, `Promise`. */
function isNothingOfTheScript(argument: Node): boolean {
  if (argument.type === 'Identifier') return argument.name === 'arguments' || argument.name === 'Promise' || argument.name === 'undefined'
  if (argument.type === 'UnaryExpression') return argument.operator === 'void'
  return argument.type === 'ThisExpression' || (argument.type === 'Literal' && argument.value === null)
}

/** The function that is called, also behind `this && this.__awaiter ||`: a module's own `this` has no such property. */
function driverOf(index: SyntaxIndex, name: Node): AnyFunction | undefined {
  const binding = index.bindingOf(name)
  const found: AnyFunction[] = []
  for (const other of binding === undefined ? [] : index.identifiersOf(binding)) {
    const parent = index.parentOf(other)
    if (parent?.type === 'FunctionDeclaration' && parent.id === other) found.push(parent)
    else if (parent?.type === 'VariableDeclarator' && parent.id === other && parent.init !== null) {
      const value = unwrapped(parent.init)
      const made = value.type === 'LogicalExpression' && value.operator === '||' && isOwnThis(index, value.left) ? unwrapped(value.right) : value
      if (!isFunction(made)) return undefined
      found.push(made)
    } else if (parent?.type !== 'CallExpression' || parent.callee !== other) return undefined
  }
  return found.length === 1 ? found[0] : undefined
}

function unwrapped(node: Node): Node {
  return node.type === 'ParenthesizedExpression' ? unwrapped(node.expression) : node
}

function isOwnThis(index: SyntaxIndex, value: Node): boolean {
  if (index.isGlobalScript) return false
  const test = unwrapped(value)
  if (test.type !== 'LogicalExpression' || test.operator !== '&&') return false
  const isUndefined = test.left.type === 'ThisExpression' || (test.left.type === 'UnaryExpression' && test.left.operator === 'void')
  return isUndefined && functionAround(index, value) === undefined
}

/** All that a driver takes from objects: of the generator, of what that gives, of promises. */
const taken = /^(?:next|throw|apply|done|value|then|resolve)$/

/**
 * Does the function have no way to hand a value on but the promise it returns, and does that promise resolve to nothing
 * but the value of a result that is `done`?
 */
function isDriver(index: SyntaxIndex, driver: AnyFunction): boolean {
  let promises = 0
  for (const node of index.nodesIn(driver)) {
    switch (node.type) {
      case 'Identifier':
        if (!isOwn(index, node, driver)) return false
        break
      case 'MemberExpression':
        if (!taken.test(propertyName(node) ?? '')) return false
        break
      case 'AssignmentExpression':
        if (node.left.type !== 'Identifier') return false
        break
      case 'NewExpression':
        if (isReturned(index, node, driver)) {
          promises++
          if (!resolvesWhenDone(index, node)) return false
        }
        break
      case 'ThrowStatement':
      case 'YieldExpression':
      case 'AwaitExpression':
      case 'TaggedTemplateExpression':
      case 'ImportExpression':
      case 'ClassExpression':
      case 'ClassDeclaration':
        return false
      default:
    }
  }
  return promises === 1
}

/** Is the name declared in the function, a property's, or `Promise`? */
function isOwn(index: SyntaxIndex, name: Node & { readonly type: 'Identifier' }, driver: AnyFunction): boolean {
  const parent = index.parentOf(name)
  if (parent?.type === 'MemberExpression' && parent.property === name && !parent.computed) return true
  if (name === driver.id) return true
  const binding = index.bindingOf(name)
  if (binding === undefined) return name.name === 'Promise' || name.name === 'undefined'
  return index.identifiersOf(binding).every(({ start, end }) => start >= driver.start && end <= driver.end)
}

function isReturned(index: SyntaxIndex, made: Node, driver: AnyFunction): boolean {
  const parent = index.parentOf(made)
  if (parent?.type === 'ArrowFunctionExpression') return parent === driver && parent.body === made
  return parent?.type === 'ReturnStatement' && functionAround(index, parent) === driver
}

/** `new Promise((resolve, reject) => …)`: resolved with `result.value` behind `result.done`, rejected with what was caught. */
function resolvesWhenDone(index: SyntaxIndex, made: Node & { readonly type: 'NewExpression' }): boolean {
  const executor = made.arguments[0] && unwrapped(made.arguments[0])
  if (executor === undefined || !isFunction(executor)) return false
  const [resolve, reject] = executor.params as readonly Node[]
  return (
    callsOf(index, resolve)?.every((call) => isValueOfDone(index, call)) === true &&
    callsOf(index, reject)?.every(({ arguments: [reason] }) => reason?.type === 'Identifier' && isCaught(index, reason)) === true
  )
}

/** The calls of a parameter that is only called; undefined when it is used otherwise. */
function callsOf(index: SyntaxIndex, parameter: Node | undefined): readonly Call[] | undefined {
  const binding = parameter?.type === 'Identifier' ? index.bindingOf(parameter) : undefined
  if (binding === undefined) return undefined
  const calls: Call[] = []
  for (const other of index.identifiersOf(binding)) {
    if (other === parameter) continue
    const call = index.parentOf(other)
    if (call?.type !== 'CallExpression' || call.callee !== other || call.arguments.length !== 1) return undefined
    calls.push(call)
  }
  return calls
}

/** `r.done ? resolve(r.value) : …`, `if (r.done) resolve(r.value)`. */
function isValueOfDone(index: SyntaxIndex, call: Call): boolean {
  const [value] = call.arguments
  if (value?.type !== 'MemberExpression' || propertyName(value) !== 'value' || value.object.type !== 'Identifier') return false
  let node: Node = call
  let parent = index.parentOf(node)
  while (parent?.type === 'ExpressionStatement' || parent?.type === 'BlockStatement') {
    node = parent
    parent = index.parentOf(parent)
  }
  if ((parent?.type !== 'ConditionalExpression' && parent?.type !== 'IfStatement') || parent.consequent !== node) return false
  const { test } = parent
  return test.type === 'MemberExpression' && propertyName(test) === 'done' && test.object.type === 'Identifier' && test.object.name === value.object.name
}

function isCaught(index: SyntaxIndex, name: Node): boolean {
  const binding = index.bindingOf(name)
  return binding !== undefined && index.identifiersOf(binding).some((other) => index.parentOf(other)?.type === 'CatchClause')
}
