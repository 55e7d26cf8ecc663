import { canonicalFeature, cpuModels } from '../core/cpu-models.ts'
import type { ArtifactReport } from '../core/report.ts'
import type { Architecture, Requirement } from '../core/requirement.ts'

/** The CPUs people deploy to, from old to new; more with `--cpu` and `shrink targets`. */
const shownModels: Readonly<Partial<Record<Architecture, readonly (readonly [model: string, title: string])[]>>> = {
  'x86-64': [
    ['x86-64-v1', 'x86-64-v1'],
    ['x86-64-v2', 'x86-64-v2'],
    ['x86-64-v3', 'x86-64-v3'],
    ['haswell', 'haswell (AWS Lambda)'],
    ['x86-64-v4', 'x86-64-v4'],
  ],
  aarch64: [
    ['armv8-a', 'armv8-a'],
    ['neoverse-n1', 'neoverse-n1 (Graviton2)'],
    ['neoverse-v1', 'neoverse-v1 (Graviton3)'],
    ['neoverse-v2', 'neoverse-v2 (Graviton4)'],
  ],
  arm: [
    ['armv6', 'armv6 (Raspberry Pi 1)'],
    ['armv7-a', 'armv7-a'],
    ['armv7-neon', 'armv7-neon'],
    ['armv8-a32', 'armv8-a32 (Raspberry Pi 3)'],
  ],
  riscv64: [
    ['rv64gc', 'rv64gc'],
    ['rva22u64', 'rva22u64'],
    ['rva23u64', 'rva23u64'],
  ],
}

/** The level that an ELF file needs, and the CPUs it runs on, a line each. Empty for what no CPU was judged for. */
export function cpuVerdicts(artifact: ArtifactReport): { label: string; text: string }[] {
  const models = artifact.format === 'elf' ? shownModels[artifact.architecture as Architecture] : undefined
  if (models === undefined) return []
  const features = artifact.requirements.filter(({ kind }) => kind === 'cpu-feature')
  return [...levelLine(artifact), ...(features.length === 0 && artifact.properties['cpuAnalysis'] === undefined ? [] : [{ label: 'runs on', text: runsOn(models, features) }])]
}

function levelLine({ properties }: ArtifactReport): { label: string; text: string }[] {
  const level = properties['cpuLevel'] as { readonly required?: string; readonly possible?: string | null } | undefined
  if (level?.required === undefined) return []
  const possible = level.possible === null || level.possible === undefined ? '' : ` · possible: ${level.possible}`
  const bounded = properties['cpuAnalysis'] === 'bounded' ? ' (the search for checks was cut off)' : ''
  return [{ label: 'cpu level', text: `${level.required}${possible}${bounded}` }]
}

/** Models of one verdict and one reason together: `✓ a, b · ✗ c: without avx2`. */
function runsOn(models: readonly (readonly [model: string, title: string])[], features: readonly Requirement[]): string {
  const groups = new Map<string, string[]>()
  for (const [model, title] of models) {
    const lacks = (need: Requirement['need']): string[] =>
      features.filter((feature) => feature.need === need && !cpuModels[model]!.features.has(canonicalFeature(feature.name))).map(({ name }) => name)
    const required = lacks('required')
    const possible = lacks('possible')
    // no feature, but code that nobody has looked at: it may need anything
    const named = possible.filter((name) => name !== 'unknown-code')
    let verdict = '✓|'
    if (required.length > 0) verdict = `✗|: no ${listed(required)}`
    else if (named.length > 0) verdict = `?|: possibly no ${listed(named)}`
    else if (possible.length > 0) verdict = '?|: not all of the code was looked at'
    groups.set(verdict, [...(groups.get(verdict) ?? []), title])
  }
  return [...groups]
    .map(([verdict, titles]) => {
      const [sign, reason] = verdict.split('|')
      return `${sign} ${titles.join(', ')}${reason}`
    })
    .join(' · ')
}

/** Few names say which machine it takes; all of them are in the line above. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ')
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown
}
