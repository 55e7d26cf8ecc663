import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Artifact } from '../../../core/artifact.ts'
import type { Context } from '../../../core/context.ts'
import { canonicalFeature } from '../../../core/cpu-models.ts'
import { demangle } from '../../../core/demangle/demangle.ts'
import { UsageError } from '../../../core/errors.ts'
import type { Explanation, Question } from '../../../core/format.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Architecture, Evidence, Need, Requirement } from '../../../core/requirement.ts'
import { arm64InstructionNames } from '../../../isa/arm64/instruction-names.ts'
import { EM } from '../constants.ts'
import { architectureOf } from '../machine.ts'
import { offsetOf } from '../read/address-space.ts'
import { type ElfFile, readElf } from '../read/elf-file.ts'
import { featuresOfModel } from './cpu-model.ts'
import { checkFeatureName } from './feature-question.ts'
import { analyzeCpu } from './index.ts'
import { type InstructionText, instructionText } from './x86/instruction-text.ts'

/** No x86 instruction is longer (SDM vol. 2, 2.3.11). */
const LONGEST = 15

/** What the judges of x86-64 and AArch64 code say alike. */
interface Verdict {
  readonly features: readonly FeatureVerdict[]
  readonly gate: readonly string[]
  readonly detectors: readonly string[]
  readonly incomplete: boolean
}

interface FeatureVerdict {
  readonly feature: string
  readonly need: Need
  readonly instructions: number
  readonly functions: number
  readonly reached: number
}

/** Where a file uses a CPU feature, how control gets there, and what checks were found. */
export async function explainFeature(artifact: Artifact, question: Question, settings: AnalyzeSettings, context: Context): Promise<Explanation> {
  if (question.kind !== 'feature') throw new UsageError(`An ELF file answers questions about features, not about a ${question.kind}`)
  const file = readElf(artifact.bytes)
  const wanted = canonicalFeature(question.name)
  const { requirements, data } = await analyzeCpu(file, settings, context)
  const requirement = requirements.find(({ kind, name }) => kind === 'cpu-feature' && canonicalFeature(name) === wanted)
  if (requirement === undefined) {
    const architecture = architectureOf(file) ?? undefined
    checkFeatureName(question.name, architecture)
    return absent(artifact.path, question.name, wanted, requirements, settings.cpu, architecture)
  }
  const { name, need } = requirement
  const textOf = await textsOf(file)
  const evidence = requirement.evidence.map((each) => ({ ...each, ...instructionAt(file, each, textOf) }))
  const followed = file.header.e_machine === EM.X86_64 || file.header.e_machine === EM.AARCH64
  const verdict = followed ? (data as Verdict | undefined) : undefined
  const entry = verdict?.features.find(({ feature }) => canonicalFeature(feature) === wanted)
  return {
    summary: `${artifact.path}: ${name} is ${need}`,
    lines: [
      ...evidence.filter(({ text }) => verdict === undefined || !text.startsWith('checked by: ')).flatMap(evidenceLines), // all checks follow
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

/** Not in the file, or no question on the CPU that was named. */
function absent(path: string, asked: string, wanted: string, requirements: readonly Requirement[], cpu: string | undefined, architecture: Architecture | undefined): Explanation {
  const hidden = requirements.find(({ name }) => name === 'unknown-code')
  if (hidden !== undefined) return { summary: `${path}: whether it uses ${asked} cannot be told`, lines: hidden.evidence.map(({ text }) => `  ${text}`), data: { feature: asked, need: 'possible' } }
  const data = { feature: asked, need: 'absent' }
  const assumed = cpu === undefined || cpu === 'none' || architecture === undefined ? undefined : featuresOfModel(cpu, architecture)
  if (assumed !== undefined && [...assumed].some((name) => canonicalFeature(name) === wanted)) {
    return { summary: `${path} was judged for ${cpu}, which has ${asked}`, lines: ['  → leave out --cpu, or name a CPU without it, to see where the file uses it'], data }
  }
  const uses = (['required', 'possible', 'guarded'] as const).flatMap((need) => {
    const names = requirements.filter((each) => each.kind === 'cpu-feature' && each.need === need).map(({ name }) => name)
    return names.length === 0 ? [] : [`  ${need}: ${names.join(', ')}`]
  })
  return { summary: `${path} does not use ${asked}`, lines: uses.length === 0 ? [] : ['what it uses beyond the baseline of its architecture:', ...uses], data }
}

async function textsOf({ header }: ElfFile): Promise<InstructionText | undefined> {
  if (header.e_machine === EM.X86_64) return instructionText(64)
  if (header.e_machine === EM.AARCH64) return (bytes) => (bytes.length < 4 ? undefined : arm64InstructionNames(new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true)))
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
  const inside = name === undefined ? '' : `  in ${readable(name)}`
  return [`${place}${text}${shown}${inside}`, ...(path === undefined ? [] : [`  reached by ${path.map(readable).join(' > ')}`])]
}

/** Names as the programmer wrote them; the JSON keeps the linker's. Names of templates can be kilobytes long. */
function readable(text: string): string {
  return text.replaceAll(/\b_[RZ]\w+/g, (symbol) => {
    const name = demangle(symbol)
    return name.length > 120 ? `${name.slice(0, 119)}…` : name
  })
}

function countLines({ need, instructions, functions, reached }: FeatureVerdict): string[] {
  const used = `${count(instructions, 'instruction')} in ${count(functions, 'function')}`
  if (need === 'guarded') return [`${used}; none of them is reached on a CPU without it`]
  const rest = functions - reached
  const others = rest === 0 ? '' : `, ${rest} only behind a check or not at all`
  return [`${used}: ${reached} reached without a check that was found${others}`]
}

function checkLines({ detectors, gate, incomplete }: Verdict): string[] {
  const shown = detectors.slice(0, 8)
  const more = detectors.length - shown.length
  return [
    detectors.length === 0
      ? 'no check of the CPU was found'
      : `checks of the CPU: ${readable(shown.join(', '))}${more > 0 ? `, and ${more} more` : ''}`,
    ...(gate.length === 0 ? [] : [`the program leaves at the start on a CPU without ${gate.join(', ')}`]),
    ...(incomplete ? ['not decidable: the search reached its bounds, what is called possible may be guarded'] : []),
  ]
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}
