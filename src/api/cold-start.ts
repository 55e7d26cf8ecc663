import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../core/diagnostic.ts'
import type { ArtifactReport, OutputReport } from '../core/report.ts'
import { addCompileCache } from '../node/compile-cache.ts'
import { formatLoadTime, type Loadable, type LoadOutcome, type LoadTime, measureLoads } from '../node/load-time.ts'
import { writeOtherKind } from '../node/other-module-kind.ts'
import { encodedSizes } from '../pipeline/encoded-sizes.ts'

/** Smaller scripts load in less time than can be told apart. */
const WORTH_MEASURING = 16 * 1024
/** Largest first: each costs some twenty processes. */
const MOST_SCRIPTS = 10
const RUNS = 9

export interface ColdStart {
  readonly outputs: readonly OutputReport[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Load times of the scripts of a build, before and after, and compile caches for those of them that gain. Runs the
 * scripts; only where `--measure-load` or `--compile-cache` asks for it.
 *
 * @param root folder that was built into
 * @param inputOf where the file that an output was made of lies
 */
export async function coldStart(
  root: string,
  outputs: readonly OutputReport[],
  artifacts: readonly ArtifactReport[],
  inputOf: (path: string) => string | undefined,
  config: Config,
  signal: AbortSignal,
): Promise<ColdStart> {
  const { measureLoad, compileCache } = config.formats.js
  if (measureLoad !== true && compileCache !== true) return { outputs, diagnostics: [] }
  const result = new Map(outputs.map((output) => [output.path, output]))
  const diagnostics: Diagnostic[] = []
  for (const { path, properties } of scriptsOf(outputs, artifacts)) {
    const kind = properties['moduleKind'] === 'esm' ? 'esm' : 'commonjs'
    const input = inputOf(path)
    if (measureLoad === true) diagnostics.push(...(await compareLoads(path, kind, input, join(root, path), signal)))
    if (compileCache !== true) continue
    if (kind === 'esm') {
      diagnostics.push(info('transform/skipped', path, 'js/compile-cache: an ECMAScript module cannot be loaded from a cache; build CommonJS (--format cjs)'))
      continue
    }
    const names = Array.isArray(properties['exports']) ? properties['exports'].map(String) : []
    const dynamicImports = Number(properties['dynamicImports'] ?? 0)
    const outcome = await addCompileCache(join(root, path), { exports: names, dynamicImports, runs: RUNS, signal })
    if (!outcome.kept) {
      diagnostics.push(info('transform/discarded', path, `js/compile-cache: ${outcome.why}`))
      continue
    }
    const output = result.get(path)!
    const loader = await readFile(join(root, path))
    const change = { transform: 'js/compile-cache', what: outcome.what, before: output.sizes.raw, after: loader.byteLength, verifiedBy: ['V8 accepts the cache', 'loads'] }
    result.set(path, { ...describe(loader, config), path, format: 'js', before: output.before, changes: [...output.changes, change] })
    for (const file of outcome.files) {
      const beside = path.slice(0, path.lastIndexOf('/') + 1) + file.path.split(/[\\/]/).at(-1)!
      const sizes = describe(file.bytes, config)
      result.set(beside, { ...sizes, path: beside, from: path, format: beside.endsWith('.cjs') ? 'js' : 'other', before: sizes.sizes, changes: [] })
    }
  }
  return { outputs: [...result.values()].sort((a, b) => (a.path < b.path ? -1 : 1)), diagnostics }
}

function scriptsOf(outputs: readonly OutputReport[], artifacts: readonly ArtifactReport[]): ArtifactReport[] {
  const sizes = new Map(outputs.map((output) => [output.path, output.sizes.raw]))
  return artifacts
    .filter(({ format, path }) => format === 'js' && (sizes.get(path) ?? 0) >= WORTH_MEASURING && !/(?:^|\/)node_modules\//.test(path))
    .sort((a, b) => sizes.get(b.path)! - sizes.get(a.path)! || (a.path < b.path ? -1 : 1))
    .slice(0, MOST_SCRIPTS)
}

/** Loads the script in turn with what it was made of, and with itself as the other kind of module. */
async function compareLoads(
  path: string,
  kind: Loadable['kind'],
  input: string | undefined,
  output: string,
  signal: AbortSignal,
): Promise<readonly Diagnostic[]> {
  const before = input !== undefined && existsSync(input) ? [{ path: input, kind }] : []
  const other = await writeOtherKind({ path: output, kind })
  try {
    const scripts = [{ path: output, kind }, ...before, ...(other === undefined ? [] : [other.loadable])]
    const outcomes = await measureLoads(scripts, { runs: RUNS, signal })
    const after = outcomes[0]!
    if ('problem' in after) return [info('output/load-time', path, `cannot be loaded here: ${after.problem}`)]
    const old = before.length === 0 ? undefined : timeOf(outcomes[1]!)
    const text = `loads in ${formatLoadTime(after.time)}, median of ${after.time.runs} fresh processes`
    const loads = info('output/load-time', path, old === undefined ? text : `${text}; before, in ${formatLoadTime(old)}`)
    const otherTime = other === undefined ? undefined : timeOf(outcomes.at(-1)!)
    return otherTime === undefined ? [loads] : [loads, ...proposal(path, kind, after.time, otherTime)]
  } finally {
    await other?.remove()
  }
}

function timeOf(outcome: LoadOutcome): LoadTime | undefined {
  return 'time' in outcome ? outcome.time : undefined
}

/** The other kind of module, where it loads faster by more than chance: the middle halves of the runs do not meet. */
function proposal(path: string, kind: Loadable['kind'], own: LoadTime, other: LoadTime): Diagnostic[] {
  if (other.high >= own.low) return []
  const [name, format] = kind === 'esm' ? ['CommonJS', 'cjs'] : ['an ECMAScript module', 'esm']
  const message = `as ${name} it would load in ${formatLoadTime(other)}, measured in turn with it`
  return [{ ...info('output/load-time', path, message), hint: `Where nothing else needs it as it is: \`--format ${format}\`.` }]
}

function info(code: Diagnostic['code'], path: string, message: string): Diagnostic {
  return { severity: 'info', code, message, location: { path } }
}

function describe(bytes: Uint8Array, config: Config): Pick<OutputReport, 'sizes' | 'sha256'> {
  return { sizes: encodedSizes(bytes, config.compressedSizes), sha256: sha256(bytes) }
}
