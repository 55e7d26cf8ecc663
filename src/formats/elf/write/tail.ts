import { UnsupportedError } from '../../../core/errors.ts'
import type { RewritePlan } from './rewrite.ts'

/** How much of the end of appended data is searched: trailers that locate a payload stand there. */
const trailerSize = 4096

/**
 * What is appended to a program moves when the program shrinks. That is safe where it is found from the end of the
 * file or of the ELF image, and not where its absolute place is written down: in the program (pkg) or in the trailer.
 * @throws UnsupportedError when the place of the appended data is found written down
 */
export function checkTail({ file, layout: { tail }, tailOffset }: RewritePlan): void {
  if (tail.end === tail.offset || tailOffset === tail.offset) return
  const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.byteLength)
  const trailer = bytes.subarray(Math.max(tail.offset, tail.end - trailerSize), tail.end)
  const program = bytes.subarray(0, tail.offset)
  for (const pattern of spellings(tail.offset)) {
    const found = [
      { at: trailer.indexOf(pattern), from: tail.end - trailer.length, what: 'its end' },
      { at: program.indexOf(pattern), from: 0, what: 'the program' },
    ].find((place) => place.at >= 0)
    if (found === undefined) continue
    throw new UnsupportedError(
      `${tail.end - tail.offset} bytes are appended, and ${found.what} seems to say that they start at ${tail.offset}`,
      { offset: found.from + found.at, hint: 'strip the program before the payload is appended' },
    )
  }
}

/** A file offset as programs write it: 64 bits in either byte order, or decimal digits. */
function spellings(offset: number): Buffer[] {
  const little = Buffer.alloc(8)
  little.writeBigUInt64LE(BigInt(offset))
  const big = Buffer.alloc(8)
  big.writeBigUInt64BE(BigInt(offset))
  // 32-bit forms would be found by chance in large files; short decimal numbers too.
  return [little, big, ...(offset >= 100_000 ? [Buffer.from(String(offset))] : [])]
}
