import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))

/** Numbers that are put together in a loop over names, or found in a map: what a user demands so is not ours to judge. */
const demanded = ['ENUM_ONCE', 'NAMED_LEVELS']

/**
 * Still missed, by file and name, and by compiler where only one of them does it. May only get shorter: a function that is chosen beside a text that an object
 * may hold, resolvers (which are believed), a structure that is handed over by value, virtual functions and `can()` that say what they like, and a level of a thread.
 */
const knownSilent = /^(?:overrides\.cpp FUNCTION_ONCE clang|levels\.c (?:RESOLVER|CONFIG_COPIED clang)|levels\.cpp (?:DERIVED|DECORATED|SCOPED clang))/

const builds: readonly (readonly [file: string, compiler: string, ...flags: string[]])[] = [
  ['overrides.c', 'gcc', '-O2'],
  ['overrides.c', 'clang', '-O2'],
  ['overrides.c', 'gcc', '-Os', '-s'],
  ['overrides.cpp', 'g++', '-std=c++17', '-O2'],
  ['overrides.cpp', 'clang++', '-std=c++17', '-O2'],
  ['levels.c', 'gcc', '-O2'],
  ['levels.c', 'clang', '-O2'],
  ['levels.c', 'gcc', '-O2', '-fno-pie', '-no-pie'],
  ['levels.cpp', 'g++', '-std=c++17', '-O2'],
  ['levels.cpp', 'clang++', '-std=c++17', '-O2'],
]

test.skipIf(!ready).each(builds)('what users force in spite of a check is called guarded nowhere, and what they only mask is not required: %s %s %s (needs gcc, clang, qemu-user)', async (file, compiler, ...flags) => {
  const source = await readFile(fileURLToPath(new URL(`programs/${file}`, import.meta.url)), 'utf8')
  const styles = [...source.matchAll(/^#(?:el)?if defined ([A-Z_0-9]+) \/\//gm)].map((match) => match[1]!)
  const silent: string[] = []
  const falselyRequired: string[] = []
  const possible: string[] = []
  for (const style of styles) {
    for (const forced of [[], ['-DFORCED']]) {
      const program = await compileFile(file, [compiler, ...flags, `-D${style}`, ...forced])
      const isNeeded = !(await runsOn('qemu64', [program]))
      expect(isNeeded, `${style} ${forced.join('')}`).toBe(forced.length > 0)
      const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
      const need = requirements.find(({ name }) => name === 'avx2')?.need ?? 'absent'
      if (isNeeded && (need === 'guarded' || need === 'absent')) silent.push(style)
      if (!isNeeded && need === 'required') falselyRequired.push(style)
      if (!isNeeded && need === 'possible') possible.push(style)
    }
  }
  console.log('possible and not needed:', ...possible)
  expect(styles.length).toBeGreaterThan(9)
  expect(silent.filter((style) => !knownSilent.test(`${file} ${style} ${compiler}`) && !demanded.includes(style))).toEqual([])
  expect(falselyRequired).toEqual([])
})
