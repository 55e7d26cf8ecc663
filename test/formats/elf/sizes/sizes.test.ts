import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sizeViews } from '../../../../src/core/analysis.ts'
import type { Analysis, SizeView } from '../../../../src/core/analysis.ts'
import type { ElfDetail } from '../../../../src/formats/elf/detail.ts'
import { packageOf } from '../../../../src/formats/elf/sizes/package-of.ts'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { analyze } from '../support/optimize.ts'

const file = async (name: string, path: string): Promise<Uint8Array> => readFile(join(await fetchPackage(elfPackage(name)), path))

const inputs = [
  { title: 'stripped Rust', bytes: await file('@rollup/rollup-linux-arm64-gnu', 'rollup.linux-arm64-gnu.node') },
  { title: 'C++ with symbols', bytes: await file('@duckdb/node-bindings-linux-x64', 'duckdb.node') },
  { title: 'Go, 32-bit', bytes: await file('@esbuild/linux-arm', 'bin/esbuild') },
  { title: 'Go, big-endian', bytes: await file('@esbuild/linux-s390x', 'bin/esbuild') },
]

test.each(inputs)('every view of $title sums to the length of the file', async ({ bytes }) => {
  for (const by of sizeViews) {
    const { sizes } = await analyze(bytes, { by, shallow: true })
    let end = 0
    for (const range of sizes.ranges) {
      expect(range.offset).toBe(end)
      end += range.size
    }
    expect(end).toBe(bytes.byteLength)
  }
})

/** Share of the section that functions are named for. */
async function named(bytes: Uint8Array, by: SizeView, section: string): Promise<number> {
  const { sizes, detail }: Analysis<ElfDetail> = await analyze(bytes, { by, shallow: true })
  const { sh_offset, sh_size } = detail.file.sections.find((candidate) => candidate.name === section)!
  const functions = sizes.ranges.filter((range) => range.kind === 'function' && range.offset >= sh_offset && range.offset < sh_offset + sh_size)
  return functions.reduce((sum, range) => sum + range.size, 0) / sh_size
}

test('all of a stripped Go program’s code belongs to packages', async () => {
  for (const { bytes } of inputs.slice(2)) {
    expect(await named(bytes, 'symbol', '.text')).toBeGreaterThan(0.999)
    const { sizes } = await analyze(bytes, { by: 'package', shallow: true })
    const labels = sizes.ranges.filter((range) => range.kind === 'function').map((range) => range.label)
    expect(labels).toContain('github.com/evanw/esbuild/internal/js_parser')
    expect(labels).toContain('runtime')
  }
})

test('code of a stripped Rust addon is cut into functions by its exception frames', async () => {
  expect(await named(inputs[0]!.bytes, 'symbol', '.text')).toBeGreaterThan(0.97)
})

test('memory beyond the file is counted where it belongs', async () => {
  const { sizes, detail } = await analyze(inputs[1]!.bytes)
  const bss = sizes.ranges.find((range) => range.label === '.bss')
  expect(bss).toMatchObject({ size: 0, memorySize: detail.file.sections.find((section) => section.name === '.bss')!.sh_size })
  expect(sizes.ranges.find((range) => range.label === '.symtab')?.memorySize).toBe(0)
})

test.each([
  ['_ZN4core3fmt9Formatter3pad17h0123456789abcdefE', 'core'],
  ['_ZN59_$LT$alloc..vec..Vec$LT$T$GT$$u20$as$u20$core..fmt..Debug$GT$3fmt17h0123456789abcdefE', 'alloc'],
  ['_RNvCs4fqI2P2rA04_7mycrate4main', 'mycrate'],
  ['_ZN2v88internal4Heap5SetupEv', 'v8'],
  ['_ZNKSt6vectorIiSaIiEE4sizeEv', 'std'],
  ['_ZTVN4node9AsyncWrapE', 'node'],
  ['_ZN12_GLOBAL__N_13fooEv', '(anonymous namespace)'],
  ['memcpy', '[C and assembly]'],
])('%s is of %s', (name, expected) => {
  expect(packageOf(name, 'other')).toBe(expected)
})

test.each([
  ['net/http.(*conn).serve', 'net/http'],
  ['github.com/a/b.F', 'github.com/a/b'],
  ['main.f[go.shape.int]', 'main'],
  ['gopkg.in/yaml%2ev3.Unmarshal', 'gopkg.in/yaml.v3'],
  ['type:.eq.[2]string', 'type:.eq and .hash'],
  ['runtime.goexit', 'runtime'],
])('Go: %s is of %s', (name, expected) => {
  expect(packageOf(name, 'go')).toBe(expected)
})
