import type { Node } from 'oxc-parser'

/**
 * A module's text with `require` in place of what `createRequire(import.meta.url)` gave, in calls of a literal: bundlers
 * resolve that, and look past the name it was given, which after bundling would look beside the bundle. Undefined where
 * there is nothing of the kind, or the name is declared twice.
 */
export async function withPlainRequire(path: string, text: string): Promise<{ readonly code: string; readonly map: string } | undefined> {
  if (!/\bcreateRequire\b/.test(text)) return undefined
  const { parseSync, visitorKeys } = await import('oxc-parser')
  const { program, errors } = parseSync(path, text)
  if (errors.length > 0) return undefined
  const makers = new Set<string>()
  const made: { readonly name: string; readonly declares: Node; readonly call: Node }[] = []
  const identifiers: { readonly node: Node & { readonly type: 'Identifier' }; readonly parent: Node }[] = []
  const open: { readonly node: Node; readonly parent: Node }[] = program.body.map((node) => ({ node, parent: program }))
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, parent } = next
    if (node.type === 'ImportDeclaration' && /^(?:node:)?module$/.test(node.source.value)) {
      for (const one of node.specifiers) if (one.type === 'ImportSpecifier' && keyName(one.imported) === 'createRequire') makers.add(one.local.name)
    }
    if (node.type === 'Identifier') identifiers.push({ node, parent })
    if (node.type === 'VariableDeclarator' && node.id.type === 'Identifier' && node.init !== null && isOfOwnPlace(node.init)) {
      made.push({ name: node.id.name, declares: node.id, call: node.init })
    }
    for (const key of visitorKeys[node.type] ?? []) {
      const value = (node as unknown as Readonly<Record<string, unknown>>)[key]
      for (const child of Array.isArray(value) ? value : [value]) if (child !== null && typeof child === 'object') open.push({ node: child as Node, parent: node })
    }
  }
  const edits: { readonly start: number; readonly end: number; readonly text: string }[] = []
  for (const { name, declares, call } of made) {
    const maker = call.type === 'CallExpression' && call.callee.type === 'Identifier' ? call.callee.name : undefined
    if (maker === undefined || !makers.has(maker)) continue
    const uses = identifiers.filter(({ node, parent }) => node.name === name && node !== declares && isReference(node, parent))
    const others = name === 'require' ? [] : identifiers.filter(({ node, parent }) => node.name === 'require' && isReference(node, parent))
    if (![...uses, ...others].every(({ node, parent }) => isUse(node, parent))) continue
    const literal = uses.filter(({ node, parent }) => isLiteralCall(node, parent))
    if (literal.length === 0) continue
    for (const { node } of literal) edits.push({ start: node.start, end: node.end, text: 'require' })
    edits.push({ start: call.start, end: call.start, text: '/* @__PURE__ */ ' })
    if (name !== 'require') continue
    edits.push({ start: declares.start, end: declares.end, text: 'createdRequire' })
    for (const use of uses) if (!literal.includes(use)) edits.push({ start: use.node.start, end: use.node.end, text: 'createdRequire' })
  }
  if (edits.length === 0) return undefined
  const { default: MagicString } = await import('magic-string')
  const result = new MagicString(text)
  for (const { start, end, text: replacement } of edits) {
    if (start === end) result.appendLeft(start, replacement)
    else result.update(start, end, replacement)
  }
  return { code: result.toString(), map: result.generateMap({ source: path, includeContent: true, hires: true }).toString() }
}

/** `createRequire(import.meta.url)`, under whatever name. */
function isOfOwnPlace(value: Node): boolean {
  if (value.type !== 'CallExpression' || value.arguments.length !== 1) return false
  const [place] = value.arguments
  return place?.type === 'MemberExpression' && place.object.type === 'MetaProperty' && !place.computed && place.property.type === 'Identifier' && /^(?:url|filename)$/.test(place.property.name)
}

function isReference(node: Node, parent: Node): boolean {
  if (parent.type === 'MemberExpression') return parent.object === node || parent.computed
  if (parent.type === 'Property' || parent.type === 'MethodDefinition' || parent.type === 'PropertyDefinition') return parent.value === node || parent.computed || (parent.type === 'Property' && parent.shorthand)
  return true
}

/** Called, or asked for a property: neither declared again nor handed on. */
function isUse(node: Node, parent: Node): boolean {
  return (parent.type === 'CallExpression' && parent.callee === node) || (parent.type === 'MemberExpression' && parent.object === node)
}

function isLiteralCall(node: Node, parent: Node): boolean {
  if (parent.type !== 'CallExpression' || parent.callee !== node || parent.arguments.length !== 1) return false
  const [path] = parent.arguments
  return path?.type === 'Literal' && typeof path.value === 'string'
}

function keyName(name: Node): string | undefined {
  return name.type === 'Identifier' ? name.name : undefined
}
