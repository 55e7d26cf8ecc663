import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))

test.skipIf(!ready).each([
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['clang', '-O2', '-s'],
  ['gcc', '-O3', '-no-pie', '-s'],
])('what a function that asks sets in any case is no check: %s %s (needs gcc, clang, qemu-user)', async (...build) => {
  const program = await compileFile('set-up.c', build)
  expect(await runsOn('qemu64', [program])).toBe(false)
  expect(await runsOn('max', [program])).toBe(true)
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  expect(requirements.find(({ name }) => name === 'avx2')?.need).toBe('required')
})
