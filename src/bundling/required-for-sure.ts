import { readFile } from 'node:fs/promises'
import type { ESTree } from 'rolldown/utils'

/**
 * Does the code ask for the module with a `require` whose failure nothing catches? In a `try` of the same function it may do
 * without; esbuild draws the same line.
 *
 * @param path of a script, absolute
 */
export async function isRequiredForSure(path: string, specifier: string): Promise<boolean> {
  const { parseSync } = await import('rolldown/utils')
  const code = await readFile(path, 'utf8').catch(() => undefined)
  if (code === undefined) return false
  const { program, errors } = parseSync(path, code)
  return errors.length === 0 && requires(program, specifier)
}

/** Without recursion: a sum of thousands of texts is a tree as deep. */
function requires(program: ESTree.Node, specifier: string): boolean {
  const left: { node: unknown; caught: boolean }[] = [{ node: program, caught: false }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { node, caught } = next
    if (Array.isArray(node)) for (const each of node) left.push({ node: each, caught })
    if (!isNode(node)) continue
    if (node.type === 'TryStatement') {
      left.push({ node: node.block, caught: true }, { node: node.handler, caught }, { node: node.finalizer, caught })
      continue
    }
    if (!caught && node.type === 'CallExpression') {
      const { callee, arguments: [first] } = node
      if (callee.type === 'Identifier' && callee.name === 'require' && first?.type === 'Literal' && first.value === specifier) return true
    }
    const within = caught && !/Function/.test(node.type)
    for (const child of Object.values(node)) if (typeof child === 'object' && child !== null) left.push({ node: child, caught: within })
  }
  return false
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
