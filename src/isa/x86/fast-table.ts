import { MAX_LENGTH, modrmSize, X86Decoder } from './decode.ts'
import { baselineFeatures } from './features.ts'

/**
 * Bits of a fast entry. Bits 0-4: bytes from the opcode (behind 0F) to the end; `sib`: 4 more when the SIB base is 5;
 * `imm64`: 4 more with REX.W; `slow`: features and irregular forms, for the full decoder.
 */
export const Fast = { sib: 0x20, imm64: 0x40, slow: 0x80 } as const

/** Bit of a class index for the 0F map, and of its prefix, one of `prefixKinds`. */
export const ESCAPED = 256
export const PREFIX = 512

/** The prefixes that change what follows, and how they are told apart: none, 66, F3, F2. */
const prefixKinds: readonly (readonly number[])[] = [[], [0x66], [0xf3], [0xf2]]

/** Rows there is room for. The number is a power of two, so that a masked index needs no check. */
export const ROWS = 32

/** Lengths in 64-bit mode by prefix, opcode and ModRM: `rows[(classes[opcode | ESCAPED | kind * PREFIX] << 8) | modrm]`. */
export interface FastTable {
  readonly classes: Uint8Array
  /** One row of 256 entries for each class of opcodes that behave alike: 25 of them are used. */
  readonly rows: Uint8Array
  /** By byte: kind * PREFIX where it is a prefix of `prefixKinds`. */
  readonly prefixes: Uint16Array
}

// Copies for the loops: an exported binding is loaded anew each time.
const { slow, sib, imm64 } = Fast
const escapedMap = ESCAPED
const lastRow = ROWS - 1

let table: FastTable | undefined

export function fastTable(): FastTable {
  return (table ??= buildFastTable())
}

/** Asks the full decoder about every opcode and ModRM byte, and keeps each distinct row once. */
function buildFastTable(): FastTable {
  const decoder = new X86Decoder(64)
  const baseline = baselineFeatures(64)
  const plain = decoder.tables.featureSets.map((set) => set.every((name) => baseline.has(name)))
  const classes = new Uint8Array(prefixKinds.length * PREFIX)
  const rows = new Uint8Array(ROWS * 256)
  const prefixes = new Uint16Array(256)
  const known = new Map<string, number>()
  for (const [kind, prefix] of prefixKinds.entries()) {
    for (const byte of prefix) prefixes[byte] = kind * PREFIX
    for (let opcode = 0; opcode < 2 * ESCAPED; opcode++) {
      const escaped = opcode >= ESCAPED
      const row = new Uint8Array(256).fill(Fast.slow)
      if (escaped ? !isMapEscape(opcode & 0xff) : !isPrefixOrEscape(opcode)) {
        for (let modrm = 0; modrm < 256; modrm++) row[modrm] = entryOf(decoder, plain, prefix, escaped, opcode & 0xff, modrm)
      }
      const key = row.join()
      let index = known.get(key)
      if (index === undefined) {
        index = known.size
        if (index === ROWS) throw new RangeError('the opcode tables have more kinds of rows than there is room for')
        known.set(key, index)
        rows.set(row, index * 256)
      }
      classes[kind * PREFIX + opcode] = index
    }
  }
  return { classes, rows, prefixes }
}

function entryOf(decoder: X86Decoder, plain: readonly boolean[], prefix: readonly number[], escaped: boolean, opcode: number, modrm: number): number {
  const form = escaped ? [0x0f, opcode, modrm] : [opcode, modrm]
  const lengthOf = (bytes: readonly number[]): number => {
    const code = new Uint8Array(64)
    code.set(bytes)
    const length = decoder.decode(code, 0)
    return plain[decoder.feature] ? length : 0
  }
  const length = lengthOf([...prefix, ...form])
  const wide = lengthOf([...prefix, 0x48, ...form])
  if (length === 0 || wide === 0) return Fast.slow
  const imm64 = wide === length + 5 && prefix.length === 0 && !escaped
  if (!imm64 && wide !== length + 1) return Fast.slow // 66 with an immediate that REX.W makes wide again
  const sib = lengthOf([...prefix, ...form, 5]) !== length
  if (sib && (modrmSize[modrm]! & 8) === 0) return Fast.slow
  return (length - prefix.length - (escaped ? 1 : 0)) | (sib ? Fast.sib : 0) | (imm64 ? Fast.imm64 : 0)
}

function isPrefixOrEscape(opcode: number): boolean {
  if (opcode === 0x0f || (opcode & 0xe7) === 0x26 || (opcode >= 0x64 && opcode <= 0x67)) return true
  if (opcode === 0xf0 || opcode === 0xf2 || opcode === 0xf3 || opcode === 0x62 || opcode === 0x8f) return true
  return opcode === 0xc4 || opcode === 0xc5 || (opcode & 0xf0) === 0x40 || opcode === 0xd5
}

/** 0F38, 0F3A and 3DNow! have another byte before ModRM, or after the operands. */
function isMapEscape(opcode: number): boolean {
  return opcode === 0x38 || opcode === 0x3a || opcode === 0x0f
}

/** Segments and LOCK: nothing that follows depends on them. */
const idlePrefixes = Uint8Array.from({ length: 256 }, (_, byte) => ((byte & 0xe7) === 0x26 || byte === 0x64 || byte === 0x65 || byte === 0xf0 ? 1 : 0))

/**
 * Length of an instruction with any number of prefixes and no feature beyond the baseline; 0 where the full decoder has to
 * be asked. Long NOPs and atomic operations are such.
 */
export function lengthBehindPrefixes({ classes, rows, prefixes }: FastTable, code: Uint8Array, at: number): number {
  let next = at
  let kind = 0
  let byte = code[next]!
  for (;;) {
    const another = prefixes[byte]!
    if (another !== 0) {
      if (kind !== 0 && kind !== another) return 0
      kind = another
    } else if (idlePrefixes[byte] === 0) break
    byte = code[++next]!
    if (next - at >= MAX_LENGTH) return 0
  }
  let wide = 0
  if ((byte & 0xf0) === 0x40) {
    wide = (byte >> 3) & 1
    byte = code[++next]!
  }
  let map = 0
  if (byte === 0x0f) {
    map = escapedMap
    byte = code[++next]!
  }
  const entry = rows[((classes[byte | map | kind]! & lastRow) << 8) | code[next + 1]!]!
  if ((entry & slow) !== 0) return 0
  const more = (entry & sib) !== 0 && (code[next + 2]! & 7) === 5 ? 4 : (entry & imm64) !== 0 && wide === 1 ? 4 : 0
  const length = next - at + (entry & 31) + more
  return length > MAX_LENGTH ? 0 : length
}
