import { binaryKindOf } from '../bytes/binary-kind.ts'
import { sha256 } from '../bytes/sha256.ts'
import type { Analysis, FormatId } from '../core/analysis.ts'
import type { Artifact } from '../core/artifact.ts'
import type { Change } from '../core/change.ts'
import type { Context, NestedResult } from '../core/context.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { LimitError, ShrinkError, toDiagnostic } from '../core/errors.ts'
import type { Format, KnownFormat } from '../core/format.ts'
import type { ArtifactReport, EncodedSizes, OutputReport } from '../core/report.ts'
import { totalsByLabel } from '../core/size-map.ts'
import { check } from './check.ts'
import { encodedSizes } from './encoded-sizes.ts'
import { containerName } from './container.ts'
import type { Job, JobResult } from './job.ts'
import type { LargeFile } from './large-file.ts'
import { optimizeArtifact } from './optimize-artifact.ts'
import { precompressedAnew } from './precompressed.ts'

/** What a job may do to the world around it. */
export interface JobHost extends Omit<Context, 'report'> {
  /** @throws ShrinkError `input/unreadable`, `input/changed`; LimitError for one that no array holds */
  read(path: string): Promise<Uint8Array>
  /** What `read` gives, or of a large file the start of it. @throws ShrinkError as `read` */
  open(path: string): Promise<Uint8Array | LargeFile>
  /**
   * Writes a file of the result with the mode of the input file `like`.
   * @param keepExisting leave alone what another job has already written there
   * @throws ShrinkError `output/write-failed`
   */
  write(path: string, bytes: Uint8Array, like: string, keepExisting: boolean): Promise<void>
}

/** The first bytes that `Format.recognizes` sees. */
export const headSize: number = 64 * 1024

/** Beyond this, a size map goes into the report only when it was asked for. */
const maxUnaskedTotals = 200

/**
 * Analyses or optimises one file. Never throws for what is wrong with the file: that becomes a diagnostic, and an
 * `optimize` job then copies the file as it is.
 */
export async function runJob(job: Job, formats: readonly KnownFormat[], host: JobHost): Promise<JobResult> {
  const diagnostics: Diagnostic[] = []
  const context: Context = {
    ...host,
    report: (diagnostic) => diagnostics.push(diagnostic),
    optimizeNested: (nested) => (job.kind === 'optimize' ? optimizeNested(nested, job, formats, context) : noResult),
  }
  const opened = await host.open(job.path)
  const head = opened instanceof Uint8Array ? opened.subarray(0, headSize) : opened.head
  const known = formats.find((candidate) => candidate.recognizes(job.path, head))
  let bytes: Uint8Array
  if (opened instanceof Uint8Array) bytes = opened
  // only who asked for all compressed sizes has a use for the rest of what is no artifact
  else if (known === undefined && job.compressedSizes !== 'all') return largeFile(job, opened, diagnostics)
  else {
    try {
      bytes = await opened.whole()
    } catch (error) {
      if (!(error instanceof LimitError)) throw error
      diagnostics.push(toDiagnostic(error, job.path))
      return largeFile(job, opened, diagnostics, known)
    }
  }
  const artifact: Artifact = { path: job.path, bytes }
  if (known === undefined) return plainFile(job, artifact, host, diagnostics)
  const format = await known.load()
  try {
    return job.kind === 'analyze'
      ? {
          artifact: reportArtifact(job, artifact, format, await format.analyze(artifact, job.settings, context)),
          outputs: [],
          diagnostics,
        }
      : await optimize(job, artifact, format, host, context, diagnostics)
  } catch (error) {
    host.signal.throwIfAborted()
    if (error instanceof ShrinkError && error.code === 'output/write-failed') throw error
    diagnostics.push(ofPackage(toDiagnostic(error, job.path)))
    return plainFile(job, artifact, host, diagnostics, format)
  }
}

/**
 * Packages ship scripts that are broken on purpose, for their own tests, and which nobody but their authors could mend:
 * what uses Fastify has two of them. No engine that cannot parse a file runs it.
 */
