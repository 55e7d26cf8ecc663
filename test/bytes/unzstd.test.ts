import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { unzstd } from '../../src/bytes/unzstd.ts'

async function unpack(bytes: Uint8Array, portion = 1 << 16, most = 2 ** 30): Promise<Buffer> {
  async function* source(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += portion) yield bytes.subarray(at, at + portion)
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of unzstd(source(), most)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const hasZstd = ((): boolean => {
  try {
    execFileSync('zstd', ['--version'])
    return true
  } catch {
    return false
  }
})()
const zstd = (bytes: Uint8Array, ...options: readonly string[]): Buffer => execFileSync('zstd', ['-q', '-c', ...options], { input: bytes, maxBuffer: 2 ** 28 })

const text = Buffer.from(Array.from({ length: 40_000 }, (_, index) => `line ${index * 7919 % 1000} of ${index % 13}\n`).join(''))

describe.skipIf(!hasZstd)('unzstd', () => {
  it('gives what zstd packed, with and without checksums, in whatever portions it comes', async () => {
    for (const options of [['-1'], ['-19'], ['-3', '--no-check'], ['-3', '--single-thread', '--zstd=wlog=12']]) {
      const packed = zstd(text, ...options)
      expect((await unpack(packed)).equals(text)).toBe(true)
      expect((await unpack(packed, 77)).equals(text)).toBe(true)
    }
    expect((await unpack(zstd(Buffer.alloc(0)))).length).toBe(0)
  })

  it('gives every frame', async () => {
    const [a, b] = [text.subarray(0, 1000), text.subarray(1000)]
    expect((await unpack(Buffer.concat([zstd(a), zstd(b, '--no-check')]))).equals(text)).toBe(true)
  })

  it('refuses what is cut off, whatever is left', async () => {
    const packed = zstd(text)
    for (const length of [1, 3, 4, 5, 6, 20, packed.length - 5, packed.length - 4, packed.length - 1]) {
      await expect(unpack(packed.subarray(0, length))).rejects.toMatchObject({ code: 'input/archive' })
    }
  })

  it('refuses more than it may unpack, and to refer back further than the decoder can', async () => {
    await expect(unpack(zstd(text), 1 << 16, 1000)).rejects.toMatchObject({ code: 'input/archive-limit' })
    await expect(unpack(zstd(text, '--zstd=wlog=27', '--single-thread').fill(0x88, 5, 6))).rejects.toThrow(/32 MiB/)
  })

  it('ends, with bytes or an Error, for any damage', async () => {
    const packed = zstd(text.subarray(0, 20_000))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(packed.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (edits) => {
        const damaged = Buffer.from(packed)
        for (const [at, value] of edits) damaged[at] = value
        const result = await unpack(damaged, 1 << 16, 2 ** 24).catch((error: unknown) => error)
        expect(result instanceof Error || Buffer.isBuffer(result)).toBe(true)
      }),
      { numRuns: 300 },
    )
  })
})
