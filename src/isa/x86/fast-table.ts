import { MAX_LENGTH, modrmSize, X86Decoder } from './decode.ts'
import { NO_MODRM, opcodeTables } from './expand-tables.ts'
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

/** Asks the full decoder about every opcode and what its length can depend on in ModRM, and keeps each distinct row once. */
function buildFastTable(): FastTable {
  const ask = questions()
  const classes = new Uint8Array(prefixKinds.length * PREFIX)
  const rows = new Uint8Array(ROWS * 256)
  const prefixes = new Uint16Array(256)
  const none = new Uint8Array(256).fill(Fast.slow)
  let used = 0
  for (const [kind, prefix] of prefixKinds.entries()) {
    for (const byte of prefix) prefixes[byte] = kind * PREFIX
    for (let opcode = 0; opcode < 2 * ESCAPED; opcode++) {
      const escaped = opcode >= ESCAPED
      const isOpcode = escaped ? !isMapEscape(opcode & 0xff) : !isPrefixOrEscape(opcode)
      const row = isOpcode ? rowOf(ask, prefix, escaped, opcode & 0xff, hasModrm(kind, escaped, opcode & 0xff)) : none
      let index = 0
      while (index < used && !isRow(rows, index, row)) index++
      if (index === ROWS) throw new RangeError('the opcode tables have more kinds of rows than there is room for')
      if (index === used) rows.set(row, used++ * 256)
      classes[kind * PREFIX + opcode] = index
    }
  }
  return { classes, rows, prefixes }
}

function isRow(rows: Uint8Array, index: number, row: Uint8Array): boolean {
  for (let modrm = 0; modrm < 256; modrm++) if (rows[index * 256 + modrm] !== row[modrm]) return false
  return true
}

/** `kind`: of the prefix, in the order of the mandatory prefixes. */
function hasModrm(kind: number, escaped: boolean, opcode: number): boolean {
  const { oneByte, legacyShapes } = opcodeTables()
  return ((escaped ? legacyShapes[kind * 256 + opcode]! : oneByte[64][opcode]!) & NO_MODRM) === 0
}

/** Entries by the byte behind the opcode. Operands in memory differ in their size only, whatever the address is. */
function rowOf(ask: Question, prefix: readonly number[], escaped: boolean, opcode: number, modrmFollows: boolean): Uint8Array {
  const row = new Uint8Array(256)
  if (!modrmFollows) return row.fill(entryOf(ask, prefix, escaped, opcode, 0))
  for (let modrm = 0; modrm < 256; modrm++) {
    const shortest = modrm & 0x38
    if (modrm >= 0xc0 || modrm === shortest) {
      row[modrm] = entryOf(ask, prefix, escaped, opcode, modrm)
      continue
    }
    const size = modrmSize[modrm]!
    const entry = row[shortest]!
    row[modrm] = entry === Fast.slow ? entry : (entry + (size & 7) - 1) | ((size & 8) !== 0 ? Fast.sib : 0)
  }
  return row
}

const REX_W = 0x48

/** Length of a form without features beyond the baseline, and 0 of any other. `rex`: 0 for none. */
type Question = (prefix: readonly number[], rex: number, escaped: boolean, opcode: number, modrm: number) => number

function questions(): Question {
  const decoder = new X86Decoder(64)
  const baseline = baselineFeatures(64)
  const plain = Uint8Array.from(decoder.tables.featureSets, (set) => (set.every((name) => baseline.has(name)) ? 1 : 0))
  const code = new Uint8Array(64)
  return (prefix, rex, escaped, opcode, modrm) => {
    let at = 0
    if (prefix.length > 0) code[at++] = prefix[0]!
    if (rex !== 0) code[at++] = rex
    if (escaped) code[at++] = 0x0f
    code[at++] = opcode
    code[at++] = modrm
    code[at++] = 0 // what an earlier question left
    code[at++] = 0
    code[at++] = 0
    const length = decoder.decode(code, 0)
    return plain[decoder.feature] === 1 ? length : 0
  }
}

function entryOf(ask: Question, prefix: readonly number[], escaped: boolean, opcode: number, modrm: number): number {
  const length = ask(prefix, 0, escaped, opcode, modrm)
  const wide = length === 0 ? 0 : ask(prefix, REX_W, escaped, opcode, modrm)
  if (length === 0 || wide === 0) return Fast.slow
  const imm64 = wide === length + 5 && prefix.length === 0 && !escaped
  if (!imm64 && wide !== length + 1) return Fast.slow // 66 with an immediate that REX.W makes wide again
  return (length - prefix.length - (escaped ? 1 : 0)) | (imm64 ? Fast.imm64 : 0)
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
