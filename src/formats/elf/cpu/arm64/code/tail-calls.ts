import { endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { Program } from './program.ts'

const NOP = 0xd503_201f | 0
/** Words between functions. */
const PADDING = 16

/**
 * Does a function begin at an address that another jumps to, where there are no frames? By what stands there: it makes a frame, behind an end of code.
 * (Cold parts of functions make none, and nor do blocks that they jump back to.)
 */
export function isTailCalled(codeAt: Program['codeAt'], address: number): boolean {
  const code = codeAt(address)
  const at = code === undefined ? 0 : (address - code.base) / 4
  if (code === undefined || at < 1 || !makesFrame(code.words[at]!)) return false
  let before = at - 1
  for (let steps = 0; steps < PADDING && before > 0 && (code.words[before] === NOP || code.words[before] === 0); steps++) before--
  const flow = flowOf(code.words[before]!)
  return before < at - 1 || (flow !== Flow.next && endsPath(flow))
}

/** `SUB SP, SP, #imm`, `STP Xm, Xn, [SP, #-imm]!`, the same of vectors, `STR Xn, [SP, #-imm]!`, PACIASP, BTI C. */
function makesFrame(word: number): boolean {
  if ((word & 0xff80_03ff) >>> 0 === 0xd100_03ff) return true
  if (((word & 0xffe0_03e0) >>> 0 === 0xa9a0_03e0 || (word & 0xffe0_03e0) >>> 0 === 0x6da0_03e0) && word !== 0) return true
  return (word & 0xfff0_0fe0) >>> 0 === 0xf810_0fe0 || word === (0xd503_233f | 0) || word === (0xd503_245f | 0)
}
