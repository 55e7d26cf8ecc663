import type { Finding } from '../../core/finding.ts'
import { cpuModels } from '../../core/cpu-models.ts'
import type { TreeRule } from '../../core/tree.ts'
import { type CpuFamily, cpuFamiliesOf, type CpuFamilyMember, modelsFor } from '../cpu-family.ts'

/** Builds of one thing for several CPUs: the check that keeps each from the wrong CPU is in whatever loads it. */
export const cpuFamilies: TreeRule = {
  id: 'tree/cpu-family',
  ofParts: true,
  help: 'The tree holds builds of one thing for CPUs of one architecture. Each needs what it was built for, by itself; the program that loads them, or the dynamic linker, chooses one that runs.',
  async check(tree) {
    return cpuFamiliesOf(tree.artifacts).map(finding)
  },
}

function finding(family: CpuFamily): Omit<Finding, 'ruleId'> {
  const { key, architecture, members } = family
  const models = Object.keys(cpuModels).filter((name) => cpuModels[name]?.architecture === architecture)
  const usable = new Map(members.map(({ artifact, required }) => [artifact.path, modelsFor(required, architecture)]))
  const pathsFor = (model: string): string[] =>
    members.flatMap(({ artifact: { path } }) => (usable.get(path)?.includes(model) === true ? [path] : []))
  const without = models.filter((model) => pathsFor(model).length === 0)
  return {
    severity: 'info',
    message: `${members.length} builds of ${key} for ${architecture} differ in the CPU they need: ${memberText(family)}`,
    advice:
      without.length === 0
        ? 'Every CPU known for the architecture can use one of them, if what loads them chooses. For one known CPU, the others can go.'
        : `None of them runs on ${without.join(', ')}. For one known CPU, those it does not use can go.`,
    data: {
      architecture,
      members: members.map((member) => ({
        path: member.artifact.path,
        level: levelOf(member) ?? null,
        requires: member.required,
        runsOn: usable.get(member.artifact.path) ?? [],
      })),
      cpus: Object.fromEntries(models.map((model) => [model, pathsFor(model)])),
    },
    location: { path: members[0]?.artifact.path ?? '.' },
  }
}

/** Those that run on most CPUs first, six at most: `libggml-cpu-x64.so (x86-64-v1), libggml-cpu-haswell.so (x86-64-v3)`. */
function memberText({ architecture, members }: CpuFamily): string {
  const reach = new Map(members.map((member) => [member, modelsFor(member.required, architecture).length]))
  const order = [...members].sort((a, b) => reach.get(b)! - reach.get(a)! || a.required.length - b.required.length)
  const folders = new Set(members.map(({ artifact: { path } }) => path.slice(path.lastIndexOf('/') + 1))).size < members.length
  const texts = order.slice(0, 6).map((member) => {
    const { path } = member.artifact
    return `${folders ? path : path.slice(path.lastIndexOf('/') + 1)} (${needText(member)})`
  })
  return `${texts.join(', ')}${order.length > 6 ? `, and ${order.length - 6} more` : ''}`
}

function needText(member: CpuFamilyMember): string {
  const level = levelOf(member)
  // A level does not tell AVX from AVX2, nor VNNI from AVX-512F: what it leaves open is named.
  const implied = level === undefined ? undefined : cpuModels[level]?.features
  const rest = member.required.filter((feature) => implied?.has(feature) !== true)
  const shown = rest.length > 4 ? [...rest.slice(0, 4), `${rest.length - 4} more`] : rest
  if (level === undefined && shown.length === 0) return 'any'
  return [...(level === undefined ? [] : [level]), ...shown].join(' + ')
}

/** The x86-64 level that the analysis of the file came to. */
function levelOf({ artifact }: CpuFamilyMember): string | undefined {
  const level = artifact.properties['cpuLevel']
  if (typeof level !== 'object' || level === null || Array.isArray(level)) return undefined
  const { required } = level as { readonly required?: unknown }
  return typeof required === 'string' ? required : undefined
}
