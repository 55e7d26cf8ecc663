import { describe, expect, test } from 'vitest'
import { symbolNames } from '../../../src/formats/wasm/names/symbol-names.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { customSection, leb, section, text } from './build.ts'

const functions = ['runtime.main', 'github.com/a/b/internal/parse.(*Parser).next', 'main.main']

/** A pclntab of the layout of Go 1.20, as in runtime/symtab.go: header, names, functions with an entry each. */
function table(address: (index: number) => number): Uint8Array {
  const names = functions.flatMap((name) => [...text(name), 0])
  const namesAt = 72
  const functionsAt = Math.ceil((namesAt + names.length) / 8) * 8
  const entriesAt = (functions.length * 2 + 1) * 4
  const bytes = new Uint8Array(functionsAt + entriesAt + functions.length * 8)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0xfffffff1, true)
  bytes.set([0, 0, 1, 8], 4)
  const header = [functions.length, 0, 0, namesAt, 0, 0, 0, functionsAt]
  for (const [i, value] of header.entries()) view.setBigUint64(8 + i * 8, BigInt(value), true)
  bytes.set(names, namesAt)
  let nameAt = 0
  for (const [i, name] of functions.entries()) {
    view.setUint32(functionsAt + i * 8, address(i), true)
    view.setUint32(functionsAt + i * 8 + 4, entriesAt + i * 8, true)
    view.setUint32(functionsAt + entriesAt + i * 8, address(i), true)
    view.setUint32(functionsAt + entriesAt + i * 8 + 4, nameAt, true)
    nameAt += text(name).length + 1
  }
  view.setUint32(functionsAt + functions.length * 8, address(functions.length), true)
  return bytes
}

/** Slots 3, 4 and 5 of the table hold functions 2, 1 and 0; the data is in two segments with a gap of zeros between. */
function goModule(data: Uint8Array, custom = 'go:buildid'): Uint8Array {
  const body = [2, 0, 0x0b]
  const zeros = [...data].findIndex((_, at) => at > 40 && data.subarray(at, at + 4).every((byte) => byte === 0))
  const segment = (at: number, bytes: Uint8Array): number[] => [0, 0x41, ...signed(at), 0x0b, ...leb(bytes.length), ...bytes]
  return Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
    ...customSection(custom, []),
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [3, 0, 0, 0]),
    ...section(4, [1, 0x70, 0, 8]),
    ...section(5, [1, 0, 1]),
    ...section(9, [1, 0, 0x41, 3, 0x0b, 3, 2, 1, 0]),
    ...section(10, [3, ...body, ...body, ...body]),
    ...section(11, [2, ...segment(1000, data.subarray(0, zeros)), ...segment(1000 + zeros + 4, data.subarray(zeros + 4))]),
  ])
}

/** An `i32.const` from 64 to 8191, as signed LEB128. */
function signed(value: number): number[] {
  return [(value & 0x7f) | 0x80, value >> 7]
}

describe('Go modules without a name section', () => {
  test.each([
    ['Go 1.26, which counts slots', (index: number) => 3 + index],
    ['Go before, which counts blocks below them', (index: number) => (3 + index) * 0x10000],
  ])('%s: functions are named by the table of the runtime', (_, address) => {
    const names = symbolNames(readModule(goModule(table(address))))
    expect([0, 1, 2].map((index) => names.raw(index))).toEqual(functions.toReversed())
    expect([0, 1, 2].map((index) => names.package(index))).toEqual(['main', 'github.com/a/b/internal/parse', 'runtime'])
  })

  test('modules of other languages are not searched', () => {
    const names = symbolNames(readModule(goModule(table((index) => 3 + index), 'other')))
    expect(names.raw(0)).toBeUndefined()
  })

  test('a table that does not hold together names nothing, and does not fail', () => {
    const whole = table((index) => 3 + index)
    for (let at = 8; at < whole.length; at++) {
      const broken = Uint8Array.from(whole)
      broken[at]! ^= 0x80
      const names = symbolNames(readModule(goModule(broken)))
      for (const index of [0, 1, 2]) expect(names.display(index)).toBeTypeOf('string')
    }
    expect(symbolNames(readModule(goModule(whole.subarray(0, whole.length - 30)))).raw(0)).toBeUndefined()
  })
})
