import { baselineFeatures, canonicalFeature, cpuModels } from '../core/cpu-models.ts'
import type { ArtifactReport } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import { withoutArchitecture } from './variant-key.ts'

/** Builds of one thing, for one architecture, that differ in the CPU they need: whoever loads them has to choose. */
export interface CpuFamily {
  /** The path that the members share once CPUs are taken out of it. */
  readonly key: string
  readonly architecture: Architecture
  /** Sorted by path. */
  readonly members: readonly CpuFamilyMember[]
}

export interface CpuFamilyMember {
  readonly artifact: ArtifactReport
  /** Canonical names beyond the base of the architecture, sorted. */
  readonly required: readonly string[]
}

/** glibc’s own folders (ld.so(8), "glibc-hwcaps"), and those that glibc before 2.37 searched. */
const hwcapsFolder = /(?<=^|\/)(?:glibc-hwcaps\/[^/]+|tls\/(?:haswell|avx512_1)|haswell)\//g

/** What files and folders are called after: levels, cores, features. Architectures go by `withoutArchitecture`. */
const words = [
  '(?:x86[-_]64|x64|amd64)[-_.]?v[1-4]',
  'baseline|generic|modern',
  'core2|nehalem|westmere|sandybridge|ivybridge|haswell|broadwell|skylake(?:x|[-_]avx512)?|cannonlake|cascadelake|cooperlake',
  'icelake(?:[-_](?:client|server))?|tigerlake|alderlake|sapphirerapids|graniterapids|bulldozer|piledriver|steamroller|excavator',
  'zen[1-5]?|znver[1-5]',
  'ssse3|sse[23]?|sse4(?:[._]?[12a])?|avx|avx2|avx10|avx512(?:[-_]?[a-z]+\\d?)?|avx[-_]?vnni|fma|fma3|f16c|bmi2?|noavx2?|no[-_]?avx2?',
  '(?:android[-_])?armv[6-9](?:\\.\\d)?(?:[-_](?:a|\\d))?|apple[-_]m\\d(?:[-_]m\\d)*',
  'cortex[-_]?[ax]\\d+|neoverse[-_]?[nv]\\d|graviton\\d',
  'neon|asimd|dotprod|i8mm|bf16|fp16|lse|sve2?|sme2?',
  'rv64gcv?|rva2[0-9]u64|rvv|power(?:8|9|10)|z1[3-7]|lsx|lasx',
].join('|')
const cpuWord = new RegExp(`(?:(?<=^|/)|[-_.+])(?:${words})(?![a-z0-9])`, 'gi')

/** The path with CPUs taken out: equal for the members of a family. */
export function cpuFamilyKey(path: string): string {
  const plain = withoutArchitecture(path.replaceAll(hwcapsFolder, '').replaceAll(cpuWord, ''))
  return plain.replaceAll(/[-_.+]?\{arch\}/g, '').replaceAll(/\/{2,}/g, '/').replace(/^\//, '')
}

/** Every family of a tree, sorted by key. Builds that need the same are none, whatever they are called. */
export function cpuFamiliesOf(artifacts: readonly ArtifactReport[]): CpuFamily[] {
  const groups = new Map<string, ArtifactReport[]>()
  for (const artifact of artifacts) {
    if (artifact.format !== 'elf' || artifact.architecture === null) continue
    const id = cpuFamilyId(artifact)
    const group = groups.get(id)
    if (group === undefined) groups.set(id, [artifact])
    else group.push(artifact)
  }
  return [...groups.values()].flatMap(familyOf).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.architecture < b.architecture ? -1 : 1))
}

function cpuFamilyId({ path, architecture }: ArtifactReport): string {
  return `${architecture ?? ''}\0${cpuFamilyKey(path)}`
}

function familyOf(group: readonly ArtifactReport[]): CpuFamily[] {
  const [first] = group
  if (first === undefined || first.architecture === null || group.length < 2) return []
  const { architecture } = first
  const members = group.map((artifact) => ({ artifact, required: requiredBy(artifact, architecture) }))
  if (new Set(members.map(({ required }) => required.join())).size < 2) return []
  members.sort((a, b) => (a.artifact.path < b.artifact.path ? -1 : 1))
  return [{ key: cpuFamilyKey(first.path), architecture, members }]
}

function requiredBy({ requirements }: ArtifactReport, architecture: Architecture): string[] {
  const base = baselineFeatures(architecture)
  const names = requirements
    .filter(({ kind, need }) => kind === 'cpu-feature' && need === 'required')
    .map(({ name }) => canonicalFeature(name))
  return [...new Set(names)].filter((name) => !base.has(name)).sort()
}

/** Named CPU models that have all a member requires, in the order of the models. */
export function modelsFor(required: readonly string[], architecture: Architecture): string[] {
  return Object.entries(cpuModels).flatMap(([name, model]) =>
    model.architecture === architecture && required.every((feature) => model.features.has(feature)) ? [name] : [],
  )
}
