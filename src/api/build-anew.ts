import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import type { InputStamps } from '../cache/input-stamps.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import type { ArtifactReport, OutputReport, Report, Verdict } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import type { ResultCache } from '../core/result-cache.ts'
import { writeFailed } from '../node/write-failed.ts'
import { copyStructure } from '../node/folder-copy.ts'
import { readStable } from '../node/read-stable.ts'
import { stageFolder } from '../node/staged-folder.ts'
import { temporaryFolder } from '../node/temporary-folder.ts'
import { underRules } from '../pipeline/check.ts'
import type { Job } from '../pipeline/job.ts'
import { foreignBinaries } from '../tree/architecture-variants.ts'
import { bundleInput } from './bundle-input.ts'
import { asWritten } from './as-written.ts'
import { checkBudgets } from './check-budgets.ts'
import { checkTree } from './check-tree.ts'
import { type AskedTargets, askedTargets, judge } from './judge.ts'
import { manifestText } from './manifest.ts'
import { manifestName } from './manifest-name.ts'
import { mergeOutputs } from './merge-outputs.ts'
import { namedByDigest, type ReadableFile } from './named-by-digest.ts'
import { formatOptions } from './format-options.ts'
import { closeInputs, type Input, inputOf, openInputs } from './open-input.ts'
import { packageSettings, type PackageSettings } from './package-settings.ts'
import { prefixArtifact, prefixDiagnostic } from './prefix-paths.ts'
import { cacheSettings } from './result-cache.ts'
import { runJobs } from './run-jobs.ts'
import { SharedResults } from './shared-results.ts'
import { analyzeSettings, compressedSizesFor, type ResolvedOptions } from './settings.ts'
import { type PreparedInputs, prepareInputs, type Variant, variantsOf } from './variants.ts'
import { sidesFindings, sidesOfInputs } from './sides.ts'
import { totalsOf } from './totals.ts'
import { tool } from './version.ts'
import { optionsOfFile, unreachedOfInputs } from './wasm-exports/exports-of-inputs.ts'
import type { UnreachedExports } from './wasm-exports/unreached-exports.ts'
import type { WrittenPackages } from './write-packages.ts'

/** What came of a build, and what it was made from where that is known. */
export interface Built {
  readonly report: Report
  readonly inputs: InputStamps | undefined
}

/**
 * Builds in `out` from files, folders and archives, and from entry points that are bundled first.
 *
 * @param given paths of the user, `entries` among them
 */
export async function buildAnew(
  given: readonly string[],
  entries: readonly string[],
  out: string,
  options: ResolvedOptions,
  cache: ResultCache | undefined,
): Promise<Built> {
  const { config, cwd, signal } = options
  const targets = askedTargets(config)
  const inputs = [...(await openInputs(given.filter((path) => !entries.includes(path)), cwd, targets.architectures))]
  try {
    const image = inputs.findIndex(({ isImage }) => isImage === true)
    if (image >= 0) {
      throw new UsageError(
        `${given.filter((path) => !entries.includes(path))[image]} is a container image, which is analysed, but not built anew`,
        'Build the folder that is copied into it, and make the image from the result: `--package oci`, or COPY in a Dockerfile.',
      )
    }
    if (entries.length > 0) inputs.unshift(await bundleInput(entries, config, cwd, signal, cache))
    const report = await buildInputs(inputs, out, targets, options)
    return { report, inputs: inputs[0]?.stamps }
  } finally {
    await closeInputs(inputs)
  }
}

async function buildInputs(
  inputs: readonly Input[],
  out: string,
  targets: AskedTargets,
  options: ResolvedOptions,
): Promise<Report> {
  const { config, cwd, signal } = options
  const settings = await packageSettings(config, cwd, inputs)
  const variants = variantsOf(targets)
  const plain = variants.length === 1 && settings.kinds.length === 0
  const staged = await stageFolder(out)
  const work = await temporaryFolder(join(tmpdir(), 'shrink-build-'))
  try {
    const parts: BuiltPart[] = []
    const sboms: { path: string; sha256: string }[] = []
    const shared = new SharedResults()
    for (const variant of variants) {
      const prepared = await prepareInputs(inputs, variant, settings, work.path, cwd, signal)
      const prefix = plain ? '' : `${variant.name}/`
      const part = prepared.complete
        ? await buildVariant(prepared.inputs, variant, join(staged.path, prefix), settings, shared, options)
        : nothingBuilt
      if (settings.sbom && prepared.complete) sboms.push(await (await import('./write-packages.ts')).writeSbom(part.sbom, variant, staged.path, settings))
      parts.push(withPrepared(prefixPart(part, prefix), prepared))
    }
    const built = variants
      .map((variant, index) => ({
        variant,
        root: join(staged.path, plain ? '' : variant.name),
        architecture: onlyArchitecture(parts[index]!.artifacts),
        usable: parts[index]!.usable,
      }))
      .filter(({ usable }) => usable)
    const written = settings.kinds.length === 0 ? noPackages : await (await import('./write-packages.ts')).writePackages(built, staged.path, settings, signal)
    if (!plain && settings.kinds.length > 0 && !settings.kinds.includes('dir')) {
      for (const { name } of variants) await rm(join(staged.path, name), { recursive: true, force: true })
    }
    const all = <T>(pick: (part: BuiltPart) => readonly T[]): T[] => parts.flatMap((part) => [...pick(part)])
    const artifacts = all((part) => part.artifacts)
    const outputs = all((part) => part.outputs)
    if (artifacts.length === 0 && parts.every(({ usable }) => usable)) {
      parts.push({ ...nothingBuilt, diagnostics: [{ severity: 'warning', code: 'input/empty', message: 'no files to build from' }] })
    }
    await writeManifest(staged.path, manifestText(tool, outputs, written.packages, sboms, bundledFrom(inputs, out)))
    signal.throwIfAborted()
    const report: Report = {
      schemaVersion: 1,
      tool,
      command: 'build',
      totals: totalsOf(artifacts),
      artifacts,
      treeFindings: [...all((part) => part.findings), ...underRules(written.findings, config.rules), ...checkBudgets(outputs, written.packages, config, plain ? [] : variants.map(({ name }) => name))],
      portability: all((part) => part.portability),
      outputs,
      packages: written.packages,
      diagnostics: [...options.notes, ...all((part) => part.diagnostics), ...written.diagnostics],
    }
    // Nothing that works came of it: what was there before is better than an empty folder.
    if (parts.some(({ usable }) => usable)) await staged.commit()
    else await staged.discard()
    return report
  } catch (error) {
    await staged.discard()
    throw error
  } finally {
    await work.remove()
  }
}

