import type { CodeRange, Program } from './program.ts'

/** Bytes of one function beyond which it is not evaluated. */
const LARGEST = 150_000

/** A function, as it is evaluated. */
export interface FunctionCode extends CodeRange {
  readonly start: number
  readonly end: number
}

/** Undefined where evaluating it would take too long, or make no sense. */
export function functionCode({ graph, detectors, codeAt }: Program, index: number): FunctionCode | undefined {
  const start = graph.starts[index]!
  const end = graph.ends[index]!
  if (end - start > LARGEST || end <= start || detectors.resolvers.has(start)) return undefined
  const range = codeAt(start)
  return range === undefined ? undefined : { code: range.code, view: range.view, base: range.base, start, end }
}
