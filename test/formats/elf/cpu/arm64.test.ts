import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { arm64Builds, type Arm64Style, arm64Styles, compileArm64 } from '../../../truth/arm64-programs.ts'
import { isInstalled } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const haveGcc = await isInstalled('aarch64-linux-gnu-gcc')

/** The whole matrix is in the corpus test. */
const small: readonly Arm64Style[] = ['FLAG', 'IFUNC', 'MRS', 'CONSTRUCTOR', 'LAZY', 'TABLE', 'FIELD', 'PROBE', 'EXIT', 'PRINTED', 'POINTER_PRINTED', 'MIXED', 'INVERTED']

async function verdictOf(style: Arm64Style, cpu?: string): Promise<{ need: string; path: readonly string[] }> {
  const path = (await compileArm64(style, 'DOTPROD', arm64Builds[1]!))!
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), cpu === undefined ? {} : { cpu }, context)
  const requirement = requirements.find(({ name }) => name === 'dotprod')
  return { need: requirement?.need ?? 'absent', path: requirement?.evidence[0]?.path ?? [] }
}

test.skipIf(!haveGcc)('AArch64: each style of dispatch is told from what needs the feature (needs g++-aarch64-linux-gnu)', async () => {
  const told = await Promise.all(small.map(async (style) => [style, (await verdictOf(style)).need]))
  expect(told).toEqual(small.map((style) => [style, arm64Styles[style] === 'needed' ? 'required' : 'guarded']))
})

test.skipIf(!haveGcc)('AArch64: a witness leads from the entry point to the instruction', async () => {
  const { path } = await verdictOf('MIXED')
  expect(path[0]).toBe('_start (entry)')
  expect(path.at(-1)).toMatch(/^other_unit/)
})

test.skipIf(!haveGcc)('AArch64: --cpu asks about a processor: what it has matters no more, and a check of something else is no guard', async () => {
  expect((await verdictOf('WEAK_GUARD')).need).toBe('guarded')
  expect((await verdictOf('WEAK_GUARD', 'lse')).need).toMatch(/required|possible/)
  expect((await verdictOf('UNGUARDED', 'neoverse-n1')).need).toBe('absent')
  expect((await verdictOf('UNGUARDED', 'cortex-a72')).need).toBe('required')
})