function onlyArchitecture(artifacts: readonly ArtifactReport[]): Architecture | null {
  const found = new Set(artifacts.flatMap(({ format, architecture }) => (format === 'elf' && architecture !== null ? [architecture] : [])))
  return found.size === 1 ? [...found][0]! : null
}

/** What came of one variant. */
interface BuiltPart {
  readonly artifacts: readonly ArtifactReport[]
  readonly outputs: readonly OutputReport[]
  readonly findings: readonly Finding[]
  readonly portability: readonly Verdict[]
  readonly diagnostics: readonly Diagnostic[]
  readonly sbom: string
  /** Packages may be made of it. */
  readonly usable: boolean
}

const noPackages: WrittenPackages = { packages: [], findings: [], diagnostics: [] }

const nothingBuilt: BuiltPart = { artifacts: [], outputs: [], findings: [], portability: [], diagnostics: [], sbom: '', usable: false }

async function buildVariant(
  inputs: readonly Input[],
  variant: Variant,
  root: string,
  settings: PackageSettings,
  shared: SharedResults,
  { config, cwd, signal, onProgress }: ResolvedOptions,
): Promise<BuiltPart> {
  const artifacts: ArtifactReport[] = []
  const outputs: OutputReport[] = []
  const diagnostics: Diagnostic[] = []
  const cache = cacheSettings(config)
  const unreached = await unreachedOfInputs(inputs, config)
  const named = namedByDigest(inputs.filter(({ isFolder, bundledFrom }) => isFolder && bundledFrom === undefined).flatMap(readableFiles))
  diagnostics.push(...unreached.diagnostics, ...named.diagnostics)
  for (const input of inputs) {
    const outRoot = join(root, input.prefix)
    await copyStructure(input.files, input.emptyFolders, outRoot)
    const jobs = optimizeJobs(input, outRoot, { ...config, formats: formatOptions(config.formats, variant.targets.named) }, unreached.byPath, named.paths)
    diagnostics.push(...input.diagnostics.map((diagnostic) => prefixDiagnostic(diagnostic, input.prefix)))
    const outcomes = await shared.runJobs(jobs, input, outRoot, (fresh) => runJobs(fresh, { threads: config.jobs, signal, onProgress, cache }))
    for (const { result, failure } of outcomes) {
      if (result !== undefined) artifacts.push(prefixArtifact(result.artifact, input.prefix))
      for (const output of result?.outputs ?? []) outputs.push(prefixOutput(output, input.prefix))
      for (const diagnostic of result?.diagnostics ?? [failure!]) diagnostics.push(prefixDiagnostic(diagnostic, input.prefix))
    }
  }
  const merged = mergeOutputs(outputs)
  const started = config.formats.js['measureLoad'] === true || config.formats.js['compileCache'] === true
    ? await (await import('./cold-start.ts')).coldStart(root, merged, artifacts, (path) => inputPath(inputs, path), config, signal)
    : { outputs: merged, diagnostics: [] }
  const wrong = wrongArchitectures(artifacts, variant.targets.architectures)
  const tree = await checkTree(inputs, artifacts, { ...config, architectures: variant.targets.architectures }, signal)
  const sides = await sidesOfInputs(inputs, artifacts)
  const verified = settings.verify === null ? undefined : await (await import('../native/verify-command.ts')).verifyTree(root, variant.platform, { ...settings.verify, cwd, signal })
  return {
    artifacts,
    outputs: started.outputs,
    findings: [...tree.findings, ...sidesFindings(sides, config)],
    portability: judge(asWritten(artifacts, outputs), variant.targets, sides),
    diagnostics: [...diagnostics, ...started.diagnostics, ...wrong, ...tree.diagnostics, ...(verified === undefined ? [] : [verified])],
    sbom: settings.sbom ? await sbomText(settings, inputs, artifacts) : '',
    usable: verified?.severity !== 'error' && !wrong.some(({ severity }) => severity === 'error'),
  }
}

