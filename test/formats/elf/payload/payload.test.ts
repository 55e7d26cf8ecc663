import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { JsonValue } from '../../../../src/core/json.ts'
import { elf } from '../../../../src/formats/elf/index.ts'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { analyze, optimize } from '../support/optimize.ts'
import type { Context } from '../../../../src/core/context.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

const addon = new Uint8Array(await readFile(join(await fetchPackage(elfPackage('bcrypt')), 'prebuilds/linux-arm/bcrypt.glibc.node')))

const appendedTo = (bytes: Uint8Array, ...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat([bytes, ...parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))])

function marked(bytes: Uint8Array, at: number, text: string): Uint8Array {
  const copy = bytes.slice()
  copy.set(Buffer.from(text, 'latin1'), at)
  return copy
}

test.each([
  { kind: 'deno-compile', bytes: appendedTo(addon, 'x'.repeat(999), 'd3n0l4nd', new Uint8Array(32)) },
  { kind: 'nexe', bytes: appendedTo(addon, 'bundle', '<nexe~~sentinel>', new Uint8Array(16)) },
  { kind: 'pkg', bytes: appendedTo(addon, 'payload {"/snapshot/app/index.js":{}}') },
  { kind: 'bun-compile', bytes: appendedTo(addon, 'graph', '\n---- Bun! ----\n', new Uint8Array(8)) },
  { kind: 'zip', bytes: appendedTo(addon, 'PK\x03\x04 contents PK\x05\x06', new Uint8Array(18)) },
  { kind: 'appimage', bytes: appendedTo(marked(addon, 8, 'AI\x02'), 'hsqs', new Uint8Array(96)) },
  { kind: 'unknown', bytes: appendedTo(addon, 'whatever') },
])('$kind is named, kept by strip, and said not to be analysed', async ({ kind, bytes }) => {
  const analysis = await analyze(bytes, {})
  expect(analysis.properties['payloads']).toEqual([expect.objectContaining({ kind, analysed: false, offset: addon.byteLength })])
  const findings = elf.rules.flatMap((rule) => [...rule.check(analysis)].map((finding) => ({ ...finding, ruleId: rule.id })))
  expect(findings).toContainEqual(expect.objectContaining({ ruleId: 'elf/opaque-payload' }))
  const { artifact } = await optimize(bytes)
  expect(artifact.bytes.byteLength).toBeLessThan(bytes.byteLength)
  const tail = bytes.byteLength - addon.byteLength
  expect(Buffer.from(artifact.bytes.slice(-tail)).equals(bytes.slice(-tail))).toBe(true)
})

test('code behind UPX is unknown, so nothing can be promised', async () => {
  const { detail } = await analyze(addon)
  const at = detail.file.header.e_phoff + detail.file.segments.length * 32
  const { properties, requirements } = await analyze(marked(addon, at + 4, 'UPX!'), {})
  expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'upx' })])
  expect(requirements).toContainEqual(expect.objectContaining({ name: 'unknown-code', need: 'possible' }))
})

test('what is compressed in a packed program is not read as code, also where notes stand before what UPX says', async () => {
  const { detail } = await analyze(addon)
  const { e_phoff, e_phentsize } = detail.file.header
  const at = e_phoff + detail.file.segments.length * e_phentsize
  const last = e_phoff + (detail.file.segments.length - 1) * e_phentsize
  const packed = (notes: number): Uint8Array => {
    const bytes = marked(addon, at + notes + 4, 'UPX!')
    const view = new DataView(bytes.buffer)
    // the last segment of 32 bits: notes, behind the program headers
    for (const [offset, value] of [[0, 4], [4, at], [16, notes]] as const) view.setUint32(last + offset, value, true)
    return bytes
  }
  for (const notes of [16, 100]) {
    const { properties, requirements } = await analyze(packed(notes), {})
    expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'upx', offset: at + notes })])
    expect(properties['cpuAnalysis']).toBe('skipped')
    expect(requirements.filter(({ kind }) => kind === 'cpu-feature').map(({ name, need }) => [name, need])).toEqual([['unknown-code', 'possible']])
  }
  // the same where nothing of UPX stands
  expect((await analyze(marked(packed(100), at + 104, 'none'), {})).properties['payloads']).toBeUndefined()
  const explained = await elf.explain!({ path: 'packed', bytes: packed(100) } as never, { kind: 'feature', name: 'neon' }, {}, context)
  expect(explained).toMatchObject({ summary: 'packed: whether it uses neon cannot be told', data: { need: 'possible' } })
})

test('scripts that bring a native addon along hide its code', async () => {
  const { properties, requirements } = await analyze(appendedTo(addon, 'bundle', addon, '<nexe~~sentinel>', new Uint8Array(16)), {})
  expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'nexe', description: expect.stringContaining('with machine code in it') })])
  const texts = requirements.filter(({ name }) => name === 'unknown-code').flatMap(({ evidence }) => evidence.map(({ text }) => text))
  expect(texts).toContainEqual(expect.stringMatching(/^67\d\d\d bytes not analysed: nexe/))
})

test('the compiler inside a zstd carrier of @swc/core is unpacked and judged with its loader', async () => {
  const bytes = await readFile(join(await fetchPackage(elfPackage('@swc/core-linux-arm64-gnu')), 'swc.linux-arm64-gnu.node'))
  const { properties, requirements } = await analyze(bytes, {})
  const [payload] = properties['payloads'] as readonly { readonly [key: string]: JsonValue }[]
  expect(payload).toMatchObject({ kind: 'swc-carrier', analysed: true, properties: { machine: 'aarch64', unpackedSize: 31502720 } })
  const libc = requirements.filter((requirement) => requirement.kind === 'libc')
  expect(libc).toEqual([expect.objectContaining({ name: 'glibc', version: '2.17' })])
})
