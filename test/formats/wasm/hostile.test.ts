import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ShrinkError } from '../../../src/core/errors.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { analyzeWasm } from '../../../src/formats/wasm/analyze.ts'
import { assemble } from './assemble.ts'
import { leb, section } from './build.ts'
import { host } from './host.ts'

const folder = fileURLToPath(new URL('../../../fixtures/wasm/features', import.meta.url))
const modules = readdirSync(folder)
  .filter((name) => name.endsWith('.wat'))
  .sort()
  .map((name): [string, Uint8Array] => [name, assemble(readFileSync(`${folder}/${name}`, 'utf8'))])

/** Reads; a typed error with an offset inside the file is the only thing that may be thrown. */
function readOrRefuse(bytes: Uint8Array): boolean {
  try {
    readModule(bytes)
    return true
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    expect(error.details.offset).toBeTypeOf('number')
    expect(error.details.offset).toBeGreaterThanOrEqual(0)
    expect(error.details.offset).toBeLessThanOrEqual(bytes.length)
    return false
  }
}

describe('hostile modules', () => {
  test.each(modules)('%s: cut at every byte', (_name, bytes) => {
    const known = host.validate(bytes)
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.slice(0, length)
      // A cut between sections can leave a smaller module; where V8 knows the proposals, it must agree.
      if (readOrRefuse(cut) && known) expect(host.validate(cut)).toBe(true)
    }
  })

  test.each(modules)('%s: every bit flipped', (_name, bytes) => {
    const copy = Uint8Array.from(bytes)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      copy[bit >> 3]! ^= 1 << (bit & 7)
      const reads = readOrRefuse(copy)
      // What V8 takes, this reader takes.
      if (!reads && host.validate(copy)) throw new Error(`bit ${bit}: refused, but V8 takes it`)
      copy[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  test('counts that the bytes cannot hold are refused before anything is allocated', () => {
    const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    for (const id of [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13]) {
      const bytes = Uint8Array.from([...header, id, 5, 0xff, 0xff, 0xff, 0xff, 0x0f])
      expect(() => readModule(bytes)).toThrow(/do not fit|bodies for/)
    }
  })

  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
  const oneType = section(1, [1, 0x60, 0, 0])
  /** One function of type 0 with this body. */
  const withBody = (...body: number[]): Uint8Array => withBytes(body)
  const withBytes = (body: readonly number[]): Uint8Array =>
    Uint8Array.from([...header, ...oneType, ...section(3, [1, 0]), ...section(10, [1, ...leb(body.length), ...body])])

  test.each<[string, Uint8Array, RegExp]>([
    ['4294967295 locals', withBody(1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, 0x0b), /4294967295 locals, engines take 50000/],
    ['two runs of 2^31 locals', withBody(2, 0xff, 0xff, 0xff, 0xff, 0x07, 0x7f, 0xff, 0xff, 0xff, 0xff, 0x07, 0x7f, 0x0b), /locals, engines take/],
    ['an index in six bytes', withBody(0, 0x41, 0, 0x0c, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b), /beyond 32 bits/],
    ['an index with bits above the 32nd', withBody(0, 0x41, 0, 0x0c, 0x80, 0x80, 0x80, 0x80, 0x10, 0x0b), /beyond 32 bits/],
    ['an i32.const in six bytes', withBody(0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x1a, 0x0b), /more than 5 bytes/],
    ['a br_table longer than its function', withBody(0, 0x41, 0, 0x0e, 0xff, 0xff, 0xff, 0x7f, 0, 0x0b), /do not fit/],
    ['a br_table that lies about its length', withBody(0, 0x41, 0, 0x0e, 2, 0, 0x0b), /br_table|label|the bytes end/],
    ['code after the end', withBody(0, 0x0b, 0x0b), /after the end of the function/],
    ['no end', withBody(0, 0x41, 0, 0x1a), /the bytes end/],
  ])('%s', (_, bytes, message) => {
    expect(() => readModule(bytes)).toThrow(message)
    expect(readOrRefuse(bytes)).toBe(false)
    expect(host.validate(bytes)).toBe(false)
  })

  test('blocks nested twenty thousand deep, and calls as deep a chain, need no stack', () => {
    const depth = 20_000
    const deep = withBytes([0, ...Array.from({ length: depth }, () => [0x02, 0x40]).flat(), ...Array.from({ length: depth }, () => 0x0b), 0x0b])
    expect(readModule(deep).instructions).toBe(2 * depth + 1)
    const bodies = Array.from({ length: depth }, (_, i) => (i + 1 < depth ? [0, 0x10, ...leb(i + 1), 0x0b] : [0, 0x0b]))
    const chain = Uint8Array.from([
      ...header, ...oneType, ...section(3, [...leb(depth), ...Array.from({ length: depth }, () => 0)]), ...section(7, [1, 1, 0x61, 0, 0]),
      ...section(10, [...leb(depth), ...bodies.flatMap((body) => [...leb(body.length), ...body])]),
    ])
    const { properties } = analyzeWasm({ path: 'chain.wasm', bytes: chain }, {})
    expect(properties['functions']).toBe(depth)
  })

  test('components nested two hundred deep are refused', () => {
    let nested = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])
    for (let i = 0; i < 200; i++) nested = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0, 4, ...leb(nested.length), ...nested])
    expect(() => analyzeWasm({ path: 'c.wasm', bytes: nested }, {})).toThrow(/nested too deeply/)
  })
})
