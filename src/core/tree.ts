import type { Context } from './context.ts'
import type { Finding } from './finding.ts'
import type { ArtifactReport } from './report.ts'
import type { Architecture } from './requirement.ts'

export interface TreeFile {
  /** Relative to the tree, `/`-separated. */
  readonly path: string
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  /** Set for a symbolic link that stays inside the tree: the link's own text. */
  readonly link?: string
}

/** The whole of what is deployed, after each artifact was analysed by itself. Sorted by path. */
export interface TreeView {
  readonly files: readonly TreeFile[]
  readonly artifacts: readonly ArtifactReport[]
  /** Architectures that were asked for. Empty or left out: none was. */
  readonly architectures?: readonly Architecture[]
}

/** A check that needs more than one file: libraries found beside, builds for other platforms, duplicates. */
export interface TreeRule {
  /** `area/name`, stable. */
  readonly id: string
  readonly help: string
  /** What it finds is so, too, where the files are a part of what is deployed: what a bundler writes. */
  readonly ofParts?: true
  check(tree: TreeView, context: Context): Promise<readonly Omit<Finding, 'ruleId'>[]>
}
