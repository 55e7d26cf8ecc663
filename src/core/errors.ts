import type { Diagnostic } from './diagnostic.ts'
import type { DiagnosticCode } from './diagnostic-codes.ts'
import type { Location } from './location.ts'

export interface ErrorDetails {
  readonly hint?: string | undefined
  /** Bytes from the start of the file. */
  readonly offset?: number | undefined
  readonly line?: number | undefined
  readonly column?: number | undefined
  readonly cause?: unknown
}

/** An error about one artifact or input: becomes a diagnostic; other artifacts go on. */
export class ShrinkError extends Error {
  readonly code: DiagnosticCode
  readonly details: ErrorDetails

  constructor(code: DiagnosticCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.details = details
  }
}

/** The bytes break the rules of their format. */
export class MalformedError extends ShrinkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('artifact/malformed', message, details)
  }
}

/** Well formed, but not to be touched or read by this version. */
export class UnsupportedError extends ShrinkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('artifact/unsupported', message, details)
  }
}

/** A count or size that the file's own length cannot justify. */
export class LimitError extends ShrinkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('artifact/limit', message, details)
  }
}

/** Text that does not parse. */
export class ScriptSyntaxError extends ShrinkError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('artifact/syntax', message, details)
  }
}

/** The command line is wrong (exit code 2). */
export class UsageError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'UsageError'
    this.hint = hint
  }
}

/** The configuration is wrong (exit code 2). */
export class ConfigError extends Error {
  readonly hint: string | undefined
  constructor(message: string, hint?: string) {
    super(message)
    this.name = 'ConfigError'
    this.hint = hint
  }
}

/** What a stage threw, as data. Unknown errors become `job/failed`, with their stack in the hint. */
export function toDiagnostic(error: unknown, path: string): Diagnostic {
  if (error instanceof ShrinkError) {
    const { hint, offset, line, column } = error.details
    const location: Location = {
      path,
      ...(offset === undefined ? {} : { offset }),
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
    }
    return { severity: 'error', code: error.code, message: error.message, ...(hint ? { hint } : {}), location }
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    severity: 'error',
    code: 'job/failed',
    message: error instanceof Error ? error.message : String(error),
    hint: `This is a bug in shrink. Please report it with this stack:\n${stack}`,
    location: { path },
  }
}
