import type { CpuAnalysis } from './cpu/index.ts'
import type { Payload } from './payload/payload.ts'
import type { ElfTables } from './tables.ts'

/** What rules and transforms of this format read of an analysis. */
export interface ElfDetail extends ElfTables {
  readonly cpu: CpuAnalysis
  /** May rules take the time to look at machine code? */
  readonly readsCode: boolean
  readonly payloads: readonly (Payload & { readonly analysed: boolean })[]
}
