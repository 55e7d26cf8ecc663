import type { Program } from './program.ts'
import { isStateOfFrames, type Unwinder } from './unwinder.ts'

/** Code of language run times that is known to use a feature only where the CPU has it. */
export function isTrusted(program: Program, unwinder: Unwinder, index: number, word: number): boolean {
  const name = program.graph.nameOf(index)
  return (program.isGo && program.detectors.any && isGoStandardLibrary(name)) || (isStateOfFrames(word) && (isUnwinder(name) || unwinder.isPart(index)))
}

/** Go's own packages (no dot before the first slash) check for what GOARM64 does not grant; its tests see to that. */
function isGoStandardLibrary(name: string): boolean {
  return !/^[^/]*\.[^/]*\//.test(name) && !name.startsWith('main.') && !name.startsWith('_cgo')
}

/** LLVM's libunwind. */
function isUnwinder(name: string): boolean {
  return /^(?:_ZNK?9libunwind|_?_unw_|unw_|__libunwind_)/.test(name)
}
