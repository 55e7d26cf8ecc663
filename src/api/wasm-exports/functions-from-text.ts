import type { Node } from 'oxc-parser'
import { type AnyFunction, functionAround, keyName, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

/** The texts that the module hands to an import of this name; undefined when that is not known. */
export type TextsOfModule = (importName: string) => readonly string[] | undefined

/**
 * `new Function(text)`, or a timer with a text: code that is not read with the script. `return this` only asks for the
 * global object, whether the script says so or the module does (js-sys, by wasm-bindgen's `__wbg_newnoargs_…`).
 */
export function functionFromText(index: SyntaxIndex, textsOf: TextsOfModule): Node | undefined {
  for (const node of index.nodesIn(index.program)) {
    if (node.type !== 'NewExpression' && node.type !== 'CallExpression') continue
    const { callee } = node
    if (callee.type !== 'Identifier') continue
    if (callee.name === 'Function' && index.bindingOf(callee) === undefined && !returnsThis(index, node, textsOf)) return node
    if (/^set(?:Timeout|Interval)$/.test(callee.name) && isText(node.arguments[0])) return node
  }
  return undefined
}

type Made = Node & { readonly type: 'NewExpression' | 'CallExpression' }

function returnsThis(index: SyntaxIndex, made: Made, textsOf: TextsOfModule): boolean {
  const [body, ...more] = made.arguments
  if (body === undefined || more.length > 0) return false
  if (body.type === 'Literal') return typeof body.value === 'string' && isReturnThis(body.value)
  const name = importOf(index, made, body)
  const texts = name === undefined ? undefined : textsOf(name)
  return texts !== undefined && texts.every(isReturnThis)
}

function isReturnThis(text: string): boolean {
  return /^\s*return\s+this\s*;?\s*$/.test(text)
}

/** `__wbg_newnoargs_… = function (arg0, arg1) { … new Function(getStringFromWasm0(arg0, arg1)) … }`, which only the module calls. */
function importOf(index: SyntaxIndex, made: Node, body: Node): string | undefined {
  const around = functionAround(index, made)
  if (around === undefined || body.type !== 'CallExpression' || body.arguments.length !== 2) return undefined
  const isGiven = body.arguments.every((argument, i) => argument.type === 'Identifier' && isParameter(index, argument, around, i))
  const name = isGiven ? nameOf(index, around) : undefined
  return name !== undefined && /^__wbg_new_?no_?args_[0-9a-f]+$/.test(name) && !isCalled(index, name) ? name : undefined
}

function isParameter(index: SyntaxIndex, argument: Node, callee: AnyFunction, position: number): boolean {
  const parameter = (callee.params as readonly Node[])[position]
  const binding = index.bindingOf(argument)
  // Named twice: as the parameter, and here.
  return parameter?.type === 'Identifier' && binding !== undefined && index.bindingOf(parameter) === binding && index.identifiersOf(binding).length === 2
}

function nameOf(index: SyntaxIndex, callee: AnyFunction): string | undefined {
  const parent = index.parentOf(callee)
  if (parent?.type === 'AssignmentExpression' && parent.left.type === 'MemberExpression') return propertyName(parent.left)
  if (parent?.type === 'Property' && !parent.computed) return keyName(parent.key)
  return callee.type === 'FunctionDeclaration' ? callee.id?.name : undefined
}

function isCalled(index: SyntaxIndex, name: string): boolean {
  for (const node of index.nodesIn(index.program)) {
    if (node.type !== 'CallExpression') continue
    const { callee } = node
    if ((callee.type === 'Identifier' && callee.name === name) || (callee.type === 'MemberExpression' && propertyName(callee) === name)) return true
  }
  return false
}

function isText(node: Node | undefined): boolean {
  return (node?.type === 'Literal' && typeof node.value === 'string') || node?.type === 'TemplateLiteral'
}
