import type { Analysis, AnalyzeSettings } from '../../core/analysis.ts'
import type { Artifact } from '../../core/artifact.ts'
import type { Context } from '../../core/context.ts'
import { toDiagnostic } from '../../core/errors.ts'
import { analyzeCpu } from './cpu/index.ts'
import type { ElfDetail } from './detail.ts'
import { readTables } from './detail.ts'
import { architectureOf } from './machine.ts'
import { tableProperties } from './properties/properties.ts'
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
  const tables = readTables(artifact.bytes, artifact.path, context)
  const cpu = await analyzeCpu(tables.file, settings, context)
  return {
    format: 'elf',
    path: artifact.path,
    byteLength: artifact.bytes.byteLength,
    architecture: architectureOf(tables.file),
    sizes: elfSizes(tables, settings.by ?? 'section', (error) =>
      context.report({ ...toDiagnostic(error, artifact.path), severity: 'warning' }),
    ),
    properties: { ...tableProperties(tables), ...cpu.properties },
    requirements: [...tableRequirements(tables), ...cpu.requirements],
    detail: { ...tables, cpu },
  }
}
