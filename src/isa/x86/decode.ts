import { GROUP, groupKey, Immediate, INVALID, type Mode, NO_MODRM, opcodeTables, type OpcodeTables } from './expand-tables.ts'

/** Longest instruction (SDM volume 2, 2.3.11), and how many readable bytes a decoder needs after any start. */
export const MAX_LENGTH = 15

/** Prefixes, and the bytes that any form looks at behind them. */
const LOOK_AHEAD = MAX_LENGTH + 9

/** 3DNow!, its extensions of the Athlon, and those of the Geode: AMD 21928, 22466 and 33234. */
const amd3dnow: readonly (readonly [features: string, opcodes: readonly number[]])[] = [
  ['d3now', [0x0d, 0x1d, 0x90, 0x94, 0x96, 0x97, 0x9a, 0x9e, 0xa0, 0xa4, 0xa6, 0xa7, 0xaa, 0xae, 0xb0, 0xb4, 0xb6, 0xb7, 0xbf]],
  ['d3nowext', [0x0c, 0x1c, 0x8a, 0x8e, 0xbb]],
  ['cyrix_d3now', [0x86, 0x87]],
]

/** Bytes of ModRM, SIB and displacement: bits 0-2 the sum, bit 3 set when a SIB base of 5 adds a disp32. */
export const modrmSize: Uint8Array = Uint8Array.from({ length: 256 }, (_, modrm) => {
  const mod = modrm >> 6
  const rm = modrm & 7
  if (mod === 3) return 1
  const displacement = mod === 1 ? 1 : mod === 2 || (mod === 0 && rm === 5) ? 4 : 0
  return rm === 4 ? (2 + displacement) | (mod === 0 ? 8 : 0) : 1 + displacement
})

/** The same with 16-bit addressing (SDM table 2-1). */
const modrmSize16: Uint8Array = Uint8Array.from({ length: 256 }, (_, modrm) => {
  const mod = modrm >> 6
  if (mod === 3) return 1
  return 1 + (mod === 1 ? 1 : mod === 2 || (modrm & 7) === 6 ? 2 : 0)
})

/**
 * Tells the length and the feature set of one x86 instruction.
 *
 * Decodes what features and lengths depend on, no operands. An instruction that the end of the array cuts off is none.
 */
export class X86Decoder {
  readonly mode: Mode
  readonly tables: OpcodeTables
  /** Set by `decode`: index into `tables.featureSets`. */
  feature = 0
  readonly #apx: number
  readonly #cmov: number
  readonly #fisttp: number
  readonly #rtm: number
  readonly #xop: number
  readonly #tbm: number
  readonly #lwp: number
  /** By the byte after the operands: the set, 0 for none. */
  readonly #amd3dnow = new Uint8Array(256)

  constructor(mode: Mode) {
    this.mode = mode
    this.tables = opcodeTables()
    this.#apx = this.tables.idOf('apx_f')
    this.#cmov = this.tables.idOf('cmov')
    this.#fisttp = this.tables.idOf('sse3')
    this.#rtm = this.tables.idOf('rtm')
    this.#xop = this.tables.idOf('xop')
    this.#tbm = this.tables.idOf('tbm')
    this.#lwp = this.tables.idOf('lwp')
    for (const [features, opcodes] of amd3dnow) for (const opcode of opcodes) this.#amd3dnow[opcode] = this.tables.idOf(features)
  }

  /** Length in bytes of the instruction at `at`, or 0 when there is none. */
  decode(code: Uint8Array, at: number): number {
    const left = code.length - at
    // an integer for V8 too, where an address less another is a double
    if (left >= LOOK_AHEAD) return this.#decode(code, at | 0)
    if (left <= 0) return 0
    const padded = new Uint8Array(left + LOOK_AHEAD)
    padded.set(code.subarray(at))
    const length = this.#decode(padded, 0)
    return length > left ? 0 : length
  }

