import type { Config } from '../config/config.ts'
import type { ArtifactReport, Reason, Verdict } from '../core/report.ts'
import type { Architecture, CapabilityKind } from '../core/requirement.ts'
import { dataDate, defaultTargets, findTarget, isAsked, isBrowser, limitReasons, match, readOwnTargets, selectTargets, type Target, usualBrowsers } from '../targets/index.ts'
import { cpuFamiliesOf } from '../tree/cpu-family.ts'
import { isIn } from '../tree/sides/served-folders.ts'
import { noSides, type Sides } from '../tree/sides/sides-of.ts'
import { variantKey } from '../tree/variant-key.ts'

/** What the user wants artifacts to be judged on. */
export interface AskedTargets {
  /** Those named, one for each architecture asked for. Empty: a handful that suits the tree. */
  readonly named: readonly Target[]
  /** The user's own, which join the handful. */
  readonly own: readonly Target[]
  readonly architectures: readonly Architecture[]
}

/**
 * Reads what is asked for, before any work is done.
 *
 * @throws UsageError for a name that is not known; ConfigError for a target of the user's own that is wrong
 */
export function askedTargets(config: Config): AskedTargets {
  const own = readOwnTargets(config.userTargets)
  const { architectures } = config
  return { named: selectTargets(config.targets, architectures, own), own, architectures }
}

/** What differs between builds of one thing: an artifact that fails for these only may have a brother that runs. */
const ofTheBuild: ReadonlySet<CapabilityKind> = new Set([
  'architecture',
  'cpu-feature',
  'abi',
  'libc',
  'loader',
  'library',
  'symbol-version',
])

/**
 * Every artifact that requires anything against every target: in the order of the artifacts, then of the targets.
 *
 * Where the tree holds several builds of one thing (`prebuilds/linux-x64`, `prebuilds/linux-arm64`), a build that is
 * not for the target has no verdict on it, as long as another one of them does not fail there. The same goes for builds
 * for several CPUs (`libggml-cpu-haswell.so` beside `libggml-cpu-x64.so`), of which what loads them chooses one.
 *
 * What is sent to browsers is judged on those only, and what a server runs on no browser.
 */
export function judge(artifacts: readonly ArtifactReport[], asked: AskedTargets, sides: Sides = noSides): readonly Verdict[] {
  const targets = asked.named.length > 0 ? asked.named : usualTargets(artifacts, asked, sides)
  const judged = artifacts.filter((artifact) => artifact.requirements.length > 0)
  const libraries = librariesOf(artifacts)
  const isNamed = asked.named.length > 0
  const families = cpuFamiliesOf(judged).map(({ members }) => members.map(({ artifact }) => artifact.path))
  const verdicts = targets.map((target) => {
    const elsewhere = isBrowser(target) ? sides.server : sides.client
    const here = elsewhere.size === 0 ? judged : judged.filter(({ path }) => !elsewhere.has(path))
    return withoutSpareBuilds(judgeOn(target, here, libraries, isNamed), families)
  })
  return judged.flatMap((artifact) => verdicts.flatMap((byPath) => byPath.get(artifact.path) ?? []))
}

/** What is too large for a target that was named: the files together, as they are unpacked there. */
export function judgeSizes(artifacts: readonly ArtifactReport[], asked: AskedTargets, sides: Sides = noSides): readonly Verdict[] {
  const sizeOf = (files: readonly ArtifactReport[]): number => files.reduce((sum, artifact) => sum + artifact.sizes.raw, 0)
  return asked.named.flatMap((target): Verdict[] => {
    // at the edge, what is served lies beside the code and is not counted as such
    const unzipped = sizeOf(target.family === 'edge' ? artifacts.filter(({ path }) => !isServed(path, sides)) : artifacts)
    const reasons = limitReasons({ unzipped }, target)
    return reasons.length === 0 ? [] : [{ artifact: '.', target: target.id, verdict: 'fails', reasons }]
  })
}

function isServed(path: string, { client, served, server }: Sides): boolean {
  return client.has(path) || (!server.has(path) && served.some(({ folder, wholeFolder }) => wholeFolder && isIn(folder, path)))
}

/** With `--arch`, only targets that have one of those architectures or none at all. */
function usualTargets(artifacts: readonly ArtifactReport[], { own, architectures }: AskedTargets, sides: Sides): readonly Target[] {
  const client = artifacts.filter(({ path }) => sides.client.has(path))
  const server = client.length === 0 ? artifacts : artifacts.filter(({ path }) => !sides.client.has(path))
  const wanted = architectures.map((architecture) => ({ format: 'elf' as const, architecture }))
  const chosen = sides.worker ? [findTarget('cloudflare-workers')] : defaultTargets([...server, ...wanted])
  const browsers = client.some(({ format }) => format === 'js' || format === 'wasm') ? usualBrowsers() : []
  const usual = [...chosen, ...browsers.filter(({ id }) => !chosen.some((target) => target.id === id)), ...own]
  if (architectures.length === 0) return usual
  return usual.filter(
    ({ architectures: has }) => has === undefined || has.value.some((each) => each === 'wasm32' || architectures.includes(each)),
  )
}

function judgeOn(
  target: Target,
  artifacts: readonly ArtifactReport[],
  libraries: ReadonlySet<string>,
  isNamed: boolean,
): ReadonlyMap<string, Verdict> {
  const verdicts = new Map<string, Verdict>()
  /** Things of which a build was found that does not fail here. */
  const served = new Set<string>()
  for (const { path, requirements } of artifacts) {
    // A target that nobody named is not brought up for what it says nothing about.
    if (!isNamed && !requirements.some((requirement) => isAsked(requirement, target))) continue
    const { verdict, reasons } = match(requirements, target, { provided: { libraries }, today: dataDate })
    verdicts.set(path, { artifact: path, target: target.id, verdict, reasons: reasons.map(withOneWitness) })
    if (verdict !== 'fails') served.add(variantKey(path))
  }
  for (const [path, { verdict, reasons }] of verdicts) {
    if (verdict !== 'fails' || !served.has(variantKey(path))) continue
    const kinds = reasons.flatMap((reason) => reason.requirement?.kind ?? [])
    if (kinds.every((kind) => ofTheBuild.has(kind))) verdicts.delete(path)
  }
  return verdicts
}

/** Builds that need another CPU are not held against the target where one of their family does not fail on it. */
function withoutSpareBuilds(
  verdicts: ReadonlyMap<string, Verdict>,
  families: readonly (readonly string[])[],
): ReadonlyMap<string, Verdict> {
  const left = new Map(verdicts)
  for (const paths of families) {
    const family = paths.flatMap((path) => verdicts.get(path) ?? [])
    if (!family.some(({ verdict }) => verdict !== 'fails')) continue
    for (const { artifact, verdict, reasons } of family) {
      if (verdict === 'fails' && reasons.every(({ requirement }) => requirement?.kind === 'cpu-feature')) left.delete(artifact)
    }
  }
  return left
}

/** The artifact's own entry has all of the evidence; repeating it for every target would make reports of hundreds of megabytes. */
function withOneWitness(reason: Reason): Reason {
  const { requirement } = reason
  return requirement === undefined ? reason : { ...reason, requirement: { ...requirement, evidence: requirement.evidence.slice(0, 1) } }
}

/** What the tree brings along: names of files and the sonames in them. */
function librariesOf(artifacts: readonly ArtifactReport[]): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { format, path, properties } of artifacts) {
    if (format !== 'elf') continue
    names.add(path.slice(path.lastIndexOf('/') + 1))
    if (typeof properties['soname'] === 'string') names.add(properties['soname'])
  }
  return names
}
