import { expect, test } from 'vitest'
import { X86Decoder } from '../../../src/isa/x86/decode.ts'
import { fastTable, lengthBehindPrefixes } from '../../../src/isa/x86/fast-table.ts'
import { baselineFeatures } from '../../../src/isa/x86/features.ts'
import { opcodeTables } from '../../../src/isa/x86/expand-tables.ts'
import { compareWithIced, noComparison } from './iced-oracle.ts'

const SLOT = 16
/** Every ModRM.reg with a plain memory operand, a SIB byte, a register. */
const modrms = Array.from({ length: 8 }, (_, reg) => [0x00, 0x04, 0x45, 0xc0, 0xc1, 0xc6].map((rest) => (reg << 3) | rest)).flat()

const evexModrms = modrms.filter((modrm) => [0x04, 0xc1].includes(modrm & 0xc7))

/** One form per 16 bytes, filled up with NOPs, which also serve as displacement and immediate. */
function slots(forms: Iterable<number[]>): Uint8Array {
  const list = [...forms]
  const code = new Uint8Array(list.length * SLOT).fill(0x90)
  for (const [index, form] of list.entries()) code.set(form, index * SLOT)
  return code
}

function* legacyForms(rexes: readonly (readonly number[])[]): Iterable<number[]> {
  for (const escape of [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]]) {
    for (const prefix of [[], [0x66], [0xf3], [0xf2]]) {
      for (const rex of rexes) {
        for (let opcode = 0; opcode < 256; opcode++) {
          for (const modrm of modrms) yield [...prefix, ...rex, ...escape, opcode, modrm]
        }
      }
    }
  }
}

function* vexForms(): Iterable<number[]> {
  for (let map = 1; map <= 3; map++) {
    for (let pp = 0; pp < 4; pp++) {
      for (const wl of [0x00, 0x04, 0x80, 0x84]) {
        for (let opcode = 0; opcode < 256; opcode++) {
          for (const modrm of modrms) yield [0xc4, 0xe0 | map, wl | 0x78 | pp, opcode, modrm]
        }
      }
    }
  }
}

function* evexForms(): Iterable<number[]> {
  for (const map of [1, 2, 3, 5, 6]) {
    for (let pp = 0; pp < 4; pp++) {
      for (const w of [0, 0x80]) {
        for (const p2 of [0x08, 0x28, 0x48, 0x09, 0x49, 0x18]) {
          for (let opcode = 0; opcode < 256; opcode++) {
            for (const modrm of evexModrms) yield [0x62, 0xf0 | map, w | 0x7c | pp, p2, opcode, modrm]
          }
        }
      }
    }
  }
}

function* amdForms(): Iterable<number[]> {
  for (let opcode = 0; opcode < 256; opcode++) {
    for (const modrm of evexModrms) {
      for (const vector of [0x78, 0x7c, 0xf8, 0xfc]) for (let map = 8; map <= 10; map++) yield [0x8f, 0xe0 | map, vector, opcode, modrm]
      yield [0x0f, 0x0f, modrm, ...((modrm & 0xc7) === 4 ? [0x20] : []), opcode]
    }
  }
}

test.each([
  ['legacy, 64-bit', 64, () => legacyForms([[], [0x48]])],
  ['legacy, 32-bit', 32, () => legacyForms([[]])],
  ['VEX, 64-bit', 64, vexForms],
  ['VEX, 32-bit', 32, vexForms],
  ['EVEX, 64-bit', 64, evexForms],
  ['XOP, TBM, LWP, 3DNow!', 64, amdForms],
] as const)('every form of the tables has the length and features iced-x86 gives it: %s', (_name, mode, forms) => {
  const comparison = noComparison()
  compareWithIced(slots(forms()), mode, comparison)
  expect(comparison.examples).toEqual([])
  expect(comparison.instructions).toBeGreaterThan(100_000)
})

test('the table of lengths says what the decoder says, and nothing where a feature is needed', () => {
  const decoder = new X86Decoder(64)
  const table = fastTable()
  const baseline = baselineFeatures(64)
  const plain = decoder.tables.featureSets.map((set) => set.every((name) => baseline.has(name)))
  const code = new Uint8Array(64).fill(0x11)
  const wrong: string[] = []
  let told = 0
  for (const prefix of [[], [0x66], [0xf3], [0xf2], [0x48], [0x66, 0x48], [0x2e, 0x41], [0xf0]]) {
    for (const escape of [[], [0x0f]]) {
      for (let form = 0; form < 65_536; form++) {
        for (const sib of (form & 7) === 4 ? [0x20, 0x25] : [0x20]) {
          const bytes = [...prefix, ...escape, form >> 8, form & 255, sib]
          code.set(bytes)
          const length = lengthBehindPrefixes(table, code, 0)
          if (length === 0) continue
          told++
          if (length !== decoder.decode(code, 0) || !plain[decoder.feature]) wrong.push(Buffer.from(bytes).toString('hex'))
        }
      }
    }
  }
  expect(wrong.slice(0, 10)).toEqual([])
  expect(told).toBeGreaterThan(500_000)
})

test('all tables of the decoder together stay below 100 KB', () => {
  const tables = opcodeTables()
  const ofObject = (object: object): number => Object.values(object).reduce((sum: number, value: unknown) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0)
  const groups = [...tables.groups.values()].reduce((sum, array) => sum + array.byteLength, 0)
  const bytes = ofObject(tables) + ofObject(tables.oneByte) + groups + ofObject(fastTable())
  expect(bytes).toBeGreaterThan(50_000)
  expect(bytes).toBeLessThan(100_000)
})
