import type { Node } from 'oxc-parser'
import { propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'

/** Where instances and exports objects come into a script. */
export interface WasmSeeds {
  /** Expressions that give an instance, or a promise of one, or of an object that holds it. */
  readonly instances: readonly Node[]
  /** Expressions and names of imports that are the exports of a module file. */
  readonly exports: readonly Node[]
  /** Exports that are imported by name. */
  readonly named: readonly { readonly node: Node; readonly name: string }[]
  /** A way into a module that does not show what is taken from it. */
  readonly lost?: { readonly what: string; readonly node: Node }
}

const wasmFile = /\.wasm$/

/**
 * Every way in which a script comes to an instance: calls of `WebAssembly`'s functions, imports of module files.
 * (JavaScript API, clauses 5.2 and 5.3; ESM integration.) A use of `WebAssembly` that might make one unseen is lost.
 */
export function wasmSeeds(index: SyntaxIndex): WasmSeeds {
  const instances: Node[] = []
  const exports: Node[] = []
  const named: { node: Node; name: string }[] = []
  let lost: WasmSeeds['lost']
  const lose = (what: string, node: Node): void => {
    lost ??= { what, node }
  }
  for (const node of index.nodesIn(index.program)) {
    switch (node.type) {
      case 'Identifier':
        if (node.name === 'WebAssembly' && index.bindingOf(node) === undefined && isReference(index, node)) namespaceUse(node)
        break
      case 'MemberExpression':
        if (propertyName(node) === 'WebAssembly') namespaceUse(node)
        break
      case 'Property':
        if (index.parentOf(node)?.type === 'ObjectPattern' && node.key.type === 'Identifier' && node.key.name === 'WebAssembly') {
          lose('WebAssembly is taken out of an object', node)
        }
        break
      case 'Literal':
        if (typeof node.value === 'string') text(node.value, node)
        break
      case 'TemplateElement':
        text(node.value.cooked ?? node.value.raw, node)
        break
      case 'ImportDeclaration':
        importOf(node)
        break
      case 'ExportNamedDeclaration':
      case 'ExportAllDeclaration':
        if (node.source !== null && isModuleFile(node.source.value)) lose('exports of the module are exported again', node)
        break
      case 'ImportExpression':
        if (node.source.type === 'Literal' && typeof node.source.value === 'string') {
          if (isModuleFile(node.source.value)) exports.push(node)
        } else if (!endsAsScript(node.source)) lose('import() of a path that is computed', node)
        break
      case 'CallExpression': {
        const [path] = node.arguments
        const required = node.callee.type === 'Identifier' && node.callee.name === 'require' && path?.type === 'Literal' ? path.value : undefined
        if (typeof required === 'string' && isModuleFile(required)) exports.push(node)
        break
      }
      default:
    }
  }
  return { instances, exports, named, ...(lost === undefined ? {} : { lost }) }

  function namespaceUse(namespace: Node): void {
    const member = index.parentOf(namespace)
    if (member?.type !== 'MemberExpression' || member.object !== namespace) {
      if (!isTested(index, namespace)) lose('WebAssembly is handed on', namespace)
      return
    }
    const name = propertyName(member)
    const around = index.parentOf(member)
    if (name === undefined) lose('computed access to WebAssembly', member)
    else if (name === 'instantiate' || name === 'instantiateStreaming') {
      if (around?.type === 'CallExpression' && around.callee === member) instances.push(around)
      else if (!isTested(index, member)) lose(`WebAssembly.${name} is handed on`, member)
    } else if (name === 'Instance') {
      if (around?.type === 'NewExpression' && around.callee === member) instances.push(around)
      else if (!isTested(index, member)) lose('WebAssembly.Instance is handed on', member)
    }
  }

  /** Code in a text (of a worker, say) can make instances of its own. */
  function text(value: string, node: Node): void {
    if (value.includes('WebAssembly') && /WebAssembly\s*\.\s*\w+\s*\(|new\s+WebAssembly\b/.test(value)) lose('a text holds code that uses WebAssembly', node)
    else if (value === 'WebAssembly' && !isTested(index, node)) lose('WebAssembly is named in a text', node)
  }

  function importOf(node: Node & { readonly type: 'ImportDeclaration' }): void {
    const path = node.source.value
    if (!isModuleFile(path)) return
    if (!wasmFile.test(path.replace(/\?module$/, ''))) {
      lose(`what the import of ${path} gives is up to a bundler`, node)
      return
    }
    for (const specifier of node.specifiers) {
      if (specifier.type === 'ImportSpecifier') {
        named.push({ node: specifier, name: specifier.imported.type === 'Literal' ? specifier.imported.value : specifier.imported.name })
      } else exports.push(specifier.local)
    }
  }
}

function isModuleFile(path: string): boolean {
  return wasmFile.test(path.replace(/[?#].*$/s, ''))
}

/** A template that ends in the name of a script cannot be a module. */
function endsAsScript(source: Node): boolean {
  return source.type === 'TemplateLiteral' && /\.[cm]?js$/.test(source.quasis.at(-1)?.value.cooked ?? '')
}

/** Is the identifier an expression: not a property's name, a label, a key? */
function isReference(index: SyntaxIndex, node: Node): boolean {
  const parent = index.parentOf(node)
  if (parent?.type === 'MemberExpression') return parent.object === node || parent.computed
  if (parent?.type === 'Property' || parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition') return parent.value === node || parent.computed
  return true
}

/** Is the value only looked at: compared, tested, its type asked for? */
export function isTested(index: SyntaxIndex, value: Node): boolean {
  const parent = index.parentOf(value)
  switch (parent?.type) {
    case 'UnaryExpression':
    case 'ExpressionStatement':
      return true
    case 'BinaryExpression':
      return parent.operator !== 'in' || parent.left === value
    case 'IfStatement':
    case 'ConditionalExpression':
      return parent.test === value
    case 'LogicalExpression':
    case 'ChainExpression':
      return isTested(index, parent)
    default:
      return false
  }
}
