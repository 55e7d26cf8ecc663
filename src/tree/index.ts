import type { TreeRule } from '../core/tree.ts'

/** Every check that looks at the tree as a whole, in the order of the report. */
export const treeRules: readonly TreeRule[] = []