  #decode(code: Uint8Array, at: number): number {
    this.feature = 0
    let next = at
    let operand16 = false
    let address = false
    let repeat = 0
    let rex = 0
    let byte = 0
    for (;;) {
      byte = code[next]!
      if (byte === 0x66) operand16 = true
      else if (byte === 0xf3) repeat = 2
      else if (byte === 0xf2) repeat = 3
      else if (byte === 0x67) address = true
      else if (this.mode === 64 && (byte & 0xf0) === 0x40) {
        rex = byte
        next++
        continue
      } else if (!isSegmentOrLock(byte)) break
      rex = 0 // a REX that is not the last prefix is ignored (SDM volume 2, 2.2.1)
      next++
      if (next - at >= MAX_LENGTH) return 0
    }
    if (next - at >= MAX_LENGTH) return 0
    const w = (rex >> 3) & 1
    const narrow = this.mode === 32 && address
    const size = this.#body(code, next, byte, operand16, address, repeat, w, narrow, rex !== 0)
    if (size === 0) return 0
    const length = next - at + size
    return length > MAX_LENGTH ? 0 : length
  }

  #body(
    code: Uint8Array,
    at: number,
    byte: number,
    operand16: boolean,
    address: boolean,
    repeat: number,
    w: number,
    narrow: boolean,
    hasRex: boolean,
  ): number {
    const long = this.mode === 64
    const prefixed = hasRex || repeat !== 0 || operand16
    switch (byte) {
      case 0x0f:
        return this.#escaped(code, at, repeat !== 0 ? repeat : operand16 ? 1 : 0, operand16, w, narrow)
      case 0xc4:
      case 0xc5:
        if (long || code[at + 1]! >= 0xc0) return prefixed ? 0 : this.#vex(code, at, byte, narrow)
        break
      case 0x62:
        if (long || code[at + 1]! >= 0xc0) return prefixed ? 0 : this.#evex(code, at, narrow)
        break
      case 0x8f:
        if ((code[at + 1]! & 31) >= 8) return prefixed ? 0 : this.#xopEncoded(code, at, narrow)
        if ((code[at + 1]! & 0x38) !== 0) return 0
        return 1 + this.#memory(code, at + 1, narrow)
      case 0xd5:
        if (long) return prefixed ? 0 : this.#rex2(code, at, address)
        break
    }
    return this.#oneByteMap(code, at, byte, operand16, address, w, narrow)
  }

  #oneByteMap(code: Uint8Array, at: number, opcode: number, operand16: boolean, address: boolean, w: number, narrow: boolean): number {
    const shape = this.tables.oneByte[this.mode][opcode]!
    if (shape === INVALID) return 0
    let size = 1
    const modrm = code[at + 1]!
    if ((shape & NO_MODRM) === 0) {
      if ((opcode === 0xc6 || opcode === 0xc7) && (modrm & 0x38) !== 0) {
        if (modrm !== 0xf8) return 0
        this.feature = this.#rtm // XABORT, XBEGIN
      }
      if ((opcode === 0xdb || opcode === 0xdd || opcode === 0xdf) && modrm < 0xc0 && ((modrm >> 3) & 7) === 1) {
        this.feature = this.#fisttp
      }
      if (isX87Cmov(opcode, modrm)) this.feature = this.#cmov
      size += this.#memory(code, at + 1, narrow)
    }
    const z = operand16 && w === 0 ? 2 : 4
    const long = this.mode === 64
    switch (shape & 15) {
      case Immediate.z:
        return size + z
      case Immediate.v:
        return size + (w === 1 ? 8 : z)
      case Immediate.moffs:
        return size + (long ? (address ? 4 : 8) : address ? 2 : 4)
      case Immediate.far:
        return size + (operand16 ? 4 : 6)
      case Immediate.test:
        return size + (((modrm >> 3) & 7) < 2 ? (opcode === 0xf6 ? 1 : z) : 0)
      case Immediate.rel:
        return size + (!long && operand16 ? 2 : 4)
      default:
        return size + (shape & 15)
    }
  }

  #escaped(code: Uint8Array, at: number, prefix: number, operand16: boolean, w: number, narrow: boolean): number {
    const { legacyFeatures, legacyShapes, groups } = this.tables
    let map = 0
    let end = at + 1
    let opcode = code[end]!
    if (opcode === 0x0f) {
      const suffix = at + 2 + this.#memory(code, at + 2, narrow) // the opcode is the byte after the operands
      this.feature = this.#amd3dnow[code[suffix]!]!
      return this.feature === 0 ? 0 : suffix + 1 - at
    }
    if (opcode === 0x38 || opcode === 0x3a) {
      map = opcode === 0x38 ? 1 : 2
      opcode = code[++end]!
    }
    end++
    const index = (map * 4 + prefix) * 256 + opcode
    let feature = legacyFeatures[index]!
    if (feature === INVALID) return 0
    if (feature === GROUP) {
      feature = groups.get(groupKey.legacy + index)![w * 256 + code[end]!]!
      if (feature === INVALID) return 0
    }
    this.feature = feature
    const shape = legacyShapes[index]!
    if (map === 0 && (opcode & 0xf0) === 0x80) return 2 + (this.mode === 32 && operand16 ? 2 : 4) // Jcc
    if ((shape & NO_MODRM) !== 0) return end - at + (shape & 15)
    return end - at + this.#memory(code, end, narrow) + shape
  }

  #vex(code: Uint8Array, at: number, first: number, narrow: boolean): number {
    const { vexFeatures, vexShapes, groups } = this.tables
    const three = first === 0xc4
    const map = three ? code[at + 1]! & 31 : 1
    if (map < 1 || map > 3) return 0
    const last = three ? code[at + 2]! : code[at + 1]!
    const w = three ? last >> 7 : 0
    const start = at + (three ? 3 : 2)
    const index = ((map - 1) * 4 + (last & 3)) * 256 + code[start]!
    const modrm = code[start + 1]!
    let feature = vexFeatures[index * 4 + w * 2 + ((last >> 2) & 1)]!
    if (feature === GROUP) feature = groups.get(groupKey.vex + index)![w * 256 + modrm]!
    if (feature === INVALID) return 0
    if (map === 1 && isOfMasks(code[start]!) && !isMaskForm(code[start]!, modrm, w, (code[at + 1]! & 0x80) === 0, last)) return 0
    this.feature = feature
    const shape = vexShapes[index]!
    if ((shape & NO_MODRM) !== 0) return start + 1 - at + (shape & 15)
    return start + 1 - at + this.#memory(code, start + 1, narrow) + shape
  }

  #evex(code: Uint8Array, at: number, narrow: boolean): number {
    const { evexFeatures, evexShapes, groups } = this.tables
    const p0 = code[at + 1]!
    const p1 = code[at + 2]!
    const p2 = code[at + 3]!
    const opcode = code[at + 4]!
    const modrm = code[at + 5]!
    const map = p0 & 7
    if (map === 0 || map === 7) return 0
    const apx = (p0 & 8) !== 0 || (p1 & 4) === 0 // B4 set, or X4 set: registers 16-31 of APX
    if (apx && this.mode === 32) return 0
    const prefixSize = 5
    if (map === 4) {
      // APX promotes legacy instructions into map 4; their operands stay (Intel APX specification, 3.1.4)
      if (this.mode === 32) return 0
      this.feature = this.#apx
      return prefixSize + this.#memory(code, at + 5, narrow) + this.#map4Immediate(opcode, modrm, p1)
    }
    const index = ((map < 4 ? map - 1 : map - 2) * 4 + (p1 & 3)) * 256 + opcode
    // EVEX.b with register operands means rounding control: the vector length is 512 bits
    const length = (p2 & 16) !== 0 && modrm >= 0xc0 ? 2 : (p2 >> 5) & 3
    let feature = evexFeatures[index * 8 + (p1 >> 7) * 4 + length]!
    if (feature === GROUP) feature = groups.get(groupKey.evex + index)![length * 8 + ((modrm >> 3) & 7)]!
    if (feature === INVALID) return 0
    this.feature = apx ? this.#apx : feature
    return prefixSize + this.#memory(code, at + 5, narrow) + evexShapes[index]!
  }

  #map4Immediate(opcode: number, modrm: number, p1: number): number {
    if (opcode === 0x24 || opcode === 0x2c) return 1 // SHLD, SHRD
    const shape = this.tables.oneByte[64][opcode]!
    if (shape === INVALID || (shape & NO_MODRM) !== 0) return 0
    const z = (p1 & 3) === 1 && p1 >> 7 === 0 ? 2 : 4
    if (shape === Immediate.test) return ((modrm >> 3) & 7) < 2 ? (opcode === 0xf6 ? 1 : z) : 0
    return shape === Immediate.z ? z : shape & 15
  }

  /** REX2: D5, payload M0 R4 X4 B4 W R3 X3 B3, opcode of map 0 or 1 (Intel APX specification, 3.1.1). */
  #rex2(code: Uint8Array, at: number, address: boolean): number {
    const payload = code[at + 1]!
    const w = (payload >> 3) & 1
    const opcode = code[at + 2]!
    let size: number
    if ((payload & 0x80) !== 0) {
      const index = opcode
      if (opcode === 0x38 || opcode === 0x3a || opcode === 0x0f || this.tables.legacyFeatures[index] === INVALID) return 0
      const shape = this.tables.legacyShapes[index]!
      size = (shape & NO_MODRM) !== 0 ? 1 + (shape & 15) : 1 + this.#memory(code, at + 3, false) + shape
    } else if (opcode === 0xa1) size = 9 // JMPABS
    else size = this.#oneByteMap(code, at + 2, opcode, false, address, w, false)
    this.feature = this.#apx
    return size === 0 ? 0 : 2 + size
  }

  #xopEncoded(code: Uint8Array, at: number, narrow: boolean): number {
    const map = code[at + 1]! & 31
    if (map > 10) return 0
    const opcode = code[at + 3]!
    const slash = (code[at + 4]! >> 3) & 7
    if (map > 8 && opcode === 0x12) {
      if (slash > 1) return 0
      this.feature = this.#lwp
    } else if (map === 9 && (opcode === 1 || opcode === 2)) {
      if (opcode === 1 ? slash === 0 : slash !== 1 && slash !== 6) return 0
      this.feature = this.#tbm
    } else this.feature = map === 10 && opcode === 0x10 ? this.#tbm : this.#xop
    return 4 + this.#memory(code, at + 4, narrow) + (map === 8 ? 1 : map === 10 ? 4 : 0)
  }

  #memory(code: Uint8Array, at: number, narrow: boolean): number {
    const modrm = code[at]!
    if (narrow) return modrmSize16[modrm]!
    const size = modrmSize[modrm]!
    if ((size & 8) === 0) return size
    return (size & 7) + ((code[at + 1]! & 7) === 5 ? 4 : 0)
  }
}

