import { isBuiltin } from 'node:module'
import type { Node } from 'oxc-parser'
import { globalsOfHosts } from './host-names.ts'
import { isFunction, propertyName } from './node-shapes.ts'
import type { SyntaxIndex } from './syntax-index.ts'
import { isTested } from './wasm-seeds.ts'

/**
 * How objects of the script can come to code that is not read with it, which then calls their methods under names
 * that the script does not show; undefined when they cannot. What the script exports, what it imports, variables that
 * it did not make.
 */
export function wayOut(index: SyntaxIndex): string | undefined {
  if (index.isGlobalScript && declaresAtTop(index)) return 'its variables are global'
  for (const node of index.nodesIn(index.program)) {
    const way = wayOutAt(index, node)
    if (way !== undefined) return `${way} in line ${index.lineOf(node)}`
  }
  return undefined
}

function wayOutAt(index: SyntaxIndex, node: Node): string | undefined {
  switch (node.type) {
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
    case 'ExportAllDeclaration':
      return isEmptyExport(node) ? undefined : 'it exports something'
    case 'ImportDeclaration':
      return isHostModule(node.source.value) ? undefined : `it imports ${node.source.value}`
    case 'ImportExpression':
      return node.source.type === 'Literal' && typeof node.source.value === 'string' && isHostModule(node.source.value) ? undefined : 'it imports another script'
    case 'CallExpression':
      return requireOf(index, node)
    case 'Identifier':
      return freeName(index, node)
    case 'MemberExpression': {
      const name = isGlobalObject(index, node.object) ? propertyName(node) : undefined
      const isHosts = name === undefined || globalsOfHosts.has(name) || isDocument(node.object)
      return isHosts || isTested(index, node) ? undefined : `it uses the global variable ${name}`
    }
    case 'AssignmentExpression':
      return node.left.type === 'MemberExpression' && isGlobalObject(index, node.left.object) ? 'it sets a global variable' : undefined
    default:
      return undefined
  }
}

function declaresAtTop({ program }: SyntaxIndex): boolean {
  return program.type === 'Program' && program.body.some(({ type }) => /^(?:Variable|Function|Class)Declaration$/.test(type))
}

function isEmptyExport(node: Node): boolean {
  return node.type === 'ExportNamedDeclaration' && node.declaration === null && node.specifiers.length === 0
}

function isHostModule(path: string): boolean {
  return isBuiltin(path) || /^(?:cloudflare|bun|deno):/.test(path) || path.endsWith('.wasm')
}

function requireOf(index: SyntaxIndex, node: Node & { readonly type: 'CallExpression' }): string | undefined {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'require' || index.bindingOf(node.callee) !== undefined) return undefined
  const [path] = node.arguments
  return path?.type === 'Literal' && typeof path.value === 'string' && isHostModule(path.value) ? undefined : 'it requires another script'
}

function freeName(index: SyntaxIndex, node: Node & { readonly type: 'Identifier' }): string | undefined {
  if (globalsOfHosts.has(node.name) || index.bindingOf(node) !== undefined || !isVariable(index, node)) return undefined
  // Asked for, not used: `typeof module === 'object'`.
  if (index.parentOf(node)?.type === 'UnaryExpression') return undefined
  if (node.name === 'module' || node.name === 'exports') return 'it exports something'
  return `it uses ${node.name}, which it does not declare,`
}

/** Is the identifier a variable: not a property's name, a key, a label? */
function isVariable(index: SyntaxIndex, node: Node): boolean {
  const parent = index.parentOf(node)
  switch (parent?.type) {
    case 'MemberExpression':
      return parent.object === node || parent.computed
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === node || parent.computed
    case 'LabeledStatement':
    case 'BreakStatement':
    case 'ContinueStatement':
    case 'MetaProperty':
    case 'ImportSpecifier':
    case 'ImportAttribute':
    case 'ExportSpecifier':
      return false
    default:
      return parent === undefined || !isFunction(parent) || parent.id !== node
  }
}

function isDocument(object: Node): boolean {
  return object.type === 'Identifier' && object.name === 'document'
}

function isGlobalObject(index: SyntaxIndex, object: Node): boolean {
  if (object.type === 'MemberExpression') return /^(?:globalThis|window|self|global)$/.test(propertyName(object) ?? '')
  return object.type === 'Identifier' && /^(?:globalThis|window|self|global|document)$/.test(object.name) && index.bindingOf(object) === undefined
}
