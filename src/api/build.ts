import { stat, writeFile } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'
import type { ArtifactReport, OutputReport, Report } from '../core/report.ts'
import { writeFailed } from '../node/file-host.ts'
import { copyStructure } from '../node/folder-copy.ts'
import { stageFolder } from '../node/staged-folder.ts'
import { sumSizes } from '../pipeline/encoded-sizes.ts'
import type { Job } from '../pipeline/job.ts'
import { foreignBinaries } from '../tree/architecture-variants.ts'
import { bundleInput, isEntryPoint } from './bundle-input.ts'
import { checkTree } from './check-tree.ts'
import { type AskedTargets, askedTargets, judge } from './judge.ts'
import { manifestName, manifestText } from './manifest.ts'
import { closeInputs, type Input, openInputs } from './open-input.ts'
import { prefixArtifact, prefixDiagnostic } from './prefix-paths.ts'
import { runJobs } from './run-jobs.ts'
import { analyzeSettings, type ResolvedOptions, resolveOptions, type RunOptions } from './settings.ts'
import { tool } from './version.ts'

/**
 * Makes an optimised copy of files, folders and archives in `config.out`, which is replaced as a whole or not at all.
 * What is not understood is copied byte for byte.
 *
 * @param paths `dist` when empty
 * @throws UsageError, ConfigError; ShrinkError `output/write-failed`, with the old output in place
 */
export async function build(paths: readonly string[], options: RunOptions = {}): Promise<Report> {
  return buildResolved(paths, await resolveOptions(options))
}

/** `build` with the options already resolved. */
export async function buildResolved(paths: readonly string[], options: ResolvedOptions): Promise<Report> {
  const { config, cwd } = options
  const targets = askedTargets(config)
  const given = paths.length > 0 ? paths : await defaultPaths(cwd)
  const out = resolve(cwd, config.out)
  for (const path of given) refuseOverlap(resolve(cwd, path), out, path, config.out)
  const entries = config.bundle['enabled'] === true ? given.filter(isEntryPoint) : []
  const inputs = [...(await openInputs(given.filter((path) => !entries.includes(path)), cwd))]
  try {
    if (entries.length > 0) inputs.unshift(await bundleInput(entries, config, cwd, options.signal))
    return await buildInputs(inputs, out, targets, options)
  } finally {
    await closeInputs(inputs)
  }
}

async function buildInputs(
  inputs: readonly Input[],
  out: string,
  targets: AskedTargets,
  { config, signal, onProgress }: ResolvedOptions,
): Promise<Report> {
  const staged = await stageFolder(out)
  try {
    const artifacts: ArtifactReport[] = []
    const outputs: OutputReport[] = []
    const diagnostics: Diagnostic[] = []
    for (const input of inputs) {
      const outRoot = join(staged.path, input.prefix)
      await copyStructure(input.files, input.emptyFolders, outRoot)
      const jobs = optimizeJobs(input, outRoot, config)
      diagnostics.push(...input.diagnostics.map((diagnostic) => prefixDiagnostic(diagnostic, input.prefix)))
      const outcomes = await runJobs(jobs, { threads: config.jobs, signal, onProgress })
      for (const { result, failure } of outcomes) {
        if (result !== undefined) artifacts.push(prefixArtifact(result.artifact, input.prefix))
        for (const output of result?.outputs ?? []) outputs.push(prefixOutput(output, input.prefix))
        for (const diagnostic of result?.diagnostics ?? [failure!]) diagnostics.push(prefixDiagnostic(diagnostic, input.prefix))
      }
    }
    if (artifacts.length === 0) diagnostics.push({ severity: 'warning', code: 'input/empty', message: 'no files to build from' })
    diagnostics.push(...wrongArchitectures(artifacts, config))
    const tree = await checkTree(inputs, artifacts, config, signal)
    const written = mergeOutputs(outputs)
    await writeManifest(staged.path, manifestText(tool, written))
    signal.throwIfAborted()
    const report: Report = {
      schemaVersion: 1,
      tool,
      command: 'build',
      totals: {
        files: artifacts.length,
        artifacts: artifacts.filter((artifact) => artifact.format !== 'other').length,
        sizes: sumSizes(artifacts.map((artifact) => artifact.sizes)),
      },
      artifacts,
      treeFindings: tree.findings,
      portability: judge(artifacts, targets),
      outputs: written,
      packages: [],
      diagnostics: [...diagnostics, ...tree.diagnostics],
    }
    await staged.commit()
    return report
  } catch (error) {
    await staged.discard()
    throw error
  }
}

function optimizeJobs(input: Input, outRoot: string, config: Config): Job[] {
  const settings = analyzeSettings(config)
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
      options: config.formats,
      compressedSizes: config.compressedSizes,
    }))
}

/**
 * One entry a path. A companion (the source map of a minified bundle) replaces the entry of the input file that it was
 * written over, and takes that file's sizes as its own before.
 */
function mergeOutputs(outputs: readonly OutputReport[]): OutputReport[] {
  const byPath = new Map<string, OutputReport>()
  for (const output of outputs) {
    const other = byPath.get(output.path)
    if (other === undefined) byPath.set(output.path, output)
    else if (output.from !== undefined) byPath.set(output.path, { ...output, before: other.before })
    else byPath.set(output.path, { ...other, before: output.before })
  }
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function prefixOutput(output: OutputReport, prefix: string): OutputReport {
  if (prefix === '') return output
  return { ...output, path: prefix + output.path, ...(output.from === undefined ? {} : { from: prefix + output.from }) }
}

function wrongArchitectures(artifacts: readonly ArtifactReport[], config: Config): Diagnostic[] {
  if (config.architectures.length === 0) return []
  const asked = config.architectures.join(', ')
  return foreignBinaries(artifacts, config.architectures).map(({ path, architecture, counterpart }) => ({
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

async function writeManifest(folder: string, text: string): Promise<void> {
  await writeFile(join(folder, manifestName), text).catch((error: unknown) => {
    throw writeFailed(manifestName, error)
  })
}

async function defaultPaths(cwd: string): Promise<readonly string[]> {
  const there = await stat(join(cwd, 'dist')).catch(() => undefined)
  if (there?.isDirectory()) return ['dist']
  throw new UsageError('nothing to build', 'Give an entry point or a folder: `shrink build dist/` or `shrink build src/handler.ts`.')
}

/** The input is never harmed, so the output may be neither it nor around it nor in it. */
function refuseOverlap(input: string, out: string, inputName: string, outName: string): void {
  const contains = (outer: string, inner: string): boolean => {
    const path = relative(outer, inner)
    return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && resolve(outer, path) === inner)
  }
  if (contains(input, out) || contains(out, input)) {
    throw new UsageError(`--out ${outName} overlaps the input ${inputName}`, 'Write into a folder beside it.')
  }
}
