// What branches are made on, as far as the instructions before them tell.
import { Kind, type Listing } from '../code/listing.ts'

/**
 * Does the branch look at what a call has just returned? Calls whose results depend on the CPU were followed, so this one
 * is about something else (an environment variable, an error).
 */
export function asksCallee(listing: Listing, branch: number): boolean {
  for (let back = 1; back <= 3 && branch - back >= 0; back++) {
    const kind = listing.kind[branch - back]
    if (kind === Kind.call) return true
    if (kind !== Kind.other) return false
  }
  return false
}

/** Is the branch at `at` made on which of two numbers is the larger? A result that is compared like that is a size. */
export function comparesOrder(code: Uint8Array, at: number): boolean {
  const condition = (code[at] === 0x0f ? code[at + 1]! : code[at]!) & 15
  return [1, 3, 6, 7].includes(condition >> 1)
}

/** Arithmetic with a number, by the middle bits of ModRM. */
const AND = 4
const CMP = 7

/** Is the instruction at [at, next) a test of a number of at most 32 bits, which is no pointer, against zero, or of its bits? */
export function testsFlag(code: Uint8Array, at: number, next: number): boolean {
  let opcodeAt = at
  if ((code[opcodeAt]! & 0xf0) === 0x40) {
    if ((code[opcodeAt]! & 8) !== 0) return false
    opcodeAt++
  }
  const opcode = code[opcodeAt]!
  const modrm = code[opcodeAt + 1]!
  const slash = (modrm >> 3) & 7
  if (opcode === 0x84 || opcode === 0x85) return modrm >= 0xc0 && slash === (modrm & 7)
  if (opcode === 0xa8 || opcode === 0xa9) return true
  if (opcode === 0xf6 || opcode === 0xf7) return slash < 2
  if (opcode === 0x24 || opcode === 0x25) return true
  if (opcode < 0x80 || opcode > 0x83 || opcode === 0x82) return false
  return slash === AND || (opcode !== 0x81 && slash === CMP && code[next - 1] === 0)
}

/** MOV, LEA, PUSH and POP. */
export function onlyMoves(code: Uint8Array, at: number): boolean {
  const opcode = (code[at]! & 0xf0) === 0x40 ? code[at + 1]! : code[at]!
  return (opcode >= 0x50 && opcode < 0x60) || (opcode >= 0x88 && opcode <= 0x8b) || opcode === 0x8d || opcode === 0xc7
}

/** Is the instruction at [at, next) a test of a byte against zero? */
export function testsByte(code: Uint8Array, at: number, next: number): boolean {
  const opcodeAt = (code[at]! & 0xf0) === 0x40 ? at + 1 : at
  const modrm = code[opcodeAt + 1]!
  const slash = (modrm >> 3) & 7
  return code[opcodeAt] === 0x84 ? modrm >= 0xc0 && slash === (modrm & 7) : code[opcodeAt] === 0x80 && slash === CMP && code[next - 1] === 0
}

/** Is the branch at `branch`, behind the instruction at `at`, made on whether something is a certain small number? */
export function isOnTag(code: Uint8Array, at: number, branch: number): boolean {
  const condition = (code[branch] === 0x0f ? code[branch + 1]! : code[branch]!) & 15
  if (condition >> 1 !== EQUAL) return false
  const limit = comparedWith(code, at, branch)
  return (limit !== undefined && limit >= 0 && limit <= LARGEST_LEVEL) || testsFlag(code, at, branch)
}

/** A level of the CPU, or a number of a processor: sizes that are compared are above that. */
export const LARGEST_LEVEL: number = 32
/** Condition codes in pairs: JE and JNE. */
export const EQUAL: number = 2

/** The number that CMP at [at, next) compares something with. */
export function comparedWith(code: Uint8Array, at: number, next: number): number | undefined {
  const opcodeAt = (code[at]! & 0xf0) === 0x40 ? at + 1 : at
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  if (code[opcodeAt] === 0x3d && next === opcodeAt + 5) return view.getInt32(opcodeAt + 1, true)
  if (code[opcodeAt] !== 0x81 && code[opcodeAt] !== 0x83) return undefined
  if (((code[opcodeAt + 1]! >> 3) & 7) !== 7) return undefined
  return code[opcodeAt] === 0x83 ? view.getInt8(next - 1) : view.getInt32(next - 4, true)
}

/** Is it the branch behind `sub rax, fs:40`, which compilers put before the end of functions with arrays? */
export function checksStack(code: Uint8Array, listing: Listing, branch: number): boolean {
  return branch > 0 && listing.kind[branch] === Kind.branch && code[listing.at[branch - 1]!] === 0x64
}

/** Instructions of an epilogue. */
const EPILOGUE = 12

/** Does the function return at `place` what it has from a call? Nothing but the stack and saved registers is put back on the way. */
export function onlyReturns(code: Uint8Array, listing: Listing, place: number): boolean {
  for (let steps = 0; place < listing.count && steps < EPILOGUE; steps++) {
    const at = listing.at[place]!
    const kind = listing.kind[place]!
    if (kind === Kind.end) return code[at] === 0xc3
    if (kind === Kind.jump) {
      const inside = listing.indexOf(listing.target[place]!)
      if (inside === undefined) return false
      place = inside
    } else {
      if (!checksStack(code, listing, place) && (kind !== Kind.other || !restores(code, at)) && !loadsStackGuard(code, listing, place)) return false
      place++
    }
  }
  return false
}

/** Is it the SUB or XOR with FS:40, or the load from the frame before that? */
function loadsStackGuard(code: Uint8Array, listing: Listing, place: number): boolean {
  const at = listing.at[place]!
  if (code[at] === 0x64) return true
  return place + 1 < listing.count && code[listing.at[place + 1]!] === 0x64 && (code[at]! & 0xf8) === 0x48 && code[at + 1] === 0x8b && (code[at + 2]! & 7) === 4 && code[at + 3] === 0x24
}

/** POP, LEAVE, and what moves the stack pointer (ADD RSP, LEA RSP). */
function restores(code: Uint8Array, at: number): boolean {
  const opcode = code[at]!
  if ((opcode >= 0x58 && opcode < 0x60) || opcode === 0xc9) return true
  if (opcode === 0x41) return code[at + 1]! >= 0x58 && code[at + 1]! < 0x60
  return opcode === 0x48 && (((code[at + 1] === 0x83 || code[at + 1] === 0x81) && code[at + 2] === 0xc4) || (code[at + 1] === 0x8d && (code[at + 2]! & 0x38) === 0x20))
}

/** Instructions between a test and the branch on it. */
export const FLAG_DISTANCE = 4

/** Is the branch made on a flag that was tested just before? */
export function testsFlagAt(code: Uint8Array, listing: Listing, branch: number): boolean {
  for (let place = branch - 1; place >= 0 && branch - place <= FLAG_DISTANCE && listing.kind[place] === Kind.other; place--) {
    if (testsFlag(code, listing.at[place]!, listing.at[place + 1]!)) return true
    if (!onlyMoves(code, listing.at[place]!)) return false
  }
  return false
}
