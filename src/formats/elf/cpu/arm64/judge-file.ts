import type { AnalyzeSettings } from '../../../../core/analysis.ts'
import { canonicalFeature } from '../../../../core/cpu-models.ts'
import type { Evidence, Requirement } from '../../../../core/requirement.ts'
import { arm64Features } from '../../../../isa/arm64/scan.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import { featuresOfModel } from '../cpu-model.ts'
import type { Declaration } from '../declared.ts'
import { readArm64Program } from './code/read-program.ts'
import { type Arm64Verdict, type FeatureVerdict, judgeArm64, type Witness } from './verdict.ts'

/** Judges an AArch64 file. */
export function judgeArm64File(file: ElfFile, declared: readonly Declaration[], cpu: AnalyzeSettings['cpu']): CpuAnalysis {
  const asked = cpu === undefined || cpu === 'none' ? undefined : featuresOfModel(cpu, 'aarch64')
  const names = new Set([...(asked ?? []), ...declared.map(({ feature }) => feature)].map(canonicalFeature))
  const verdict = judgeArm64(readArm64Program(file), new Set(arm64Features.filter((name) => name !== '' && names.has(canonicalFeature(name)))))
  const known = new Set(declared.map(({ feature }) => feature))
  const requirements: Requirement[] = declared.map(({ feature, source }) => ({ kind: 'cpu-feature', name: feature, need: 'required', evidence: [{ text: source }] }))
  for (const entry of verdict.features) {
    if (!known.has(entry.feature)) requirements.push({ kind: 'cpu-feature', name: entry.feature, need: entry.need, evidence: evidenceOf(entry, verdict) })
  }
  requirements.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  return { requirements, properties: { cpuAnalysis: verdict.incomplete ? 'bounded' : 'complete' }, data: verdict }
}

function evidenceOf(entry: FeatureVerdict, verdict: Arm64Verdict): Evidence[] {
  const gate = verdict.gate.includes(entry.feature) ? [{ text: 'the program leaves at the start on a CPU without it' }] : []
  const checks = entry.need === 'guarded' ? verdict.detectors.slice(0, 3).map((detector) => ({ text: `checked by: ${detector}` })) : []
  return [...gate, ...entry.witnesses.map(evidence), ...checks]
}

function evidence({ address, word, function: name, path }: Witness): Evidence {
  return { text: (word >>> 0).toString(16).padStart(8, '0'), address: `0x${address.toString(16)}`, function: name, ...(path.length > 0 ? { path } : {}) }
}
