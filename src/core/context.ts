import type { Diagnostic } from './diagnostic.ts'

/** All that a stage may know of the world. */
export interface Context {
  /** Aborted when the result is no longer wanted, or its time is over. */
  readonly signal: AbortSignal
  report(diagnostic: Diagnostic): void
  /** Another file of the same tree by its tree-relative path; undefined when there is none. */
  readFile(path: string): Promise<Uint8Array | undefined>
}
