import type { JsonValue } from './json.ts'
import type { Architecture, Requirement } from './requirement.ts'
import type { SizeMap } from './size-map.ts'

export type FormatId = 'elf' | 'wasm' | 'js'

/** How a size map is cut. Which of them a format offers is the format's to say. */
export const sizeViews = ['section', 'segment', 'symbol', 'package', 'module'] as const
export type SizeView = (typeof sizeViews)[number]

/** What the user wants to know beyond the default. Plain data. */
export interface AnalyzeSettings {
  /** Cut the size map this way; the coarsest view when left out. */
  readonly by?: SizeView
  /** CPU model or comma-separated feature list that guards are evaluated with (`none` when left out). */
  readonly cpu?: string
  /** Decode no machine code, and say so: what it needs of the CPU is then unknown. */
  readonly skipCode?: boolean
  /** Skip what costs more than reading tables: instruction decoding, call graphs. */
  readonly shallow?: boolean
  /** It is about to be optimised: what that would save need not be worked out first. */
  readonly optimizing?: boolean
}

/** What a format found out about an artifact. `detail` is read only by the format that made it. */
export interface Analysis<Detail = unknown> {
  readonly format: FormatId
  readonly path: string
  readonly byteLength: number
  readonly architecture: Architecture | null
  readonly sizes: SizeMap
  /** Facts for people and scripts, per format; stable names, see the report schema. */
  readonly properties: { readonly [key: string]: JsonValue }
  readonly requirements: readonly Requirement[]
  readonly detail: Detail
}
