import type { Analysis, AnalyzeSettings } from '../../../../src/core/analysis.ts'
import type { Context } from '../../../../src/core/context.ts'
import type { Diagnostic } from '../../../../src/core/diagnostic.ts'
import type { JsonValue } from '../../../../src/core/json.ts'
import type { ElfDetail } from '../../../../src/formats/elf/detail.ts'
import { elf } from '../../../../src/formats/elf/index.ts'
import type { Optimized } from '../../../../src/pipeline/optimize-artifact.ts'
import { optimizeArtifact } from '../../../../src/pipeline/optimize-artifact.ts'
import type { Format } from '../../../../src/core/format.ts'

export interface Observed {
  readonly diagnostics: Diagnostic[]
  readonly context: Context
}

/** A context that remembers what was reported. */
export function observe(): Observed {
  const diagnostics: Diagnostic[] = []
  const context: Context = {
    signal: new AbortController().signal,
    report: (diagnostic) => void diagnostics.push(diagnostic),
    readFile: async () => undefined,
  }
  return { diagnostics, context }
}

export async function analyze(
  bytes: Uint8Array,
  settings: AnalyzeSettings = { shallow: true },
  path = 'file',
): Promise<Analysis<ElfDetail> & { diagnostics: Diagnostic[] }> {
  const { diagnostics, context } = observe()
  return { ...(await elf.analyze({ path, bytes }, settings, context)), diagnostics }
}

/** Runs the format's transforms as `shrink build` does: results that do not verify are thrown away. */
export async function optimize(
  bytes: Uint8Array,
  options: Readonly<Record<string, JsonValue>> = {},
  path = 'file',
): Promise<Optimized & { diagnostics: Diagnostic[] }> {
  const { diagnostics, context } = observe()
  const settings = { level: 'balanced', measure: 'gzip', options } as const
  const result = await optimizeArtifact(elf as Format, { path, bytes }, { shallow: true }, settings, context)
  return { ...result, diagnostics }
}
