import { destination, memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
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
  /** Registers that hold a sum, by bit: places of elements. */
  let sums = 0
  for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) {
    const word = code.words[at]!
    if (((word >>> 25) & 5) !== 4) {
      const register = destination(word)
      if (register >= 0) sums = addsRegisters(word) ? sums | (1 << register) : sums & ~(1 << register)
      continue
    }
    const operand = memoryAccess(word)
    if (operand?.load !== false || operand.register < 0 || operand.base === SP) continue
    if (operand.index >= 0 || operand.writeback !== 'none' || ((sums >>> operand.base) & 1) !== 0) return true
  }
  return false
}

/** ADD (shifted or extended register) and MADD of 64 bits (C6.2.4, C6.2.6, C6.2.230). */
function addsRegisters(word: number): boolean {
  return (word & 0xff00_0000) >>> 0 === 0x8b00_0000 || ((word & 0xffe0_8000) >>> 0 === 0x9b00_0000 && ((word >>> 10) & 31) !== 31)
}