function ofPackage(diagnostic: Diagnostic): Diagnostic {
  if (diagnostic.code !== 'artifact/syntax' || !/(?:^|\/)node_modules\//.test(diagnostic.location?.path ?? '')) return diagnostic
  return { ...diagnostic, severity: 'warning', hint: 'It is left as it is. Packages ship files that do not parse for their own tests; one that is used would fail in any engine.' }
}

const noResult: Promise<undefined> = Promise.resolve(undefined)

/**
 * What lies inside an artifact is optimised as if it were a file, with the options of its own format. Its raw bytes
 * count: base64 hides repetitions from compressors, so that fewer digits are fewer compressed bytes, too.
 */
async function optimizeNested(
  nested: Artifact,
  job: Job & { readonly kind: 'optimize' },
  formats: readonly KnownFormat[],
  context: Context,
): Promise<NestedResult | undefined> {
  const known = formats.find((candidate) => candidate.recognizes(nested.path, nested.bytes.subarray(0, headSize)))
  if (known === undefined) return undefined
  const format = await known.load()
  const settings = { level: job.level, measure: 'raw' as const, options: job.options[format.id] }
  const { artifact, changes, redefined } = await optimizeArtifact(format, nested, { shallow: true }, settings, context)
  return artifact === nested ? undefined : { bytes: artifact.bytes, changes, redefined }
}

async function optimize(
  job: Job & { readonly kind: 'optimize' },
  artifact: Artifact,
  format: Format,
  host: JobHost,
  context: Context,
  diagnostics: readonly Diagnostic[],
): Promise<JobResult> {
  const settings = { level: job.level, measure: job.measure, options: job.options[format.id] }
  const result = await optimizeArtifact(job.keepsBytes === true ? { ...format, transforms: [] } : format, artifact, job.settings, settings, context)
  const before = reportArtifact(job, artifact, format, result.before)
  await host.write(job.path, result.artifact.bytes, job.path, false)
  const changed = result.artifact !== artifact
  const outputs: OutputReport[] = [
    {
      path: job.path,
      format: format.id,
      sha256: changed ? sha256(result.artifact.bytes) : before.sha256,
      sizes: changed ? encodedSizes(result.artifact.bytes, job.compressedSizes) : before.sizes,
      before: before.sizes,
      changes: result.changes,
      ...(result.redefined ? { requirements: result.after.requirements } : {}),
    },
  ]
  const written = async (path: string, bytes: Uint8Array, changes: readonly Change[]): Promise<void> => {
    await host.write(path, bytes, job.path, false)
    const sizes = encodedSizes(bytes, job.compressedSizes)
    outputs.push({ path, from: job.path, format: 'other', sha256: sha256(bytes), sizes, before: sizes, changes })
  }
  for (const { path, bytes } of result.companions) await written(path, bytes, [])
  const anew = changed ? [{ path: job.path, bytes: result.artifact.bytes, old: artifact.bytes }] : []
  for (const { path, bytes } of result.companions) {
    const old = await host.readFile(path)
    if (old !== undefined) anew.push({ path, bytes, old })
  }
  for (const { path, bytes, old } of anew) {
    for (const made of await precompressedAnew(path, old, bytes, host.readFile)) await written(made.path, made.bytes, [made.change])
  }
  return { artifact: before, outputs, diagnostics }
}

/** A file that is counted and, when optimising, copied byte for byte. */
async function plainFile(
  job: Job,
  { path, bytes }: Artifact,
  host: JobHost,
  diagnostics: readonly Diagnostic[],
  format?: Format,
): Promise<JobResult> {
  if (job.kind === 'optimize') await host.write(path, bytes, path, true)
  return countedOnly(job, bytes, sha256(bytes), encodedSizes(bytes, job.compressedSizes), diagnostics, format)
}

/** The same of a file that is never held as a whole. */
async function largeFile(job: Job, file: LargeFile, diagnostics: readonly Diagnostic[], format?: KnownFormat): Promise<JobResult> {
  const digest = job.kind === 'analyze' ? await file.digest() : await file.copy()
  return countedOnly(job, file.head, digest, { raw: file.size, gzip: null, brotli: null }, diagnostics, format)
}

/** What is told of a file of which no format tells more. */
function countedOnly(
  { kind, path }: Job,
  head: Uint8Array,
  digest: string,
  sizes: EncodedSizes,
  diagnostics: readonly Diagnostic[],
  format?: { readonly id: FormatId },
): JobResult {
  const container = containerName(head)
  const binary = binaryKindOf(head)
  const name = format?.id ?? (container === undefined ? 'other' : 'archive')
  const artifact: ArtifactReport = {
    path,
    format: name,
    architecture: null,
    sizes,
    sha256: digest,
    properties: {
      ...(container === undefined ? {} : { container }),
      ...(binary === undefined || binary.kind === 'elf' ? {} : { binary: binary.kind, machines: binary.architectures }),
    },
    requirements: [],
    findings: [],
  }
  const output: OutputReport = { path, format: name, sha256: digest, sizes, before: sizes, changes: [] }
  return { artifact, outputs: kind === 'analyze' ? [] : [output], diagnostics }
}

function reportArtifact(job: Job, artifact: Artifact, format: Format, analysis: Analysis): ArtifactReport {
  const totals = totalsByLabel(analysis.sizes)
  const view = job.settings.by
  return {
    path: artifact.path,
    format: format.id,
    architecture: analysis.architecture,
    sizes: encodedSizes(artifact.bytes, job.compressedSizes),
    sha256: sha256(artifact.bytes),
    properties: analysis.properties,
    requirements: analysis.requirements,
    findings: check(analysis, format.rules, job.rules),
    ...(view !== undefined || totals.length <= maxUnaskedTotals ? { sizeMap: { view: view ?? 'default', totals } } : {}),
  }
}
