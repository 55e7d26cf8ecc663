import type { AnalyzeSettings, FormatId, SizeView } from '../core/analysis.ts'
import type { JsonValue } from '../core/json.ts'
import type { FailOn } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import type { Level, Measure } from '../core/transform.ts'
import type { Budget } from './budgets.ts'
import type { AskedReport } from './asked-reports.ts'

export type SectionValues = Readonly<Record<string, JsonValue | undefined>>

/** The configuration as users write it: every key optional. Checked by `resolveConfig`. */
export interface UserConfig {
  readonly out?: string
  readonly arch?: string | readonly string[]
  readonly target?: string | readonly string[]
  readonly level?: Level
  readonly measure?: Measure
  readonly failOn?: FailOn
  readonly maxSize?: string | readonly string[]
  /** `markdown`, `sarif=out.sarif`, several. */
  readonly reporter?: string | readonly string[]
  /** An earlier report as JSON. */
  readonly against?: string | null
  readonly json?: boolean
  readonly quiet?: boolean
  readonly jobs?: number
  readonly compressedSizes?: 'auto' | 'gzip' | 'all' | 'none'
  readonly by?: SizeView | null
  readonly cpu?: string | null
  readonly code?: 'auto' | 'all' | 'none'
  readonly rules?: Readonly<Record<string, 'off' | 'info' | 'warning' | 'error'>>
  readonly targets?: readonly JsonValue[]
  readonly elf?: SectionValues
  readonly wasm?: SectionValues
  readonly js?: SectionValues
  readonly bundle?: SectionValues
  readonly package?: SectionValues
}

/** The configuration as the program uses it: complete and checked. */
export interface Config {
  /** As given: relative to the working directory. */
  readonly out: string
  readonly architectures: readonly Architecture[]
  readonly targets: readonly string[]
  readonly level: Level
  readonly measure: Measure
  readonly failOn: FailOn
  readonly budgets: readonly Budget[]
  /** One of them on stdout. */
  readonly reports: readonly AskedReport[]
  /** An earlier report, to say what has changed since. As given: relative to the working directory. */
  readonly against: string | null
  /** `explain` and `targets` print JSON; of reports, `reports` says it. */
  readonly json: boolean
  /** No progress. */
  readonly quiet: boolean
  readonly jobs: number | null
  readonly compressedSizes: 'auto' | 'gzip' | 'all' | 'none'
  readonly by: AnalyzeSettings['by'] | null
  readonly code: 'auto' | 'all' | 'none'
  readonly cpu: string | null
  readonly rules: Readonly<Record<string, 'off' | 'info' | 'warning' | 'error'>>
  /** The user's own targets, still unchecked: `src/targets` reads them. */
  readonly userTargets: readonly JsonValue[]
  readonly formats: Readonly<Record<FormatId, SectionValues>>
  readonly bundle: SectionValues
  readonly package: SectionValues
}

/** Types a configuration file; returns it unchanged. */
export function defineConfig(config: UserConfig): UserConfig {
  return config
}
