import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sizeViews } from '../../../src/core/analysis.ts'
import { ShrinkError, toDiagnostic } from '../../../src/core/errors.ts'
import { elf } from '../../../src/formats/elf/index.ts'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { analyze, observe, optimize } from './support/optimize.ts'

const bcrypt = await fetchPackage(elfPackage('bcrypt'))
const sample = new Uint8Array(await readFile(join(bcrypt, 'prebuilds/linux-arm64/bcrypt.glibc.node')))
const small = new Uint8Array(await readFile(join(bcrypt, 'prebuilds/linux-arm/bcrypt.musl.node')))

/** Any bytes give a result or a typed error. */
async function survives(bytes: Uint8Array, by: (typeof sizeViews)[number] = 'section'): Promise<'read' | 'refused'> {
  try {
    const analysis = await analyze(bytes, { by, shallow: true })
    expect(analysis.sizes.ranges.reduce((sum, range) => sum + range.size, 0)).toBe(bytes.byteLength)
    for (const rule of elf.rules) for (const finding of rule.check(analysis)) expect(finding.message).not.toBe('')
    const { artifact } = await optimize(bytes)
    expect(artifact.bytes.byteLength).toBeLessThanOrEqual(bytes.byteLength)
    return 'read'
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return 'refused'
  }
}

/** Numbers that repeat: the same damage in every run. */
function* pseudoRandom(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state
  }
}

/** The file as loaders see it: then truncation reaches the tables that segments lead to, and not the section headers alone. */
function withoutSectionHeaders(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy.fill(0, 32, 36) // e_shoff of a 32-bit file
  copy.fill(0, 48, 52) // e_shnum, e_shstrndx
  return copy
}

test('truncation at every byte', async () => {
  const outcomes = { read: 0, refused: 0 }
  for (let length = 0; length < small.byteLength; length++) outcomes[await survives(small.subarray(0, length))]++
  expect(outcomes).toEqual({ read: 0, refused: small.byteLength }) // the section headers are the last thing in it
})

test('truncation of a file without section headers, at every byte of its first 4 KiB and at many places of the rest', async () => {
  const bare = withoutSectionHeaders(small)
  const outcomes = { read: 0, refused: 0 }
  const lengths = [...Array(4096).keys(), ...Array.from({ length: 500 }, (_, i) => Math.floor((i * bare.byteLength) / 500))]
  for (const length of lengths) outcomes[await survives(bare.subarray(0, length), 'symbol')]++
  expect(outcomes.refused).toBeGreaterThan(1000)
  expect(outcomes.read).toBeGreaterThan(10)
})

test('every byte of the file header and program headers flipped', async () => {
  for (let at = 4; at < 64 + 56 * 8; at++) {
    for (const flip of [0xff, 0x01]) {
      const bytes = sample.slice()
      bytes[at]! ^= flip
      await survives(bytes)
    }
  }
})

test('damage in tables: section headers, dynamic section, symbols, versions, notes, exception frames', async () => {
  const { detail } = await analyze(sample)
  const random = pseudoRandom(42)
  const next = (): number => random.next().value as number
  for (const section of detail.file.sections) {
    if (section.index === 0 || section.sh_type === 8 || section.name === '.text') continue
    for (let round = 0; round < 6; round++) {
      const bytes = sample.slice()
      for (let flips = 1 + (next() % 4); flips > 0; flips--) {
        bytes[section.sh_offset + (next() % section.sh_size)]! ^= 1 << (next() % 8)
      }
      await survives(bytes, sizeViews[next() % sizeViews.length])
    }
  }
  const { e_shoff } = detail.file.header
  for (let at = e_shoff; at < sample.byteLength; at += 13) {
    const bytes = sample.slice()
    bytes[at]! ^= 0xff
    await survives(bytes)
  }
})

const field = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const lies: readonly { readonly title: string; readonly lie: (bytes: Uint8Array, sections: number) => void }[] = [
  { title: 'e_shnum 0 and a count of 2^53 - 1 in section 0', lie: (b, at) => { field(b).setUint16(60, 0, true); field(b).setBigUint64(at + 32, 2n ** 53n - 1n, true) } },
  { title: 'e_phnum PN_XNUM and 2^32 - 1 program headers', lie: (b, at) => { field(b).setUint16(56, 0xffff, true); field(b).setUint32(at + 44, 0xffffffff, true) } },
  { title: 'a section of 2^64 - 1 bytes', lie: (b, at) => field(b).setBigUint64(at + 64 * 3 + 32, 2n ** 64n - 1n, true) },
  { title: 'a section at 2^53 - 1', lie: (b, at) => field(b).setBigUint64(at + 64 * 3 + 24, 2n ** 53n - 1n, true) },
  { title: '4 GiB of alignment', lie: (b, at) => { for (let i = 1; i < 28; i++) field(b).setBigUint64(at + 64 * i + 48, 2n ** 32n, true) } },
  { title: 'a segment of 2^63 bytes', lie: (b) => field(b).setBigUint64(64 + 32, 2n ** 63n, true) },
  { title: 'segments on top of each other', lie: (b) => b.copyWithin(64 + 56, 64, 64 + 56) },
  { title: 'e_shstrndx past the table', lie: (b) => field(b).setUint16(62, 0x7fff, true) },
  { title: 'every sh_link names the section itself', lie: (b, at) => { for (let i = 1; i < 28; i++) field(b).setUint32(at + 64 * i + 40, i, true) } },
]

