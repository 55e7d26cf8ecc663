import { type ElfFile, readElf } from '../../../read/elf-file.ts'
import { executableRanges, type MappedRange } from '../../../read/address-space.ts'

/** PAUSE, LFENCE, JMP to the former: where a CPU waits that guessed wrongly (Intel, Retpoline: A Branch Target Injection Mitigation, 4). */
const captured = Uint8Array.of(0xf3, 0x90, 0x0f, 0xae, 0xe8, 0xeb, 0xf9)
const CALL = 0xe8
const JMP = 0xe9
const TRANSFER_SIZE = 5

/** What a thunk does: a return, or a jump to where a register says. */
type Thunk = 'return' | number

/**
 * The file as it was before a compiler put thunks in the place of returns and of jumps through registers (`-mfunction-return=thunk`,
 * `-mindirect-branch=thunk`, `-mretpoline`): each transfer to one is what it stands for again, with a NOP behind it, so that all else stays where it is. The same file where there are none.
 */
export function withoutThunks(file: ElfFile): ElfFile {
  const ranges = executableRanges(file)
  const thunks = new Map<number, Thunk>()
  for (const range of ranges) findThunks(file, range, thunks)
  if (thunks.size === 0) return file
  const bytes = new Uint8Array(file.bytes) // a copy, which `slice` of a Buffer is not
  const view = new DataView(bytes.buffer)
  for (const { offset, size, address } of ranges) {
    for (let at = offset; at + TRANSFER_SIZE <= offset + size; at++) {
      if (bytes[at] !== CALL && bytes[at] !== JMP) continue
      const thunk = thunks.get(address + at - offset + TRANSFER_SIZE + view.getInt32(at + 1, true))
      if (thunk !== undefined) bytes.set(replacementOf(thunk, bytes[at] === CALL), at)
    }
  }
  return readElf(bytes)
}

function findThunks(file: ElfFile, { offset, size, address }: MappedRange, thunks: Map<number, Thunk>): void {
  const code = Buffer.from(file.bytes.buffer, file.bytes.byteOffset + offset, size)
  for (let at = code.indexOf(captured); at >= 0; at = code.indexOf(captured, at + 1)) {
    const start = at - TRANSFER_SIZE
    if (start < 0 || code[start] !== CALL) continue
    // behind the call lies where nobody comes; it leads to what replaces the address of return
    const thunk = thunkAt(code, at + code.readInt32LE(start + 1))
    if (thunk !== undefined) thunks.set(address + start, thunk)
  }
}

/** MOV [RSP], register or LEA RSP, [RSP + 8] (ADD RSP, 8), then RET. */
function thunkAt(code: Buffer, at: number): Thunk | undefined {
  if (at < 0 || at + 5 > code.length) return undefined
  const isMove = (code[at]! & 0xfb) === 0x48 && code[at + 1] === 0x89 && (code[at + 2]! & 0xc7) === 0x04 && code[at + 3] === 0x24 && code[at + 4] === 0xc3
  if (isMove) return ((code[at + 2]! >> 3) & 7) | ((code[at]! & 4) << 1)
  const isReturn = code.readUInt32BE(at) === 0x488d6424 ? code[at + 4] === 8 && code[at + 5] === 0xc3 : code.readUInt32BE(at) === 0x4883c408 && code[at + 4] === 0xc3
  return isReturn ? 'return' : undefined
}

/** RET, or CALL or JMP through the register, and a NOP: five bytes. */
function replacementOf(thunk: Thunk, isCall: boolean): readonly number[] {
  if (thunk === 'return') return [0xc3, 0x0f, 0x1f, 0x40, 0x00]
  const modrm = (isCall ? 0xd0 : 0xe0) | (thunk & 7)
  return thunk < 8 ? [0xff, modrm, 0x0f, 0x1f, 0x00] : [0x41, 0xff, modrm, 0x66, 0x90]
}
