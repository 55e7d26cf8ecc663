import type { DiagnosticCode } from './diagnostic-codes.ts'
import type { Location } from './location.ts'

/** `error`: something asked for was not done. `warning`: done, but look. `info`: for the curious. */
export type Severity = 'error' | 'warning' | 'info'

/** What went wrong or was decided, as data: it crosses threads, lands in the JSON report and is rendered last. */
export interface Diagnostic {
  readonly severity: Severity
  readonly code: DiagnosticCode
  /** What happened, in one sentence without a final stop. */
  readonly message: string
  /** What the user can do next. */
  readonly hint?: string
  readonly location?: Location
}

const rank: Readonly<Record<Severity, number>> = { error: 2, warning: 1, info: 0 }

/** Is `severity` at or above `threshold`? */
export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return rank[severity] >= rank[threshold]
}
