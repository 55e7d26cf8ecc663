import type { Code } from './code.ts'

/** Bytes of a displacement that is no small one. */
const SIZE = 4

/**
 * Calls `found` with each of `wanted` and the address of what seems to be an operand [register + displacement] with it, by the bytes:
 * behind a ModRM byte with a displacement of four bytes and no SIB, but for that of R12. All code is searched for each of them, as fast as memory is read.
 */
export function findDisplacements({ image, codeAt }: Pick<Code, 'image' | 'codeAt'>, wanted: Iterable<number>, found: (displacement: number, address: number) => void): void {
  for (const displacement of wanted) {
    const bytes = Buffer.alloc(SIZE)
    bytes.writeInt32LE(displacement | 0)
    // a byte that is rare in code comes first: zeros are looked at where the rest is
    const zeros = Math.max(0, bytes.findIndex((byte) => byte !== 0))
    const rest = bytes.subarray(zeros)
    for (const { address } of image.code) {
      const { code, view } = codeAt(address)!
      const searched = Buffer.from(code.buffer, code.byteOffset, code.byteLength)
      for (let at = searched.indexOf(rest); at >= 0; at = searched.indexOf(rest, at + 1)) {
        const place = at - zeros
        if (place > 0 && ((code[place - 1]! & 0xc0) === 0x80 || isBehindR12(code, place)) && view.getInt32(place, true) === displacement) found(displacement, address + place)
      }
    }
  }
}

/** R12 as a base needs a SIB byte, as RSP does, which is the frame's: `[r12 + displacement]` behind REX.B, an opcode (of two bytes) and ModRM. */
function isBehindR12(code: Uint8Array, place: number): boolean {
  if (code[place - 1] !== 0x24 || (code[place - 2]! & 0xc7) !== 0x84) return false
  return (code[place - 4]! & 0xf1) === 0x41 || (code[place - 4] === 0x0f && (code[place - 5]! & 0xf1) === 0x41)
}
