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
  return errors.length === 0 && requires(program, specifier, false)
}

function requires(node: unknown, specifier: string, caught: boolean): boolean {
  if (Array.isArray(node)) return node.some((each) => requires(each, specifier, caught))
  if (!isNode(node)) return false
  if (node.type === 'TryStatement') {
    const { block, handler, finalizer } = node
    return requires(block, specifier, true) || requires([handler, finalizer], specifier, caught)
  }
  if (node.type === 'CallExpression') {
    const { callee, arguments: [first] } = node
    if (callee.type === 'Identifier' && callee.name === 'require' && first?.type === 'Literal' && first.value === specifier) return !caught
  }
  const within = /Function/.test(node.type) ? false : caught
  return Object.values(node).some((child) => typeof child === 'object' && child !== null && requires(child, specifier, within))
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
}
