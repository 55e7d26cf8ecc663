import { readWordPatterns } from '../word-patterns.ts'
import { riscvFeaturePatterns } from './feature-patterns.ts'

interface Pattern {
  readonly extension: number
  readonly mask: number
  readonly value: number
}

const patterns = readWordPatterns(riscvFeaturePatterns)

/** Names of the extensions the scanner knows; index 0 is "none", 1 is `c`. */
export const riscvExtensions: readonly string[] = ['', 'c', ...new Set(patterns.map(({ feature }) => feature))]

let byOpcode: readonly (readonly Pattern[])[] | undefined

/** Patterns by major opcode (bits 6-2) and funct3 (bits 14-12). */
function patternsByOpcode(): readonly (readonly Pattern[])[] {
  if (byOpcode !== undefined) return byOpcode
  const all = patterns.map(({ feature, mask, value }): Pattern => ({ extension: riscvExtensions.indexOf(feature), mask, value }))
  const selector = 0b111_0000_0111_1100
  return (byOpcode = Array.from({ length: 256 }, (_, key) => {
    const word = ((key & 31) << 2) | ((key >> 5) << 12)
    return all.filter((pattern) => ((word ^ pattern.value) & pattern.mask & selector) === 0)
  }))
}

/** The extension one 32-bit instruction needs: an index into `riscvExtensions`. */
export function riscvExtensionOf(word: number): number {
  for (const pattern of patternsByOpcode()[((word >>> 2) & 31) | (((word >>> 12) & 7) << 5)]!) {
    if ((word & pattern.mask) === pattern.value) return pattern.extension
  }
  return 0
}

/** Calls `found` with the byte offset of every instruction that needs an extension, `c` left out, in order. */
export function scanRiscv(code: Uint8Array, found: (offset: number, extension: number) => void): { compressed: number } {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const patterns = patternsByOpcode()
  let compressed = 0
  let at = 0
  while (at + 2 <= code.length) {
    if ((code[at]! & 3) !== 3) {
      compressed++
      at += 2
      continue
    }
    if (at + 4 > code.length) break
    const word = view.getInt32(at, true)
    for (const pattern of patterns[((word >>> 2) & 31) | (((word >>> 12) & 7) << 5)]!) {
      if ((word & pattern.mask) !== pattern.value) continue
      found(at, pattern.extension)
      break
    }
    at += 4
  }
  return { compressed }
}
