import type { Severity } from './diagnostic.ts'
import type { JsonValue } from './json.ts'
import type { Location } from './location.ts'

/** Something about an artifact that its owner should know, as data. */
export interface Finding {
  /** `format/name`, stable. */
  readonly ruleId: string
  readonly severity: Severity
  /** What is so, with figures. */
  readonly message: string
  /** What to do about it. */
  readonly advice?: string
  /** The facts behind the message, for scripts. */
  readonly data?: { readonly [key: string]: JsonValue }
  readonly location?: Location
  /** Bytes of the file that could go. */
  readonly wastedBytes?: number
  /** The transform that mends it. */
  readonly fix?: { readonly transform: string }
}
