import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))

const guarded = ['B_CALL', 'B_LAZY', 'B_FIELD', 'B_OPERATIONS', 'B_THREAD']
const unguarded = ['U_COUNTED', 'U_COUNTED_OTHER', 'U_CASES', 'U_NAMED', 'U_NUMBERED']
const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['clang', '-O2', '-s'],
  ['gcc', '-O3', '-static-pie', '-s'],
]

/** What checks found out is an argument of calls through pointers there: so may be the number that is compared. */
const missed = ['B_OPERATIONS U_NUMBERED clang -O2 -s']

test.skipIf(!ready)('what asks nobody is seen beside what does (needs gcc, clang, qemu-user)', async () => {
  const silent: string[] = []
  for (const [compiler, ...flags] of builds) {
    for (const style of guarded) {
      for (const other of unguarded) {
        const label = [style, other, compiler, ...flags].join(' ')
        const program = await compileFile('beside.c', [compiler!, ...flags, `-D${style}`, `-D${other}`])
        expect(await runsOn('qemu64', [program]), label).toBe(false)
        const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
        const need = requirements.find(({ name }) => name === 'avx2')?.need
        if (need !== 'required' && need !== 'possible') silent.push(label)
      }
    }
  }
  expect(silent).toEqual(missed)
})
