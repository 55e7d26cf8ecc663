import type { ArrowFunctionExpression, Function as PlainFunction, Node } from 'oxc-parser'
import type { Need } from '../../../core/requirement.ts'
import { isMember } from './members.ts'

export type FunctionNode = PlainFunction | ArrowFunctionExpression

/** Where code stands: whether it runs when the module is loaded. */
export interface Place {
  /** Inside a function that the module's evaluation may never call. */
  readonly deferred: boolean
  readonly inFunction: boolean
  /** Behind something that asks first: `try`, `typeof`. */
  readonly guarded: boolean
  /** In a module that a bundler wrapped into a function: it is asked for, but maybe only by code that never runs. */
  readonly wrapped: boolean
}

/** Of statements that stand by themselves. */
export const outside: Place = { deferred: false, inFunction: false, guarded: false, wrapped: false }

/** How surely what stands there is needed. */
export function needAt(place: Place): Need {
  return place.guarded ? 'guarded' : place.deferred ? 'possible' : 'required'
}

/** The place inside a function. */
export function enter(node: FunctionNode, parent: Node, place: Place): Place {
  const wrapper = !place.deferred && !place.wrapped && isModuleWrapper(node, parent)
  return {
    guarded: place.guarded,
    inFunction: true,
    deferred: place.deferred || !(wrapper || runsAtOnce(node, parent)),
    wrapped: place.wrapped || wrapper,
  }
}

/** Called where it stands: `(function () {})()`, `fn.call(this)`, `new Promise(fn)`, the factory that a UMD header is given. */
function runsAtOnce(node: Node, parent: Node): boolean {
  if (parent.type === 'CallExpression') return parent.callee === node || isFunction(parent.callee)
  if (parent.type === 'NewExpression') return parent.callee === node || (parent.callee.type === 'Identifier' && parent.callee.name === 'Promise')
  return isMember(parent, 'call') || isMember(parent, 'apply')
}

function isFunction(node: Node): boolean {
  return node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression' || (node.type === 'ParenthesizedExpression' && isFunction(node.expression))
}

/** A bundler's module: `__commonJS((exports, module) => {…})`, and entries of tables by name or number (webpack, esbuild). */
function isModuleWrapper(node: FunctionNode, parent: Node): boolean {
  if (node.params.length > 3) return false
  if (parent.type === 'CallExpression') return parent.callee.type === 'Identifier' && parent.arguments.length === 1
  return parent.type === 'Property' && parent.kind === 'init' && parent.key.type === 'Literal'
}
