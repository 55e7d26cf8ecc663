import type { Artifact } from './artifact.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { Tool, ToolName } from './tool.ts'
import type { Change } from './change.ts'

/** All that a stage may know of the world. */
export interface Context {
  /** Aborted when the result is no longer wanted, or its time is over. */
  readonly signal: AbortSignal
  report(diagnostic: Diagnostic): void
  /** Another file of the same tree by its tree-relative path; undefined when there is none. */
  readFile(path: string): Promise<Uint8Array | undefined>
  /**
   * An outside optimizer, if this host has it.
   * @param path program that the user named; null to take the best one there is
   * @throws ShrinkError `transform/failed` when the program named cannot be used
   */
  openTool?(name: ToolName, path: string | null): Promise<Tool | undefined>
  /**
   * Optimises something that lies inside the artifact at hand (a module in a script) with its own format's transforms
   * and checks. Undefined when no format knows it or nothing was gained.
   */
  optimizeNested?(artifact: Artifact): Promise<NestedResult | undefined>
}

export interface NestedResult {
  readonly bytes: Uint8Array
  readonly changes: readonly Change[]
  /** It was asked to need or offer something else, and may be larger for it. */
  readonly redefined: boolean
}
