import { codeOf } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'

const RET = 0xd65f_03c0 | 0
/** Bytes of a caller that is looked at, and how many of them are. */
const LARGEST = 4096
const CALLERS = 2000

/**
 * Functions that ask others which only return a number: libsodium that was compiled without a way to ask the system has
 * `sodium_runtime_has_armcrypto` return 0, and its kernels all the same.
 */
export function callersOfConstants(program: Program): number[] {
  const { graph } = program
  const callers = new Set<number>()
  for (let index = 0; index < graph.starts.length && callers.size < CALLERS; index++) {
    if (!returnsNumber(program, index)) continue
    for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
      const caller = graph.edgeFrom[graph.callerEdge[entry]!]!
      if (graph.ends[caller]! - graph.starts[caller]! <= LARGEST) callers.add(caller)
    }
  }
  return [...callers].slice(0, CALLERS)
}

/** MOV W0, number; RET. */
function returnsNumber(program: Program, index: number): boolean {
  const { starts, ends } = program.graph
  const code = ends[index]! - starts[index]! < 8 ? undefined : codeOf(program, index)
  if (code === undefined) return false
  const first = (code.start - code.base) / 4
  const word = code.words[first]!
  return code.words[first + 1] === RET && ((word & 0x7fff_ffff) === 0x2a1f_03e0 || (word & 0x7fe0_001f) === 0x5280_0000)
}
