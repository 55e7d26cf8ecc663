import type { Node } from 'oxc-parser'
import type { Platform } from '../bundle-options.ts'

/** Globals of ECMA-262: there on every platform; reading them does nothing. */
const languageGlobals = new Set([
  'undefined', 'NaN', 'Infinity', 'globalThis', 'Object', 'Function', 'Array', 'String', 'Number', 'Boolean', 'Symbol', 'BigInt',
  'Math', 'JSON', 'Date', 'RegExp', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError', 'EvalError', 'URIError',
  'Map', 'Set', 'WeakMap', 'WeakSet', 'Promise', 'Proxy', 'Reflect', 'ArrayBuffer', 'DataView', 'Uint8Array', 'Int8Array',
  'Uint16Array', 'Int16Array', 'Uint32Array', 'Int32Array', 'Float32Array', 'Float64Array', 'Uint8ClampedArray',
  'BigInt64Array', 'BigUint64Array', 'parseInt', 'parseFloat', 'isNaN', 'isFinite', 'encodeURIComponent', 'decodeURIComponent',
  'encodeURI', 'decodeURI',
])

/** Globals that both Node and browsers have had since versions older than any that is supported. */
const hostGlobals = new Set(['console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder', 'EventTarget', 'AbortController'])

const nodeGlobals = new Set(['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate', 'require', 'module', 'exports', '__dirname', '__filename'])

export function isKnownGlobal(name: string, platform: Platform): boolean {
  return languageGlobals.has(name) || hostGlobals.has(name) || (platform === 'node' && nodeGlobals.has(name))
}

/** `new X(…)` that runs no code of the program and cannot throw. */
export function isPureConstructor(name: string, args: readonly Node[]): boolean {
  const [first] = args
  switch (name) {
    case 'Map':
    case 'WeakMap':
      if (first === undefined || isNullish(first)) return true
      return first.type === 'ArrayExpression' && first.elements.every((entry) => entry?.type === 'ArrayExpression') && (name === 'Map' || first.elements.length === 0)
    case 'Set':
      return first === undefined || isNullish(first) || first.type === 'ArrayExpression' || isString(first)
    case 'WeakSet':
      return first === undefined || isNullish(first)
    case 'Error':
    case 'TypeError':
    case 'RangeError':
    case 'SyntaxError':
      return args.every((argument) => isString(argument))
    case 'Object':
    case 'Date':
      return args.length === 0 || (first?.type === 'Literal' && args.length === 1 && typeof first.value !== 'bigint')
    case 'RegExp':
      return first?.type === 'Literal' && ((isString(first) && isValidPattern(args)) || ('regex' in first && args.length === 1))
    case 'Uint8Array':
    case 'Int8Array':
    case 'Uint16Array':
    case 'Int16Array':
    case 'Uint32Array':
    case 'Int32Array':
    case 'Float32Array':
    case 'Float64Array':
    case 'Uint8ClampedArray':
      return args.length <= 1 && (first === undefined || isSmallLength(first) || isNumbers(first))
    case 'TextEncoder':
    case 'URLSearchParams':
    case 'AbortController':
    case 'EventTarget':
      return args.length === 0
    default:
      return false
  }
}

/**
 * Calls of built-in functions that run no code of the program, whatever `harmless` arguments they get.
 * @param path `['Object', 'freeze']`
 */
export function isPureGlobalCall(path: readonly string[], args: readonly Node[], harmless: (node: Node) => boolean): boolean {
  const [first, ...rest] = args
  switch (path.join('.')) {
    case 'Symbol':
    case 'Symbol.for':
      return args.length <= 1 && (first === undefined || isString(first)) && (path.length === 1 || first !== undefined)
    case 'Object.create':
      return args.length === 1 && (isNullish(first!) || (first!.type === 'ObjectExpression' && harmless(first!)))
    case 'Object.freeze':
    case 'Object.seal':
    case 'Object.preventExtensions':
      // of a literal only: to freeze what has a name is an effect on it
      return args.length === 1 && (first!.type === 'ObjectExpression' || first!.type === 'ArrayExpression') && harmless(first!)
    case 'Object.keys':
    case 'Object.values':
    case 'Object.entries':
      return args.length === 1 && !isNullish(first!) && harmless(first!)
    case 'Object.assign':
      return first?.type === 'ObjectExpression' && harmless(first) && rest.every((source) => source.type !== 'SpreadElement' && harmless(source))
    case 'Uint8Array.of':
    case 'Int32Array.of':
    case 'Uint32Array.of':
      return args.every((argument) => argument.type === 'Literal' && typeof argument.value === 'number')
    case 'Array':
    case 'Array.of':
      return args.every(harmless) && !(path.length === 1 && args.length === 1)
    case 'Array.isArray':
    case 'String':
    case 'Boolean':
    case 'Number':
    case 'Number.isInteger':
    case 'parseInt':
    case 'parseFloat':
    case 'Math.max':
    case 'Math.min':
    case 'Math.pow':
    case 'Math.floor':
    case 'Math.ceil':
    case 'Math.sqrt':
    case 'Math.log':
    case 'Math.log2':
    case 'String.fromCharCode':
      return args.every((argument) => argument.type === 'Literal' && typeof argument.value !== 'bigint' && typeof argument.value !== 'object')
    default:
      return false
  }
}

/** A length that no engine refuses. */
function isSmallLength(node: Node): boolean {
  return node.type === 'Literal' && typeof node.value === 'number' && Number.isInteger(node.value) && node.value >= 0 && node.value <= 2 ** 20
}

function isNumbers(node: Node): boolean {
  return node.type === 'ArrayExpression' && node.elements.every((item) => item?.type === 'Literal' && typeof item.value === 'number')
}

function isString(node: Node): boolean {
  return node.type === 'Literal' && typeof node.value === 'string'
}

function isNullish(node: Node): boolean {
  return (node.type === 'Literal' && node.value === null && !('regex' in node && node.regex)) || (node.type === 'Identifier' && node.name === 'undefined')
}

function isValidPattern(args: readonly Node[]): boolean {
  const [pattern, flags] = args.map((argument) => (argument.type === 'Literal' && typeof argument.value === 'string' ? argument.value : undefined))
  if (pattern === undefined || args.length > 2 || (args.length === 2 && flags === undefined)) return false
  try {
    return new RegExp(pattern, flags) instanceof RegExp
  } catch {
    return false
  }
}
