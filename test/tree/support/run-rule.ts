import type { Context } from '../../../src/core/context.ts'
import type { Finding } from '../../../src/core/finding.ts'
import type { TreeView } from '../../../src/core/tree.ts'
import { treeRules } from '../../../src/tree/index.ts'

/** What one rule finds in a tree. */
export async function runRule(
  id: string,
  { tree, context }: { readonly tree: TreeView; readonly context: Context },
): Promise<readonly Omit<Finding, 'ruleId'>[]> {
  const rule = treeRules.find((candidate) => candidate.id === id)
  if (rule === undefined) throw new Error(`no rule ${id}`)
  return rule.check(tree, context)
}
