import type { AllocatorTags } from './allocator-tags.ts'
import type { Program } from './program.ts'
import { isStateOfFrames, type Unwinder } from './unwinder.ts'

/** What knows such code in stripped files. */
export interface Trusted {
  readonly unwinder: Unwinder
  readonly allocator: AllocatorTags
}

/** Code of language run times that is known to use a feature only where the CPU has it. */
export function isTrusted(program: Program, { unwinder, allocator }: Trusted, index: number, word: number): boolean {
  const name = program.graph.nameOf(index)
  if (isAboutTags(word) && allocator.isPart(index)) return true
  return (program.detectors.any && program.isGoStandardLibrary(index)) || (isStateOfFrames(word) && (isUnwinder(name) || unwinder.isPart(index)))
}

/** LLVM's libunwind. */
function isUnwinder(name: string): boolean {
  return /^(?:_ZNK?9libunwind|_?_unw_|unw_|__libunwind_)/.test(name)
}

/** LDG, STG and their relatives, IRG, GMI. */
function isAboutTags(word: number): boolean {
  return (word & 0xff20_0000) >>> 0 === 0xd920_0000 || (word & 0xffe0_f800) >>> 0 === 0x9ac0_1000
}
