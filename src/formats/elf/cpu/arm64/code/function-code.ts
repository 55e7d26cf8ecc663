import type { FunctionCode } from '../evaluation/evaluation.ts'
import type { Program } from './program.ts'

/** Bytes of the largest function that is evaluated. */
export const LARGEST_FUNCTION = 200_000

/** The code of a function; undefined when it cannot be evaluated. */
export function codeOf({ graph, codeAt }: Pick<Program, 'graph' | 'codeAt'>, index: number): FunctionCode | undefined {
  const start = graph.starts[index]!
  const end = graph.ends[index]!
  if (end - start > LARGEST_FUNCTION || end <= start || start % 4 !== 0) return undefined
  const code = codeAt(start)
  return code === undefined ? undefined : { ...code, start, end }
}
