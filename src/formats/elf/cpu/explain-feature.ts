import type { AnalyzeSettings } from '../../../core/analysis.ts'
import type { Artifact } from '../../../core/artifact.ts'
import type { Context } from '../../../core/context.ts'
import { canonicalFeature } from '../../../core/cpu-models.ts'
import { UsageError } from '../../../core/errors.ts'
import type { Explanation, Question } from '../../../core/format.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { Evidence } from '../../../core/requirement.ts'
import { readElf } from '../read/elf-file.ts'
import { analyzeCpu } from './index.ts'

/** Where a file uses a CPU feature, how control gets there, and what checks were found. */
export async function explainFeature(artifact: Artifact, question: Question, settings: AnalyzeSettings, context: Context): Promise<Explanation> {
  if (question.kind !== 'feature') throw new UsageError(`An ELF file answers questions about features, not about a ${question.kind}`)
  const { requirements } = await analyzeCpu(readElf(artifact.bytes), settings, context)
  const wanted = canonicalFeature(question.name)
  const requirement = requirements.find(({ name }) => canonicalFeature(name) === wanted)
  if (requirement === undefined) {
    return { summary: `${artifact.path} does not use ${question.name}`, lines: [], data: { feature: question.name, need: 'absent' } }
  }
  return {
    summary: `${artifact.path}: ${requirement.name} is ${requirement.need}`,
    lines: requirement.evidence.flatMap(evidenceLines),
    data: { feature: requirement.name, need: requirement.need, evidence: requirement.evidence as unknown as JsonValue },
  }
}

function evidenceLines({ text, address, function: name, path }: Evidence): string[] {
  const place = address === undefined ? '' : `${address}  `
  const inside = name === undefined ? '' : `  in ${name}`
  return [`${place}${text}${inside}`, ...(path === undefined ? [] : [`  reached by ${path.join(' > ')}`])]
}
