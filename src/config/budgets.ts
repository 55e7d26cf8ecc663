import { ConfigError } from '../core/errors.ts'
import { type Measure, measures } from '../core/transform.ts'

/** What files may weigh together. */
export interface Budget {
  /** As `core/glob.ts` reads it. */
  readonly pattern: string
  readonly measure: Measure
  /** Bytes. */
  readonly limit: number
}

const units: Readonly<Record<string, number>> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9, kib: 2 ** 10, mib: 2 ** 20, gib: 2 ** 30 }

/** Reads `PATTERN=SIZE`, `PATTERN=SIZE MEASURE`: `lib/*.js=200 kB gzip`. @throws ConfigError */
export function parseBudget(text: string): Budget {
  const at = text.lastIndexOf('=')
  const [, amount, unit = 'B', measure = 'raw'] = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?i?b)?(?:\s+(\w+))?\s*$/i.exec(text.slice(at + 1)) ?? []
  const known = measures.find((candidate) => candidate === measure.toLowerCase())
  const factor = units[unit.toLowerCase()]
  if (at < 1 || amount === undefined || factor === undefined || known === undefined) {
    throw new ConfigError(`maxSize: \`${text}\` is no limit of files`, `Written as PATTERN=SIZE or PATTERN=SIZE ${measures.join('|')}: \`**/*.js=200kB gzip\`.`)
  }
  return { pattern: text.slice(0, at), measure: known, limit: Math.floor(Number(amount) * factor) }
}
