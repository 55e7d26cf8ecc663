/** The stack pointer, or the zero register, by instruction. */
export const SP = 31

/** By N, immr and imms: the same ones come again and again. */
const logicalImmediates = new Map<number, readonly [low: number, high: number] | undefined>()

/** Bitmask immediate of a logical instruction as low and high word (Arm ARM, DecodeBitMasks); undefined when reserved. */
export function logicalImmediate(word: number): readonly [low: number, high: number] | undefined {
  const fields = (word >>> 10) & 0x1fff
  const known = logicalImmediates.get(fields)
  if (known !== undefined || logicalImmediates.has(fields)) return known
  const decoded = decodeBitMasks(word)
  logicalImmediates.set(fields, decoded)
  return decoded
}

function decodeBitMasks(word: number): readonly [low: number, high: number] | undefined {
  const n = (word >>> 22) & 1
  const rotation = (word >>> 16) & 63
  const ones = (word >>> 10) & 63
  const length = 31 - Math.clz32((n << 6) | (~ones & 63))
  if (length < 1) return undefined
  const size = 1 << length
  const count = (ones & (size - 1)) + 1
  if (count === size) return undefined
  const rotate = rotation & (size - 1)
  let element = (1n << BigInt(count)) - 1n
  element = ((element >> BigInt(rotate)) | (element << BigInt(size - rotate))) & ((1n << BigInt(size)) - 1n)
  let whole = 0n
  for (let at = 0; at < 64; at += size) whole |= element << BigInt(at)
  return [Number(BigInt.asIntN(32, whole)), Number(BigInt.asIntN(32, whole >> 32n))]
}

/** A load or a store of one or two registers. */
export interface MemoryAccess {
  readonly load: boolean
  /** General register; -1 when it is a vector register. */
  readonly register: number
  readonly second: number
  /** Vector registers, or -1. */
  readonly vector: number
  readonly secondVector: number
  /** Bytes of each register. */
  readonly size: number
  /** Sign extension to this many bytes; 0: none. */
  readonly signed: number
  readonly base: number
  readonly offset: number
  /** Register that is added to the base, or -1. */
  readonly index: number
  readonly writeback: 'none' | 'before' | 'after'
  /** Atomic read-modify-write, exclusive store. */
  readonly atomic: boolean
  /** CAS: Rt is stored if memory holds what Rs does, which is loaded. */
  readonly compares: boolean
}

/** Instructions that were decoded last, by the bits that differ most: a function has the same few again and again. */
const RECENT = 4096
const recentWords = new Int32Array(RECENT)
const recentAccesses: (MemoryAccess | undefined)[] = Array.from({ length: RECENT }, () => undefined)

/** Loads and stores with a base register (Arm ARM C4.1.94); undefined for those of many vector registers and the like. */
export function memoryAccess(word: number): MemoryAccess | undefined {
  const place = (word ^ (word >>> 10) ^ (word >>> 20)) & (RECENT - 1)
  if (recentWords[place] !== (word | 0)) {
    recentWords[place] = word
    recentAccesses[place] = decodeAccess(word)
  }
  return recentAccesses[place]
}

function decodeAccess(word: number): MemoryAccess | undefined {
  const vector = (word & 0x0400_0000) !== 0
  const kind = (word >>> 27) & 7
  if (kind === 5) return pair(word, vector)
  if (kind === 1 && !vector) return exclusive(word)
  if (kind !== 7) return undefined
  const opcode = (word >>> 22) & 3
  const scale = vector ? (word >>> 30) | ((opcode & 2) << 1) : word >>> 30
  if (!vector && scale === 3 && opcode === 2) return undefined // PRFM
  const size = 1 << scale
  const load = vector ? (opcode & 1) === 1 : opcode !== 0
  const signed = vector || opcode < 2 ? 0 : opcode === 2 ? 8 : 4
  const register = vector ? -1 : word & 31
  if ((word & 0x0100_0000) !== 0) return access(word, load, register, size, signed, ((word >>> 10) & 0xfff) * size, -1, 'none', false)
  const form = (word >>> 10) & 3
  if ((word & 0x0020_0000) !== 0) {
    if (form === 2) return access(word, load, register, size, signed, 0, (word >>> 16) & 31, 'none', false)
    return form === 0 ? access(word, true, register, 1 << (word >>> 30), 0, 0, -1, 'none', true) : undefined
  }
  return access(word, load, register, size, signed, (word << 11) >> 23, -1, form === 1 ? 'after' : form === 3 ? 'before' : 'none', false)
}

