import type { CallGraph } from '../../program/call-graph.ts'
import { isZero, plain, singleAddress, type Value } from '../../program/value.ts'

/** Is it the address of a function? */
export function isFunctionPointer(value: Value, graph: CallGraph): boolean {
  if (value.base !== plain || isZero(value)) return false
  const at = singleAddress(value)
  return at !== undefined && at > 0xfff && graph.functionAt(at) !== undefined
}
