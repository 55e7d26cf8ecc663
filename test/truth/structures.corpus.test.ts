import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const arm64 = await isInstalled('aarch64-linux-gnu-gcc')
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang'))

async function needOf(feature: string, ...command: string[]): Promise<string | undefined> {
  const { requirements } = await analyzeCpu(readElf(await readFile(await compileFile('structures.c', command))), {}, context)
  return requirements.find(({ name }) => name === feature)?.need
}

const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['gcc', '-O2', '-no-pie', '-s'],
  ['clang', '-O2', '-s'],
  ['clang', '-O1', '-no-pie'],
]

test.skipIf(!ready).each(['LIST', 'CHAIN', 'COMMANDS', 'MEMBERS', 'WIDE'])('what only structures in data lead to is required where nothing checks: %s (needs gcc, clang)', async (shape) => {
  for (const build of builds) expect([...build, await needOf('avx2', ...build, `-D${shape}`)]).toEqual([...build, 'required'])
})

test.skipIf(!ready).each(['LIST', 'CHAIN', 'COMMANDS', 'MEMBERS'])('and is not hidden by a check of something else: %s (needs gcc, clang)', async (shape) => {
  for (const build of [...builds, ['gcc', '-O2', '-static']]) {
    expect(['possible', 'required'], build.join(' ')).toContain(await needOf('avx2', ...build, `-D${shape}`, '-DASKS'))
  }
})

test.skipIf(!arm64).each(['LIST', 'CHAIN', 'COMMANDS', 'MEMBERS', 'ENDED'])('the same on AArch64: %s (needs aarch64-linux-gnu-gcc)', async (shape) => {
  const [compiler, feature] = ['aarch64-linux-gnu-gcc', '-DLSE']
  for (const build of [['-O2'], ['-O2', '-no-pie', '-s']]) expect([...build, await needOf('lse', compiler, ...build, feature, `-D${shape}`)]).toEqual([...build, 'required'])
  for (const build of [['-O2'], ['-O0'], ['-O2', '-no-pie', '-s']]) expect([...build, await needOf('lse', compiler, ...build, feature, `-D${shape}`, '-DASKS')]).toEqual([...build, 'possible'])
})
