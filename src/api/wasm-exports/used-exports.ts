import type { Node } from 'oxc-parser'
import { followExports } from './exports-flow.ts'
import { liveNodes } from './live-code.ts'
import { indexSyntax, type SyntaxIndex } from './syntax-index.ts'

/** Which exports of the module that it loads a script can reach; or why that cannot be told. */
export type UsedExports = { readonly names: ReadonlySet<string> } | { readonly reason: string }

/**
 * Reads the script of a program with the glue code of wasm-bindgen or Emscripten in it. The exports object must be
 * followed to its end: no computed access, no escape. An export is used when live code takes it.
 *
 * @throws ShrinkError for a script that does not parse
 */
export async function usedExports(path: string, text: string): Promise<UsedExports> {
  const index = await indexSyntax(path, text)
  if (index.dynamic) return { reason: 'the script evaluates text (`eval`) or uses `with`' }
  const { uses, lost } = followExports(index)
  if (lost !== undefined) return { reason: lost }
  if (uses.size === 0) return { reason: 'the script takes nothing from an exports object' }
  const hidden = whyMethodsHide(index)
  if ('reason' in hidden) return hidden
  const live = liveNodes(index, hidden.byName)
  return { names: new Set([...uses].filter(([node]) => live.has(node)).map(([, name]) => name)) }
}

/** Can methods be called under names that the script does not show? */
function whyMethodsHide(index: SyntaxIndex): { readonly byName: boolean } | { readonly reason: string } {
  let byName = true
  const open: Node[] = [index.program]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if ((node.type === 'NewExpression' || node.type === 'CallExpression') && node.callee.type === 'Identifier') {
      const free = index.bindingOf(node.callee) === undefined
      if (free && node.callee.name === 'Function') return { reason: `the script makes functions from text in line ${index.lineOf(node)}` }
    }
    if (node.type === 'CallExpression' && isComputed(node.callee)) byName = false
    if (node.type.startsWith('Export') || isCommonJsExport(node, index)) byName = false
    open.push(...index.childrenOf(node))
  }
  return { byName }
}

/** `object[name]()`: any method may be meant, unless the key is a number or a text. */
function isComputed(callee: Node): boolean {
  return callee.type === 'MemberExpression' && callee.computed && callee.property.type !== 'Literal'
}

/** What is exported can be called by others, under any name. */
function isCommonJsExport(node: Node, index: SyntaxIndex): boolean {
  return (
    node.type === 'AssignmentExpression' &&
    node.left.type === 'MemberExpression' &&
    node.left.object.type === 'Identifier' &&
    index.bindingOf(node.left.object) === undefined &&
    ((node.left.object.name === 'module' && !node.left.computed && node.left.property.type === 'Identifier' && node.left.property.name === 'exports') ||
      node.left.object.name === 'exports')
  )
}
