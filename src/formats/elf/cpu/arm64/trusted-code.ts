import type { Program } from './program.ts'

/** Code of language run times, known by name, that is known to use a feature only where the CPU has it. */
export function isTrusted(program: Program, index: number, word: number): boolean {
  const name = program.graph.nameOf(index)
  return (program.isGo && program.detectors.any && isGoStandardLibrary(name)) || (isUnwinder(name) && isStateOfFrames(word))
}

/** Go's own packages (no dot before the first slash) check for what GOARM64 does not grant; its tests see to that. */
function isGoStandardLibrary(name: string): boolean {
  return !/^[^/]*\.[^/]*\//.test(name) && !name.startsWith('main.') && !name.startsWith('_cgo')
}

/** LLVM's libunwind. */
function isUnwinder(name: string): boolean {
  return /^(?:_ZNK?9libunwind|_?_unw_|unw_|__libunwind_)/.test(name)
}

/**
 * What an unwinder does for frames that say they have it: ask how long SVE's vectors are (CNTx, RDVL), take the tags of MTE
 * off the stack (STG, ST2G), and turn SME's array off where it is on (STR of ZA, ADDSVL, SMSTOP). Frames of other code have none of it.
 */
function isStateOfFrames(word: number): boolean {
  const asksForLength = (word & 0xff30_fc00) === 0x0420_e000 || (word & 0xffff_f800) === 0x04bf_5000
  const tags = (word & 0xff20_0000) >>> 0 === 0xd920_0000
  const savesArray = (word & 0xffe0_f800) === 0x0420_5800 || (word & 0xffff_9c10) >>> 0 === 0xe120_0000 || (word & 0xffff_f0ff) >>> 0 === 0xd503_407f
  return asksForLength || tags || savesArray
}
