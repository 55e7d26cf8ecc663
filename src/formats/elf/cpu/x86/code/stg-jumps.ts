import type { MemoryImage } from '../../program/memory-image.ts'

/** JMP [RBP]: to the continuation on top of the stack, which GHC keeps in RBP. No other compiler uses that register so. */
const RETURN = Buffer.from([0xff, 0x65, 0x00])
/** Stretches of code that are looked at, and how often such a jump stands in them: in other programs once in 200 KB, by chance. */
const STRETCHES = 64
const STRETCH = 16384
const LEAST_RETURNS = 32

/** Is much of the file's code Haskell's, as GHC compiles it: small blocks, each behind a table of what it is, which is data? It has neither frames nor, stripped, symbols. */
export function isHaskell({ code, file }: MemoryImage): boolean {
  const size = code.reduce((sum, range) => sum + range.size, 0)
  let returns = 0
  for (const range of code) {
    const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset + range.offset, range.size)
    const step = Math.max(STRETCH, Math.floor(size / STRETCHES))
    for (let from = 0; from < bytes.length; from += step) {
      const stretch = bytes.subarray(from, from + STRETCH)
      for (let at = stretch.indexOf(RETURN); at >= 0; at = stretch.indexOf(RETURN, at + 1)) returns++
    }
  }
  return returns >= LEAST_RETURNS
}

/** ModRM of JMP [RBX], [RBX + 8 bits], [RBP + 8 bits], [RBP + 32 bits]. */
const entering: ReadonlySet<number> = new Set([0x23, 0x63, 0x65, 0xa5])

/** Does a jump FF /4 of Haskell with that ModRM leave for a closure, or a continuation on the stack? (With REX.B, for the collector of garbage.) */
export function entersClosure(modrm: number): boolean {
  return entering.has(modrm)
}
