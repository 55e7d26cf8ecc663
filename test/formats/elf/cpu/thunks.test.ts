import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { compile, isInstalled, thunkBuilds } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))

test.skipIf(!ready).each([
  ['LAZY', 'guarded'],
  ['EXIT', 'required'],
] as const)('returns and calls through thunks are what they stand for: %s is %s (needs gcc)', async (style, need) => {
  const bytes = await readFile((await compile(style, thunkBuilds[0]!))!)
  const before = Buffer.from(bytes)
  const { requirements } = await analyzeCpu(readElf(bytes), {}, context)
  expect(requirements.find(({ name }) => name === 'avx2')?.need).toBe(need)
  expect(bytes.equals(before)).toBe(true)
})
