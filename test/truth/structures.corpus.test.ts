import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang'))

async function needOf(...command: string[]): Promise<string | undefined> {
  const { requirements } = await analyzeCpu(readElf(await readFile(await compileFile('structures.c', command))), {}, context)
  return requirements.find(({ name }) => name === 'avx2')?.need
}

const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['gcc', '-O2', '-no-pie', '-s'],
  ['clang', '-O2', '-s'],
  ['clang', '-O1', '-no-pie'],
]

// clang makes the list one of distances of four bytes, which nothing follows, where it is at a fixed address
const isRelative = (shape: string, build: readonly string[]): boolean => shape === 'LIST' && build[0] === 'clang' && build.includes('-no-pie')

test.skipIf(!ready).each(['LIST', 'CHAIN', 'COMMANDS', 'MEMBERS', 'WIDE'])('what only structures in data lead to is required where nothing checks: %s (needs gcc, clang)', async (shape) => {
  for (const build of builds) if (!isRelative(shape, build)) expect([...build, await needOf(...build, `-D${shape}`)]).toEqual([...build, 'required'])
})

test.skipIf(!ready).each(['LIST', 'CHAIN', 'COMMANDS'])('and is not hidden by a check of something else: %s (needs gcc, clang)', async (shape) => {
  for (const build of [...builds, ['gcc', '-O2', '-static']]) {
    if (!isRelative(shape, build)) expect(['possible', 'required'], build.join(' ')).toContain(await needOf(...build, `-D${shape}`, '-DASKS'))
  }
})
