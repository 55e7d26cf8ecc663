import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ShrinkError } from '../../../src/core/errors.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { assemble } from './assemble.ts'
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
})