async function sbomText(settings: PackageSettings, inputs: readonly Input[], artifacts: readonly ArtifactReport[]): Promise<string> {
  const [{ cycloneDx }, { collectComponents }] = await Promise.all([import('../packaging/sbom.ts'), import('./collect-components.ts')])
  return cycloneDx(settings, await collectComponents(inputs, artifacts), tool)
}

/** Where the file lies that an output was made of. */
function inputPath(inputs: readonly Input[], path: string): string | undefined {
  const input = inputOf(inputs, path)
  return input === undefined ? undefined : join(input.root, path.slice(input.prefix.length))
}

/** What was chosen for the variant, and why: in paths of the project, which it came from. */
function withPrepared(part: BuiltPart, { findings, diagnostics, complete }: PreparedInputs): BuiltPart {
  return {
    ...part,
    findings: [...findings, ...part.findings],
    diagnostics: [...diagnostics, ...part.diagnostics],
    usable: part.usable && complete,
  }
}

/** With several variants, every path of the report starts with the folder of its variant. */
function prefixPart(part: BuiltPart, prefix: string): BuiltPart {
  if (prefix === '') return part
  return {
    ...part,
    artifacts: part.artifacts.map((artifact) => prefixArtifact(artifact, prefix)),
    outputs: part.outputs.map((output) => prefixOutput(output, prefix)),
    findings: part.findings.map((finding) => prefixFinding(finding, prefix)),
    portability: part.portability.map((verdict) => ({ ...verdict, artifact: prefix + verdict.artifact })),
    diagnostics: part.diagnostics.map((diagnostic) => prefixDiagnostic(diagnostic, prefix)),
  }
}

function prefixFinding(finding: Finding, prefix: string): Finding {
  const { location } = finding
  return location === undefined ? finding : { ...finding, location: { ...location, path: prefix + location.path } }
}

function optimizeJobs(input: Input, outRoot: string, config: Config, unreached: UnreachedExports['byPath'], kept: ReadonlySet<string>): Job[] {
  const settings = analyzeSettings(config)
  const compressedSizes = compressedSizesFor(input.files, config)
  const formats = input.bundledFrom === undefined ? config.formats : { ...config.formats, js: { ...config.formats.js, ownScope: true } }
  return input.files
    .filter((file) => file.link === undefined && file.path !== manifestName)
    .map((file) => ({
      kind: 'optimize',
      root: input.root,
      path: file.path,
      outRoot,
      settings,
      rules: config.rules,
      level: config.level,
      measure: config.measure,
      options: optionsOfFile(formats, input.prefix, file.path, unreached),
      compressedSizes,
      keepsBytes: kept.has(input.prefix + file.path),
    }))
}

/** Of an input: what may hold digests or be named by one. An earlier build's own list of digests is no demand. */
function readableFiles({ files, prefix, root }: Input): ReadableFile[] {
  return files
    .filter(({ path, link }) => link === undefined && path !== manifestName)
    .map(({ path, size }) => ({ path: prefix + path, size, read: () => readOrUndefined(join(root, path)) }))
}

/** What cannot be read is told of by the job that needs it. */
function readOrUndefined(path: string): Uint8Array | undefined {
  try {
    return readStable(path)
  } catch {
    return undefined
  }
}

function prefixOutput(output: OutputReport, prefix: string): OutputReport {
  if (prefix === '') return output
  return { ...output, path: prefix + output.path, ...(output.from === undefined ? {} : { from: prefix + output.from }) }
}

function wrongArchitectures(artifacts: readonly ArtifactReport[], architectures: readonly Architecture[]): Diagnostic[] {
  if (architectures.length === 0) return []
  const asked = architectures.join(', ')
  return foreignBinaries(artifacts, architectures).map(({ path, architecture, counterpart }) => ({
    severity: counterpart === undefined ? 'error' : 'info',
    code: 'artifact/wrong-architecture',
    message:
      counterpart === undefined
        ? `needs ${architecture}: the tree holds no build of it for ${asked}`
        : `is for ${architecture}; ${counterpart} is its build for ${asked}`,
    hint:
      counterpart === undefined
        ? `Install or build it for ${asked} and put it into the tree.`
        : 'It can be left out of a deployment to one architecture.',
    location: { path },
  }))
}

function bundledFrom(inputs: readonly Input[], out: string): string[] {
  return inputs.flatMap((input) => input.bundledFrom ?? []).map((path) => relative(out, path).split(sep).join('/')).sort()
}

async function writeManifest(folder: string, text: string): Promise<void> {
  await writeFile(join(folder, manifestName), text).catch((error: unknown) => {
    throw writeFailed(manifestName, error)
  })
}
