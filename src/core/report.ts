import type { FormatId } from './analysis.ts'
import type { Diagnostic, Severity } from './diagnostic.ts'
import type { Finding } from './finding.ts'
import type { JsonValue } from './json.ts'
import type { Architecture, Requirement } from './requirement.ts'
import type { SizeTotal } from './size-map.ts'
import type { Change } from './change.ts'
import type { Measure } from './transform.ts'

/** Bytes as they are and as they are sent. `null`: not measured (see `AnalyzeOptions.compressedSizes`). */
export interface EncodedSizes {
  readonly raw: number
  /** zlib level 9. */
  readonly gzip: number | null
  /** Quality 11, window 22. */
  readonly brotli: number | null
}

/** What is known of one file. `other`: no format knows it; it is counted and left alone. */
export interface ArtifactReport {
  readonly path: string
  readonly format: FormatId | 'archive' | 'other'
  readonly architecture: Architecture | null
  readonly sizes: EncodedSizes
  readonly sha256: string
  readonly properties: { readonly [key: string]: JsonValue }
  readonly requirements: readonly Requirement[]
  readonly findings: readonly Finding[]
  /** Where the bytes are; sums to `sizes.raw`. The view is the one asked for with `--by`. */
  readonly sizeMap?: { readonly view: string; readonly totals: readonly SizeTotal[] }
}

export type VerdictKind = 'runs' | 'fails' | 'unknown'

/** Why an artifact does not run on a target, or why that cannot be told. */
export interface Reason {
  readonly message: string
  readonly hint?: string
  readonly requirement?: Requirement
}

export interface Verdict {
  readonly artifact: string
  readonly target: string
  readonly verdict: VerdictKind
  readonly reasons: readonly Reason[]
}

/** One file of a build's result. */
export interface OutputReport {
  readonly path: string
  /** Where it comes from, relative to the input tree, when it differs from `path`. */
  readonly from?: string
  readonly format: FormatId | 'archive' | 'other'
  readonly sha256: string
  readonly sizes: EncodedSizes
  readonly before: EncodedSizes
  readonly changes: readonly Change[]
  /** What it needs, where that is no longer what its input needed: features were lowered, exports dropped. */
  readonly requirements?: readonly Requirement[]
}

/** A deployable file or folder made of the outputs. */
export interface PackageReport {
  readonly kind: 'dir' | 'zip' | 'layer' | 'oci'
  readonly path: string
  readonly architecture: Architecture | null
  readonly sha256: string
  /** Bytes as deployed. */
  readonly size: number
  readonly unpackedSize: number
  readonly limits: readonly { readonly target: string; readonly name: string; readonly limit: number; readonly used: number }[]
}

/** Version 1. Fields are only ever added. */
export interface Report {
  readonly schemaVersion: 1
  readonly tool: { readonly name: string; readonly version: string }
  readonly command: 'analyze' | 'build'
  readonly totals: { readonly files: number; readonly artifacts: number; readonly sizes: EncodedSizes }
  readonly artifacts: readonly ArtifactReport[]
  /** Findings about the tree as a whole: packages, families of files, missing builds. */
  readonly treeFindings: readonly Finding[]
  readonly portability: readonly Verdict[]
  readonly outputs: readonly OutputReport[]
  readonly packages: readonly PackageReport[]
  readonly diagnostics: readonly Diagnostic[]
}

/** The severity that makes `--fail-on` bite. */
export type FailOn = Severity | 'never'

/** What reports are printed as. */
export const reporters = ['text', 'json', 'markdown', 'sarif'] as const
export type Reporter = (typeof reporters)[number]

export type { Measure }
