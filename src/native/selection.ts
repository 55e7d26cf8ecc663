import type { Diagnostic } from '../core/diagnostic.ts'
import type { NativePlatform } from './platform.ts'
import type { Lockfile } from './locked-package.ts'
import type { Project } from './project.ts'
import type { Registry } from './registry.ts'
import type { Trace } from './trace.ts'

/** A package without which the application does not work there, and of which no build was found. */
export interface Unavailable {
  readonly name: string
  readonly version: string
  /** Its folder, relative to the project. */
  readonly path: string
  /** Why there is none, in one sentence without a final stop. */
  readonly why: string
  /** From an entry point down to it. */
  readonly neededBy: readonly string[]
  /** The platforms for which there is a build. */
  readonly exists: readonly string[]
}

/** A file that stands in for one of the machine that builds, or that comes from the registry. */
export interface Fetched {
  readonly name: string
  readonly version: string
  readonly integrity: string
  /** Where it was put, relative to the project. */
  readonly path: string
}

/** The files of the output while they are being chosen, and everything needed to choose. */
export interface Selection {
  readonly project: Project
  /** The input's packages have only what a tool found in use: what is not there for any machine is not missed. */
  readonly isChosen: boolean
  readonly platform: NativePlatform
  readonly trace: Trace
  readonly lockfile: Lockfile | undefined
  readonly registry: Registry
  /** Project-relative path → absolute path of what will be there. */
  readonly files: Map<string, string>
  /** Places of platform packages that were dealt with: sharp and its build both name libvips. */
  readonly done: Set<string>
  readonly unavailable: Unavailable[]
  readonly fetched: Fetched[]
  report(diagnostic: Diagnostic): void
}

/** Takes files out and says so, with their package once. */
export function leaveOut(selection: Selection, paths: readonly string[], why: string): void {
  const left = paths.filter((path) => selection.files.delete(path))
  if (left.length === 0) return
  selection.report({
    severity: 'info',
    code: 'native/left-out',
    message: left.length === 1 ? `left out: ${why}` : `left out with ${left.length - 1} more: ${why}`,
    location: { path: left[0]! },
  })
}
