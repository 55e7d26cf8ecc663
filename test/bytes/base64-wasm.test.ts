import { describe, expect, test } from 'vitest'
import { encodeInlineWasm, findInlineWasm } from '../../src/bytes/base64-wasm.ts'

const module = Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 4, 3, 0x61, 0xff, 0xfe])
const component = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])

describe('modules inlined as base64', () => {
  for (const alphabet of ['base64', 'base64url'] as const) {
    for (const padded of [true, false]) {
      test(`${alphabet}, ${padded ? 'padded' : 'bare'}: found, decoded, and written back the same`, () => {
        const text = encodeInlineWasm(module, { alphabet, padded })
        const source = `const a = "no", m = '${text}';\nlet u = "data:application/wasm;base64,${text}"`
        const found = findInlineWasm(source)
        expect(found.length).toBe(2)
        for (const { start, end, bytes, encoding } of found) {
          expect(bytes).toEqual(module)
          expect(source.slice(start, end)).toBe(text)
          expect(encodeInlineWasm(bytes, encoding)).toBe(text)
        }
      })
    }
  }

  test('components are found as well', () => {
    expect(findInlineWasm(`"${Buffer.from(component).toString('base64')}"`)[0]?.bytes).toEqual(component)
  })

  test('what only looks like a module is passed over', () => {
    expect(findInlineWasm('"AGFzbQ"')).toEqual([])
    expect(findInlineWasm('"AGFzbQEAAAA"')[0]?.bytes.length).toBe(8)
    expect(findInlineWasm('"xAGFzbQEAAAA"')).toEqual([])
    expect(findInlineWasm('"AGFzbQIAAAA"')).toEqual([])
    expect(findInlineWasm('"AGFzbQEAAAAA"')[0]?.bytes.length).toBe(9)
    expect(findInlineWasm('"AGFzbQEAAAAAA"')).toEqual([])
  })

  test('a text of many false starts takes no longer than its length warrants', () => {
    expect(findInlineWasm('AGFzbQ.'.repeat(200_000))).toEqual([])
    expect(findInlineWasm('AGFzbQ'.repeat(200_000))).toEqual([])
  })
})
