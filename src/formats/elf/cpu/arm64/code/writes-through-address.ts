import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

const fills = /^(?:__)?mem(?:set|cpy|move)(?:_chk)?$/

/** Bytes of a function that is about what it writes. */
const LARGEST = 2048

/** Does a small function store to elements of arrays, or have the C library write what it names? */
export function writesThroughAddress(program: Program, index: number): boolean {
  if (program.graph.ends[index]! - program.graph.starts[index]! > LARGEST) return false
  if (program.graph.importCalls.get(index)?.some(({ name }) => fills.test(name)) === true) return true
  const { graph, sweep, image } = program
  const to = sweep.accessTo.values()
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) if (fills.test(image.slots.get(to[access]!)?.import ?? '')) return true
  const code = codeOf(program, index)
  if (code === undefined) return false
  for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) {
    const word = code.words[at]!
    if (((word >>> 25) & 5) !== 4) continue
    const operand = memoryAccess(word)
    if (operand?.load !== false || operand.register < 0 || operand.base === SP) continue
    if (operand.index >= 0 || operand.writeback !== 'none') return true
  }
  return false
}
