import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { arm64Builds, type ObjectStyle, type Arm64Key, type Arm64Part, type Arm64Style, arm64Styles, type Arm64Text, type Arm64Token, type Arm64Tried, type Arm64Way, compileArm64 } from '../../../truth/arm64-programs.ts'
import { isInstalled } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const haveGcc = await isInstalled('aarch64-linux-gnu-gcc')

/** The whole matrix is in the corpus test. */
const small: readonly Arm64Style[] = ['FLAG', 'IFUNC', 'MRS', 'CONSTRUCTOR', 'LAZY', 'TABLE', 'FIELD', 'PROBE', 'EXIT', 'PRINTED', 'POINTER_PRINTED', 'MIXED', 'INVERTED']

async function verdictOf(style: Arm64Style | Arm64Way | Arm64Tried | Arm64Key | Arm64Part | Arm64Text | Arm64Token | ObjectStyle, cpu?: string, build = 1): Promise<{ need: string; path: readonly string[] }> {
  const path = (await compileArm64(style, 'DOTPROD', arm64Builds[build]!))!
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

test.skipIf(!haveGcc)('AArch64: what is returned may come from above and from a jump to before the return: both count', async () => {
  expect((await verdictOf('JUMPS_BACK')).need).toMatch(/required|possible/)
})

test.skipIf(!haveGcc)('AArch64: what a function tries that is handed it, in a stripped static program, and what is tried without a handler', async () => {
  expect((await verdictOf('GUARDED', undefined, 5)).need).toBe('guarded')
  expect((await verdictOf('TRIED_BEHIND', undefined, 5)).need).toMatch(/required|possible/)
})

test.skipIf(!haveGcc)('AArch64: what a check found out is told to a callee by an object, and is not known any more where a callee was given that to set', async () => {
  const needed: readonly ObjectStyle[] = ['SET_BY_CALLEE', 'SET_FAR', 'SET_KEPT_IN_FRAME', 'SET_THROUGH_OTHER', 'SET_ALLOCATED', 'TOLD_AND_CHANGED']
  for (const style of needed) expect([style, (await verdictOf(style)).need]).toEqual([style, expect.stringMatching(/required|possible/)])
  expect((await verdictOf('TOLD')).need).toBe('guarded')
})

test.skipIf(!haveGcc || !(await isInstalled('clang')))('AArch64: who is given a structure with what a check found out may set that, also in code without optimization (needs clang)', async () => {
  for (const style of ['HANDED_STRUCT_ELSEWHERE', 'HANDED_STRUCT_TWICE', 'HANDED_CONSTRUCTOR_CALLBACK'] as const) {
    const path = await compileArm64(style, 'DOTPROD', ['clang', '--target=aarch64-linux-gnu', '-isystem', '/usr/aarch64-linux-gnu/include', '-O0'])
    if (path === undefined) continue
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    expect([style, requirements.find(({ name }) => name === 'dotprod')?.need]).toEqual([style, expect.stringMatching(/required|possible/)])
  }
})

test.skipIf(!haveGcc)('AArch64: what libraries keep of a check is told from what looks like it', async () => {
  const guarded = ['TEXT_BESIDE', 'TOKEN_UNSET', 'KEY_OWN_COPY', 'KEY_AND_NUMBERS', 'PART_BIT', 'PART_ADDRESS'] as const
  for (const style of guarded) expect([style, (await verdictOf(style)).need]).toEqual([style, 'guarded'])
  const needed = ['TEXT_RECORDS_CHECKED', 'TOKEN_FILLED', 'KEY_AS_NUMBERS', 'PART_ADDRESS_FORCED_BESIDE'] as const
  for (const style of needed) expect([style, (await verdictOf(style)).need]).toEqual([style, expect.stringMatching(/required|possible/)])
}, 20_000)

test.skipIf(!haveGcc)('AArch64: room to patch, before the frames of functions, is a part of them, and the list of such places leads nowhere', async () => {
  for (const flags of [['-fpatchable-function-entry=4'], ['-fpatchable-function-entry=4,2', '-mbranch-protection=standard', '-s']]) {
    const needOf = async (style: Arm64Style): Promise<string> => {
      const path = (await compileArm64(style, 'DOTPROD', ['aarch64-linux-gnu-gcc', '-O2', ...flags]))!
      const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
      return requirements.find(({ name }) => name === 'dotprod')?.need ?? 'absent'
    }
    expect([await needOf('UNGUARDED'), await needOf('FLAG'), await needOf('CONSTRUCTOR')]).toEqual(['required', 'guarded', 'guarded'])
  }
})
