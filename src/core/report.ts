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

/** Bytes after less bytes before. `null`: one of the two was not measured. */
export interface SizeDifference {
  readonly raw: number
  readonly gzip: number | null
  readonly brotli: number | null
}

/** `same-size`: other bytes, or another name, and as large in every measure. */
export type ArtifactChangeKind = 'added' | 'removed' | 'larger' | 'smaller' | 'same-size'

/** A file that is not as it was. `null`: it is not in that report. */
export interface ArtifactChange {
  readonly path: string
  /** What it was called, where its name holds a digest of what is in it and only that differs. */
  readonly previousPath?: string
  readonly change: ArtifactChangeKind
  readonly before: EncodedSizes | null
  readonly after: EncodedSizes | null
  readonly difference: SizeDifference
}

/** A package that is not as large as it was, in bytes as deployed. `null`: it is not in that report. */
export interface PackageChange {
  readonly path: string
  readonly before: number | null
  readonly after: number | null
  readonly difference: number
}

/** Something that is needed newly, no longer, more or less surely, or of another version. At most one is `null`. */
export interface RequirementChange {
  readonly artifact: string
  /** Without evidence. */
  readonly before: Requirement | null
  /** With one witness. */
  readonly after: Requirement | null
}

/** An artifact that fails (or may fail) on a target and did not, or the other way round. `null`: not judged on it. */
export interface VerdictChange {
  readonly artifact: string
  readonly target: string
  readonly before: VerdictKind | null
  readonly after: VerdictKind | null
  /** Of the verdict now. */
  readonly reasons: readonly Reason[]
}

/** What is compared of a finding, and told of it. */
export type ComparedFinding = Pick<Finding, 'ruleId' | 'severity' | 'message' | 'location'>

/** Something that is found newly, no longer, or in other words: those differ in more than figures. At most one is `null`. */
export interface FindingChange {
  /** `.`: the tree as a whole. */
  readonly artifact: string
  readonly before: ComparedFinding | null
  readonly after: ComparedFinding | null
}

/** What has changed since an earlier report. Of a build, both stand for what it wrote. */
export interface Comparison {
  readonly against: { readonly file: string; readonly tool: { readonly name: string; readonly version: string }; readonly command: 'analyze' | 'build' }
  /** Of the files compared: the differences below sum to the one here. */
  readonly totals: { readonly before: EncodedSizes; readonly after: EncodedSizes; readonly difference: SizeDifference; readonly unchanged: number }
  readonly artifacts: readonly ArtifactChange[]
  readonly packages: readonly PackageChange[]
  readonly requirements: readonly RequirementChange[]
  readonly verdicts: readonly VerdictChange[]
  /** Of a build, without what it mended. */
  readonly findings: readonly FindingChange[]
  /** Files that could not be processed for one of the reports, and targets that only one of them judged. */
  readonly notCompared: { readonly files: readonly string[]; readonly targets: readonly string[] }
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
  /** What has changed since the report that `--against` names. */
  readonly comparison?: Comparison
}

/** The severity that makes `--fail-on` bite. */
export type FailOn = Severity | 'never'

/** What reports are printed as. */
export const reporters = ['text', 'json', 'markdown', 'sarif', 'github'] as const
export type Reporter = (typeof reporters)[number]

export type { Measure }
