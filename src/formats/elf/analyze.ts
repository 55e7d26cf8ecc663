import type { Analysis, AnalyzeSettings } from '../../core/analysis.ts'
import type { Artifact } from '../../core/artifact.ts'
import type { Context } from '../../core/context.ts'
import { toDiagnostic } from '../../core/errors.ts'
import { codeNotDecoded } from './cpu/code-not-decoded.ts'
import { analyzeCpu } from './cpu/index.ts'
import type { ElfDetail } from './detail.ts'
import { readTables } from './tables.ts'
import { architectureOf } from './machine.ts'
import { analyzePayloads } from './payload/index.ts'
import { contentProperties } from './properties/content.ts'
import { tableProperties } from './properties/properties.ts'
import { combineRequirements } from './requirements/combine.ts'
import { tableRequirements } from './requirements/index.ts'
import { elfSizes } from './sizes/index.ts'

/**
 * What a file is, what it requires and where its bytes are.
 * @throws ShrinkError with the offset of what is malformed
 */
export async function analyzeElf(
  artifact: Artifact,
  settings: AnalyzeSettings,
  context: Context,
): Promise<Analysis<ElfDetail>> {
  const { path, bytes } = artifact
  const tables = readTables(bytes, path, context)
  const cpu = settings.skipCode === true ? codeNotDecoded(tables.file) : await analyzeCpu(tables.file, settings, context)
  const carried = await analyzePayloads(tables, path, settings, context)
  const content = settings.shallow === true ? {} : contentProperties(tables, path, context)
  return {
    format: 'elf',
    path,
    byteLength: bytes.byteLength,
    architecture: architectureOf(tables.file),
    sizes: elfSizes(tables, settings.by ?? 'section', (error) => {
      context.report({ ...toDiagnostic(error, path), severity: 'warning' })
    }),
    properties: { ...tableProperties(tables), ...content, ...cpu.properties, ...carried.properties },
    requirements: combineRequirements([...tableRequirements(tables), ...cpu.requirements, ...carried.requirements]),
    detail: { ...tables, cpu, readsCode: settings.shallow !== true && settings.skipCode !== true, payloads: carried.payloads },
  }
}
