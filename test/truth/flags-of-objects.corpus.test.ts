import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { builds, compile, compileFile, doubtful, isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))

async function needsOf(path: string): Promise<Map<string, string>> {
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
  return new Map(requirements.map(({ name, need }) => [name, need]))
}

test.skipIf(!ready)('glibc elides no locks where there are no transactions: RTM is guarded in a static program (needs gcc)', async () => {
  for (const flags of [['-O2', '-static'], ['-O2', '-static', '-s'], ['-O0', '-static']]) {
    const needs = await needsOf(await compileFile('mutex.c', ['gcc', ...flags]))
    expect([...needs].filter(([, need]) => need !== 'guarded')).toEqual([])
    expect(needs.get('rtm')).toBe('guarded')
  }
})

test.skipIf(!ready)('a flag of an object that others set, too, is not taken to be about the CPU (needs gcc)', async () => {
  for (const style of doubtful) {
    for (const build of builds) {
      const path = await compile(style, build)
      if (path !== undefined) expect([style, ...build, (await needsOf(path)).get('avx2')]).toEqual([style, ...build, 'possible'])
    }
  }
})
