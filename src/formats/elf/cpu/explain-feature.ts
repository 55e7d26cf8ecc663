import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Artifact } from '../../../core/artifact.ts'
import type { Context } from '../../../core/context.ts'
import { canonicalFeature } from '../../../core/cpu-models.ts'
import { UsageError } from '../../../core/errors.ts'
import type { Explanation, Question } from '../../../core/format.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Evidence } from '../../../core/requirement.ts'
import { EM } from '../constants.ts'
import { offsetOf } from '../read/address-space.ts'
import { type ElfFile, readElf } from '../read/elf-file.ts'
import { analyzeCpu } from './index.ts'
import { type InstructionText, instructionText } from './x86/instruction-text.ts'
import type { FeatureVerdict, X86Verdict } from './x86/verdict.ts'

/** No x86 instruction is longer (SDM vol. 2, 2.3.11). */
const LONGEST = 15

/** Where a file uses a CPU feature, how control gets there, and what checks were found. */
export async function explainFeature(artifact: Artifact, question: Question, settings: AnalyzeSettings, context: Context): Promise<Explanation> {
  if (question.kind !== 'feature') throw new UsageError(`An ELF file answers questions about features, not about a ${question.kind}`)
  const file = readElf(artifact.bytes)
  const { requirements, data } = await analyzeCpu(file, settings, context)
  const wanted = canonicalFeature(question.name)
  const requirement = requirements.find(({ name }) => canonicalFeature(name) === wanted)
  if (requirement === undefined) {
    return { summary: `${artifact.path} does not use ${question.name}`, lines: [], data: { feature: question.name, need: 'absent' } }
  }
  const { name, need } = requirement
  const textOf = await textsOf(file)
  const evidence = requirement.evidence.map((each) => ({ ...each, ...instructionAt(file, each, textOf) }))
  const verdict = file.header.e_machine === EM.X86_64 ? (data as X86Verdict | undefined) : undefined
  const entry = verdict?.features.find(({ feature }) => canonicalFeature(feature) === wanted)
  return {
    summary: `${artifact.path}: ${name} is ${need}`,
    lines: [
      ...evidence.flatMap(evidenceLines),
      ...(entry === undefined ? [] : countLines(entry)),
      ...(verdict === undefined ? [] : checkLines(verdict)),
    ],
    data: {
      feature: name,
      need,
      evidence: evidence as unknown as JsonValue,
      ...(entry === undefined
        ? {}
        : { counts: { instructions: entry.instructions, functions: entry.functions, reachedFunctions: entry.reached } }),
      ...(verdict === undefined ? {} : { detectors: verdict.detectors, incomplete: verdict.incomplete }),
    },
  }
}

async function textsOf({ header }: ElfFile): Promise<InstructionText | undefined> {
  if (header.e_machine === EM.X86_64) return instructionText(64)
  return header.e_machine === EM.I386 ? instructionText(32) : undefined
}

function instructionAt(file: ElfFile, { address }: Evidence, textOf: InstructionText | undefined): { instruction?: string } {
  if (address === undefined || textOf === undefined) return {}
  const at = BigInt(address)
  const offset = offsetOf(file, at)
  const instruction = offset === undefined ? undefined : textOf(file.bytes.subarray(offset, offset + LONGEST), at)
  return instruction === undefined ? {} : { instruction }
}

function evidenceLines({ text, address, function: name, path, instruction }: Evidence & { readonly instruction?: string }): string[] {
  const place = address === undefined ? '' : `${address}  `
  const shown = instruction === undefined ? '' : `  ${instruction}`
  const inside = name === undefined ? '' : `  in ${name}`
  return [`${place}${text}${shown}${inside}`, ...(path === undefined ? [] : [`  reached by ${path.join(' > ')}`])]
}

function countLines({ need, instructions, functions, reached }: FeatureVerdict): string[] {
  const used = `${count(instructions, 'instruction')} in ${count(functions, 'function')}`
  if (need === 'guarded') return [`${used}; none of them is reached on a CPU without it`]
  const rest = functions - reached
  const others = rest === 0 ? '' : `, ${rest} only behind a check or not at all`
  return [`${used}: ${reached} reached without a check that was found${others}`]
}

function checkLines({ detectors, gate, incomplete }: X86Verdict): string[] {
  const shown = detectors.slice(0, 8)
  const more = detectors.length - shown.length
  return [
    detectors.length === 0
      ? 'no check of the CPU was found'
      : `checks of the CPU: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}`,
    ...(gate.length === 0 ? [] : [`the program leaves at the start on a CPU without ${gate.join(', ')}`]),
    ...(incomplete ? ['not decidable: the search reached its bounds, what is called possible may be guarded'] : []),
  ]
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
