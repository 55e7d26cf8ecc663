import type { AnalyzeSettings } from '../../../../core/analysis.ts'
import type { JsonValue } from '../../../../core/json.ts'
import type { Evidence, Need, Requirement } from '../../../../core/requirement.ts'
import { silentFeatures, x86LevelOf, x86Levels } from '../../../../isa/x86/features.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { Declaration } from '../declared.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import { featuresOfModel } from '../cpu-model.ts'
import { readProgram } from './code/read-program.ts'
import { type FeatureVerdict, judge, type X86Verdict } from './verdict.ts'
import type { Witness } from './reach/witnesses.ts'

/** Judges an x86-64 file: requirements by feature, and the level that they add up to. */
export function judgeX86File(file: ElfFile, declared: readonly Declaration[], cpu: AnalyzeSettings['cpu']): CpuAnalysis {
  const assumed = (cpu === undefined || cpu === 'none' ? undefined : featuresOfModel(cpu, 'x86-64')) ?? new Set<string>()
  const verdict = judge(readProgram(file), new Set([...assumed, ...declared.map(({ feature }) => feature)]))
  const requirements = requirementsOf(verdict, declared)
  const level = levels(requirements)
  const silent = verdict.features.filter(({ feature, need }) => silentFeatures.has(feature) && need !== 'guarded')
  const properties: Record<string, JsonValue> = { cpuLevel: level, cpuAnalysis: verdict.incomplete ? 'bounded' : 'complete' }
  if (silent.length > 0) {
    // older CPUs run LZCNT as BSR: no trap, another result
    properties['cpuSilentlyWrong'] = silent.filter(({ feature }) => feature !== 'tzcnt').map(({ feature }) => feature)
  }
  return { requirements, properties, data: verdict }
}

function requirementsOf(verdict: X86Verdict, declared: readonly Declaration[]): Requirement[] {
  const requirements: Requirement[] = declared.map(({ feature, source }) => ({
    kind: 'cpu-feature',
    name: feature,
    need: 'required',
    evidence: [{ text: source }],
  }))
  const known = new Set(declared.map(({ feature }) => feature))
  for (const feature of verdict.gate) {
    if (known.has(feature)) continue
    known.add(feature)
    requirements.push({
      kind: 'cpu-feature',
      name: feature,
      need: 'required',
      evidence: [{ text: 'the program leaves at the start on a CPU without it' }, ...witnessEvidence(verdict, feature)],
    })
  }
  for (const entry of verdict.features) {
    // TZCNT runs as BSF where it is missing, and compilers emit it for every CPU
    if (known.has(entry.feature) || entry.feature === 'tzcnt') continue
    requirements.push({ kind: 'cpu-feature', name: entry.feature, need: entry.need, evidence: evidenceOf(entry, verdict) })
  }
  return requirements.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

function witnessEvidence(verdict: X86Verdict, feature: string): Evidence[] {
  return (verdict.features.find((entry) => entry.feature === feature)?.witnesses ?? []).map(witness)
}

function evidenceOf(entry: FeatureVerdict, verdict: X86Verdict): Evidence[] {
  const evidence = entry.witnesses.map(witness)
  if (entry.need === 'guarded') for (const detector of verdict.detectors.slice(0, 3)) evidence.push({ text: `checked by: ${detector}` })
  if (silentFeatures.has(entry.feature)) evidence.push({ text: 'runs as BSR on CPUs without it: no trap, another result' })
  return evidence
}

function witness({ address, bytes, function: name, path }: Witness): Evidence {
  return {
    text: Buffer.from(bytes).toString('hex'),
    address: `0x${address.toString(16)}`,
    function: name,
    ...(path.length > 0 ? { path } : {}),
  }
}

/** The lowest level that has every feature: of the required ones, and of the possible ones where that is higher. */
function levels(requirements: readonly Requirement[]): { required: string; possible: string | null } {
  const highest = (needs: readonly Need[]): number =>
    requirements
      .filter(({ need, name }) => needs.includes(need) && !silentFeatures.has(name))
      .reduce((level, { name }) => Math.max(level, levelOf(name)), 0)
  const required = highest(['required'])
  const possible = highest(['required', 'possible'])
  return { required: x86Levels[required]!.level, possible: possible > required ? x86Levels[possible]!.level : null }
}

/** Features beyond the levels imply the level that every CPU with them has. */
function levelOf(feature: string): number {
  const level = x86LevelOf(feature)
  if (level !== undefined) return level
  if (feature.startsWith('avx512')) return 3
  return /^(?:avx|vaes|vpclmul|fma4)/.test(feature) ? 2 : 0
}