test('alignments that no file needs make no debug file of that size', async () => {
  const program = sample.slice()
  const at = Number(field(program).getBigUint64(40, true))
  const { detail } = await analyze(program)
  const comment = detail.file.sections.find((section) => section.name === '.comment')!
  field(program).setBigUint64(at + 64 * comment.index + 48, 2n ** 32n, true)
  const { artifact, diagnostics } = await optimize(program, { keepDebug: 'debug' })
  expect(artifact.bytes).toBe(program)
  expect(diagnostics).toEqual([expect.objectContaining({ code: 'artifact/unsupported', message: expect.stringContaining('alignment of 4294967296 bytes') })])
})

test('thousands of segments are left alone before every one is compared with every other', { timeout: 20_000 }, async () => {
  const count = 20_000
  const [header, entry] = [64, 56]
  const bytes = new Uint8Array(header + count * (entry + 32) + 16 + 2 * 64)
  const view = field(bytes)
  const table = bytes.byteLength - 2 * 64
  bytes.set(sample.subarray(0, header))
  view.setBigUint64(32, BigInt(header), true) // e_phoff
  view.setBigUint64(40, BigInt(table), true) // e_shoff
  for (const [at, value] of [[56, count], [60, 2], [62, 1]] as const) view.setUint16(at, value, true)
  for (let i = 0; i < count; i++) {
    const at = header + i * entry
    const offset = BigInt(header + count * entry + i * 32)
    view.setUint32(at, 1, true) // PT_LOAD
    for (const [place, value] of [[8, offset], [16, offset], [32, 8n], [40, 8n], [48, 1n]] as const) view.setBigUint64(at + place, value, true)
  }
  bytes.set(Buffer.from('\0.comment\0'), table - 16)
  view.setUint32(table + 64, 1, true) // one section, the name table
  view.setUint32(table + 68, 3, true)
  view.setBigUint64(table + 64 + 24, BigInt(table - 16), true)
  view.setBigUint64(table + 64 + 32, 10n, true)
  const { artifact } = await optimize(bytes)
  expect(artifact.bytes).toBe(bytes)
  await survives(bytes)
})

test.each(lies)('headers that lie: $title', async ({ lie }) => {
  const bytes = sample.slice()
  lie(bytes, Number(field(bytes).getBigUint64(40, true)))
  await survives(bytes)
})

test('an error says where in the file', async () => {
  const bytes = sample.slice()
  field(bytes).setBigUint64(40, BigInt(sample.byteLength), true)
  await expect(analyze(bytes)).rejects.toMatchObject({ code: 'artifact/malformed', details: { offset: sample.byteLength } })
})

test('sections of code that overlap a thousand times are refused, on every machine', async () => {
  for (const machine of [62, 183, 3, 243, 40]) {
    const is64 = machine !== 3 && machine !== 40
    const [header, entry] = is64 ? [64, 64] : [52, 40]
    const code = 1 << 16
    const sections = 2000
    const bytes = new DataView(new ArrayBuffer(header + code + sections * entry))
    bytes.setUint32(0, 0x7f454c46)
    bytes.setUint8(4, is64 ? 2 : 1)
    bytes.setUint8(5, 1)
    bytes.setUint8(6, 1)
    bytes.setUint16(16, 3, true)
    bytes.setUint16(18, machine, true)
    bytes.setUint32(20, 1, true)
    if (is64) bytes.setBigUint64(40, BigInt(header + code), true)
    else bytes.setUint32(32, header + code, true)
    const counts = is64 ? 52 : 40
    ;[header, 0, 0, entry, sections, 0].forEach((value, index) => bytes.setUint16(counts + index * 2, value, true))
    for (let index = 1; index < sections; index++) {
      const at = header + code + index * entry
      bytes.setUint32(at + 4, 1, true)
      const words = [6, 0x1000, header, code]
      words.forEach((value, word) => (is64 ? bytes.setBigUint64(at + 8 + word * 8, BigInt(value), true) : bytes.setUint32(at + 8 + word * 4, value, true)))
    }
    const { diagnostics, context } = observe()
    await elf.analyze({ path: 'a.so', bytes: new Uint8Array(bytes.buffer) }, {}, context).catch((error: unknown) => {
      if (!(error instanceof ShrinkError)) throw error
      diagnostics.push(toDiagnostic(error, 'a.so'))
    })
    expect([machine, ...diagnostics.map(({ message }) => message)]).toEqual([machine, expect.stringMatching(/1999 ranges of code overlap: 131006464 bytes in a file of \d+$/)])
  }
})
