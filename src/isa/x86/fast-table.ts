import { modrmSize, X86Decoder } from './decode.ts'
import type { Mode } from './expand-tables.ts'
import { baselineFeatures } from './features.ts'

/**
 * Bits of a fast entry. Bits 0-4: bytes from the opcode (behind 0F) to the end; `sib`: 4 more when the SIB base is 5;
 * `imm64`: 4 more with REX.W; `slow`: prefixes, features and irregular forms, for the full decoder.
 */
export const Fast = { sib: 0x20, imm64: 0x40, slow: 0x80 } as const

/** Lengths by opcode and ModRM: `rows[(classes[opcode] << 8) | modrm]`, opcodes of the 0F map from 256 on. */
export interface FastTable {
  readonly classes: Uint8Array
  /** One row of 256 entries for each class of opcodes that behave alike: about 10 KB. */
  readonly rows: Uint8Array
}

const fastTables: Partial<Record<Mode, FastTable>> = {}

export function fastTable(mode: Mode): FastTable {
  return (fastTables[mode] ??= buildFastTable(mode))
}

/** Asks the full decoder about every opcode and ModRM byte, and keeps each distinct row once. */
function buildFastTable(mode: Mode): FastTable {
  const decoder = new X86Decoder(mode)
  const baseline = baselineFeatures(mode)
  const plain = decoder.tables.featureSets.map((set) => set.every((name) => baseline.has(name)))
  const classes = new Uint8Array(512)
  const rows: Uint8Array[] = []
  const known = new Map<string, number>()
  for (let opcode = 0; opcode < 512; opcode++) {
    const row = new Uint8Array(256).fill(Fast.slow)
    const escaped = opcode >= 256
    if (escaped ? !isMapEscape(opcode & 0xff) : !isPrefixOrEscape(opcode, mode)) {
      for (let modrm = 0; modrm < 256; modrm++) row[modrm] = entryOf(decoder, plain, escaped, opcode & 0xff, modrm)
    }
    const key = row.join()
    let index = known.get(key)
    if (index === undefined) {
      index = rows.length
      known.set(key, index)
      rows.push(row)
    }
    classes[opcode] = index
  }
  const all = new Uint8Array(rows.length * 256)
  for (const [index, row] of rows.entries()) all.set(row, index * 256)
  return { classes, rows: all }
}

function entryOf(decoder: X86Decoder, plain: readonly boolean[], escaped: boolean, opcode: number, modrm: number): number {
  const code = new Uint8Array(64)
  code.set(escaped ? [0x0f, opcode, modrm] : [opcode, modrm])
  const length = decoder.decode(code, 0)
  if (length === 0 || !plain[decoder.feature]) return Fast.slow
  code[escaped ? 3 : 2] = 5
  const withSib = decoder.decode(code, 0) === length ? 0 : Fast.sib
  if (withSib !== 0 && (modrmSize[modrm]! & 8) === 0) return Fast.slow
  const wide = decoder.mode === 64 && !escaped && (opcode & 0xf8) === 0xb8 ? Fast.imm64 : 0
  return (length - (escaped ? 1 : 0)) | withSib | wide
}

function isPrefixOrEscape(opcode: number, mode: Mode): boolean {
  if (opcode === 0x0f || (opcode & 0xe7) === 0x26 || (opcode >= 0x64 && opcode <= 0x67)) return true
  if (opcode === 0xf0 || opcode === 0xf2 || opcode === 0xf3 || opcode === 0x62 || opcode === 0x8f) return true
  return opcode === 0xc4 || opcode === 0xc5 || (mode === 64 && ((opcode & 0xf0) === 0x40 || opcode === 0xd5))
}

/** 0F38, 0F3A and 3DNow! have another byte before ModRM, or after the operands. */
function isMapEscape(opcode: number): boolean {
  return opcode === 0x38 || opcode === 0x3a || opcode === 0x0f
}
