import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))

test.skipIf(!ready).each([
  ['T_CHOOSES', 'guarded'],
  ['U_REFUSES', 'required'],
] as const)('what a function writes for the arguments of a call is known with what it returns for them: %s is %s (needs gcc)', async (style, need) => {
  const program = await compileFile('answered.c', ['gcc', '-O0', `-D${style}`])
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  expect(requirements.find(({ name }) => name === 'avx2')?.need).toBe(need)
})