function isSegmentOrLock(byte: number): boolean {
  return byte === 0xf0 || (byte & 0xe7) === 0x26 || byte === 0x64 || byte === 0x65
}

/** FCMOVcc, FCOMI, FUCOMI and their popping forms came with CMOV. */
function isX87Cmov(opcode: number, modrm: number): boolean {
  if (modrm < 0xc0 || (opcode !== 0xda && opcode !== 0xdb && opcode !== 0xdf)) return false
  return (opcode !== 0xdf && modrm < 0xe0) || (opcode !== 0xda && modrm >= 0xe8 && modrm < 0xf8)
}

/** KAND to KUNPCK, KMOV, KORTEST and KTEST, in VEX map 1. */
function isOfMasks(opcode: number): boolean {
  return (opcode >= 0x41 && opcode <= 0x4b) || (opcode >= 0x90 && opcode <= 0x93) || opcode === 0x98 || opcode === 0x99
}

/**
 * Instructions of mask registers have one length, few forms of ModRM, and eight registers (SDM volume 2, 2.6.13.4, "exceptions of opmask
 * instructions"). Any table of others leaves that to the CPU; here it tells text and numbers among code from it: `c5 00 4b 63` is none.
 *
 * @param reaches does VEX.R name one of registers 8 to 15?
 * @param last VEX.W or R, vvvv, L and pp
 */
function isMaskForm(opcode: number, modrm: number, w: number, reaches: boolean, last: number): boolean {
  const isLong = (last & 4) !== 0
  const hasThird = opcode < 0x90 && opcode !== 0x44
  if (hasThird !== isLong) return false
  // vvvv is inverted: k0 to k7, or none
  if (hasThird ? (last & 0x40) === 0 : (last & 0x78) !== 0x78) return false
  const prefix = last & 3
  if (w === 1 && (opcode === 0x4b ? prefix === 1 : (opcode === 0x92 || opcode === 0x93) && prefix !== 3)) return false
  // KMOV to a general register may name any
  if (reaches && opcode !== 0x93) return false
  if (opcode === 0x90) return true
  return opcode === 0x91 ? modrm < 0xc0 : modrm >= 0xc0
}