function access(
  word: number,
  load: boolean,
  register: number,
  size: number,
  signed: number,
  offset: number,
  index: number,
  writeback: MemoryAccess['writeback'],
  atomic: boolean,
): MemoryAccess {
  return { load, register, second: -1, vector: register < 0 ? word & 31 : -1, secondVector: -1, size, signed, base: (word >>> 5) & 31, offset, index, writeback, atomic, compares: false }
}

function pair(word: number, vector: boolean): MemoryAccess {
  const opcode = word >>> 30
  const size = vector ? 4 << opcode : opcode === 2 ? 8 : 4
  const mode = (word >>> 23) & 3
  return {
    load: (word & 0x0040_0000) !== 0,
    register: vector ? -1 : word & 31,
    second: vector ? -1 : (word >>> 10) & 31,
    vector: vector ? word & 31 : -1,
    secondVector: vector ? (word >>> 10) & 31 : -1,
    size,
    signed: !vector && opcode === 1 ? 8 : 0,
    base: (word >>> 5) & 31,
    offset: ((word << 10) >> 25) * size,
    index: -1,
    writeback: mode === 1 ? 'after' : mode === 3 ? 'before' : 'none',
    atomic: false,
    compares: false,
  }
}

/** LDXR, STLR, CAS and their relatives. */
function exclusive(word: number): MemoryAccess {
  const ordered = (word & 0x00a0_0000) === 0x0080_0000 // LDAR, STLR: like plain loads and stores
  const compares = (word & 0x00a0_7c00) === 0x00a0_7c00
  const comparesPair = (word & 0xbfa0_7c00) >>> 0 === 0x0820_7c00
  const result = (word >>> 16) & 31
  return {
    load: compares || comparesPair || (word & 0x0040_0000) !== 0,
    register: compares || comparesPair ? result : word & 31,
    second: comparesPair ? (result + 1) & 31 : (word & 0x0020_0000) !== 0 && !ordered && !compares ? (word >>> 10) & 31 : -1,
    vector: -1,
    secondVector: -1,
    size: comparesPair ? 4 << (word >>> 30) : 1 << (word >>> 30),
    signed: 0,
    base: (word >>> 5) & 31,
    offset: 0,
    index: -1,
    writeback: 'none',
    atomic: !ordered,
    compares,
  }
}

/**
 * General registers that an instruction writes other than by `memoryAccess` and the ones of a call: a register, or -1.
 * Instructions of vectors write one only when they move to general registers.
 */
export function destination(word: number): number {
  const group = (word >>> 25) & 15
  const register = word & 31
  if (group === 8 || group === 9 || group === 5 || group === 13) return register
  if (group === 10 || group === 11) return (word & 0xfff0_0000) >>> 0 === 0xd530_0000 ? register : -1
  if (group === 2) return register // SVE: CNTB, LASTA and others
  if ((group & 7) === 7) {
    // conversions to integers and FMOV; to fixed point; SMOV, UMOV
    if ((word & 0x7f20_fc00) === 0x1e20_0000) return ((word >>> 16) & 2) === 0 || ((word >>> 16) & 7) === 6 ? register : -1
    if ((word & 0x7f20_0000) === 0x1e00_0000) return (word & 0x0002_0000) === 0 ? register : -1
    const moves = word & 0xbfe0_fc00
    if (moves === 0x0e00_2c00 || moves === 0x0e00_3c00) return register
  }
  return -1
}

/** MOV Xd, Xm (an alias of ORR Xd, XZR, Xm): the register that is moved, or -1. */
export function movedRegister(word: number): number {
  return (word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0 ? (word >>> 16) & 31 : -1
}
