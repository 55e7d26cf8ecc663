import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { analyze } from '../../src/api/analyze.ts'
import { optimizeFiles } from '../../src/api/optimize-files.ts'
import { compressedSizesFor, resolveOptions } from '../../src/api/settings.ts'
import type { TreeFile } from '../../src/core/tree.ts'
import type { UserConfig } from '../../src/config/config.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const script = Array.from({ length: 20 }, (_, i) => `export const a${i} = () => ${i}\n`).join('')

describe('which compressed sizes are measured', () => {
  const sizesIn = async (folder: string, config: Parameters<typeof analyze>[1] = {}) =>
    (await analyze([folder], { configFile: false, ...config })).artifacts.find(({ path }) => path === 'a.mjs')!.sizes

  it('leaves brotli out of what is long as a whole, unless it is asked for', async () => {
    const folder = tempFolder()
    await writeTree(folder, { 'a.mjs': script, 'data.bin': '' })
    const alone = await sizesIn(folder)
    expect(alone.brotli).toBeGreaterThan(0)
    await truncate(join(folder, 'data.bin'), 9 * 2 ** 20)
    expect(await sizesIn(folder)).toEqual({ ...alone, brotli: null })
    expect(await sizesIn(folder, { config: { compressedSizes: 'all' } })).toEqual(alone)
    expect(await sizesIn(folder, { config: { measure: 'brotli' } })).toEqual(alone)
    expect(await sizesIn(folder, { config: { compressedSizes: 'gzip' } })).toEqual({ ...alone, brotli: null })
  })

  it('leaves brotli out of a hundred thousand small files', async () => {
    const { config } = await resolveOptions({ configFile: false })
    const files = (count: number): TreeFile[] => Array.from({ length: count }, (_, i) => ({ path: `${i}.txt`, size: 20, mode: 0o644 }))
    expect(compressedSizesFor(files(1000), config)).toBe('auto')
    expect(compressedSizesFor(files(100_000), config)).toBe('gzip')
  })

  it('leaves brotli out of what a plugin of a bundler is waited for, unless it is asked for', async () => {
    const brotliOf = async (config: UserConfig) =>
      (await optimizeFiles([{ path: 'a.mjs', bytes: new TextEncoder().encode(script) }], { configFile: false, config })).report.outputs[0]!.sizes.brotli
    expect(await brotliOf({})).toBeNull()
    expect(await brotliOf({ compressedSizes: 'all' })).toBeGreaterThan(0)
    expect(await brotliOf({ measure: 'brotli' })).toBeGreaterThan(0)
  })
})
