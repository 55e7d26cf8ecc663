import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { truthPackage } from '../../corpus/truth.ts'
import { executableSections } from '../executable-code.ts'
import { compareWithIced, noComparison } from './iced-oracle.ts'

/** C++, Rust, Zig, Go and assembly, of many compilers. */
const files = [
  ['@oven/bun-linux-x64@1.4.5', 'bin/bun'],
  ['@cloudflare/workerd-linux-64', 'bin/workerd'],
  ['@deno/linux-x64-glibc', 'deno'],
  ['@biomejs/cli-linux-x64', 'biome'],
  ['nodejs-polars-linux-x64-gnu', 'nodejs-polars.linux-x64-gnu.node'],
  ['@typescript/native-preview-linux-x64', 'lib/tsgo'],
  ['@napi-rs/canvas-linux-x64-gnu', 'skia.linux-x64-gnu.node'],
  ['@img/sharp-libvips-linux-x64', 'lib/libvips-cpp.so.8.18.7'],
  ['usearch', 'prebuilds/linux-x64/usearch.node'],
  ['@ffmpeg-installer/linux-x64', 'ffmpeg'],
] as const

test('100 million instructions of real code have the length and features that iced-x86 gives them', async () => {
  const comparison = noComparison()
  for (const [name, file] of files) {
    const bytes = await readFile(join(await fetchPackage(truthPackage(name)), file))
    for (const section of executableSections(bytes)) compareWithIced(section.bytes, 64, comparison)
  }
  expect(comparison.examples).toEqual([])
  expect(comparison.instructions - comparison.undecodable).toBeGreaterThan(100_000_000)
  console.log(`${(comparison.instructions / 1e6).toFixed(1)} million instructions, ${comparison.undecodable} that iced calls invalid (data in code)`)
})

test('a 32-bit program has them too', async () => {
  const comparison = noComparison()
  const bytes = await readFile(join(await fetchPackage(elfPackage('@esbuild/linux-ia32')), 'bin/esbuild'))
  for (const section of executableSections(bytes)) compareWithIced(section.bytes, 32, comparison)
  expect(comparison.examples).toEqual([])
  expect(comparison.instructions).toBeGreaterThan(1_000_000)
})
