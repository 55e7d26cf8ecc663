import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { objectStyles } from './arm64-programs.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))
const canCrossCompile = await isInstalled('aarch64-linux-gnu-gcc')

async function needOf(program: string, feature: string): Promise<string> {
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  return requirements.find(({ name }) => name === feature)?.need ?? 'absent'
}

/** T_: needs AVX2 only where it is there. U_: needs it, some of it where a variable of the environment is set. */
const styles = {
  'told.c': ['T_TEXT', 'T_SETTER', 'T_SETTER_OF_FRAME', 'T_SETTERS', 'T_SETTER_OF_VARIABLE', 'T_ASKED', 'T_CALLBACK', 'T_BITS', 'T_WORD', 'T_GAVE_UP', 'T_DEAD_TABLE', 'T_TAKEN', 'T_TRIED', 'T_SEARCHER', 'U_TAKEN', 'U_TAKEN_TOO', 'U_TRIED', 'U_SEARCHER', 'U_ASKED_LESS', 'U_ASKED_ASSUMED', 'U_ASKED_FORCED', 'U_ASKED_AGAIN', 'U_CALLBACK_LESS', 'U_CALLBACK_TWICE', 'U_CALLBACK_KEPT', 'U_CALLBACK_OTHER', 'U_CALLBACK_CALLED', 'U_BITS_OPTION', 'U_WORD_FORCED', 'U_WORD_BEFORE', 'U_WORD_IN_FILE', 'U_WORD_ADDED', 'U_ENVIRONMENT', 'U_ENVIRONMENT_LEVEL', 'U_ENVIRONMENT_TABLE', 'U_COUNTED', 'U_EXITS'],
  'passed.c': ['T_INSTALLED', 'T_CALLED', 'U_INSTALLED_ALWAYS', 'U_INSTALLED_LATER', 'U_INSTALLED_RESULT', 'U_CALLED_ALWAYS', 'U_CALLED_LATER', 'U_CALLED_RESULT'],
  'told.cpp': ['T_MEMBER', 'T_VARIANT', 'T_CAUGHT', 'U_THROWN'],
}

const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['clang', '-O2', '-s'],
]

test.skipIf(!ready).each(['told.c', 'passed.c', 'told.cpp'] as const)('what a check found out is followed on its detours, and only that is guarded: %s (needs gcc, clang, qemu-user)', async (file) => {
  const wrong: string[] = []
  const possible: string[] = []
  for (const style of styles[file]) {
    for (const [compiler, ...flags] of builds) {
      const command = file === 'told.cpp' ? [compiler === 'gcc' ? 'g++' : 'clang++', '-std=c++17'] : [compiler!]
      const program = await compileFile(file, [...command, ...flags, `-D${style}`])
      const need = await needOf(program, 'avx2')
      const isNeeded = style.startsWith('U_')
      const label = [style, compiler, ...flags, need].join(' ')
      if (!style.startsWith('U_ENVIRONMENT')) expect(await runsOn('qemu64', [program]), label).toBe(!isNeeded)
      if (isNeeded ? need !== 'required' && need !== 'possible' : need === 'required') wrong.push(label)
      else if (need === 'possible') possible.push(label)
    }
  }
  console.log(file, 'possible:', ...possible)
  expect(wrong).toEqual([])
})

/** A word of flags that a check stores as it was with a bit more, and that somebody sets without naming it: still missed, by name. May only get shorter. */
const missedInWords = ['U_WORD_IN_STRUCTURE gcc -O0', 'U_WORD_IN_STRUCTURE clang -O2 -s', 'U_WORD_POINTED gcc -O0', 'U_WORD_POINTED clang -O2 -s', 'U_WORD_COPIED gcc -O0', 'U_WORD_AGAIN clang -O2 -s', 'U_WORD_IN_LARGE gcc -O0', 'U_WORD_IN_LARGE clang -O2 -s', 'U_WORD_LARGE_COPIED gcc -O0', 'U_WORD_LARGE_COPIED clang -O2 -s']

test.skipIf(!ready)('a word of flags is what the file says with what a check adds, unless somebody sets it otherwise (needs gcc, clang, qemu-user)', async () => {
  expect(await needOf(await compileFile('told.c', ['gcc', '-O2', '-DT_WORD']), 'avx2')).toBe('guarded')
  const missed: string[] = []
  for (const style of ['U_WORD_IN_STRUCTURE', 'U_WORD_POINTED', 'U_WORD_COPIED', 'U_WORD_AGAIN', 'U_WORD_IN_LARGE', 'U_WORD_LARGE_COPIED']) {
    for (const [compiler, ...flags] of builds) {
      const program = await compileFile('told.c', [compiler!, ...flags, `-D${style}`])
      expect(await runsOn('qemu64', [program]), style).toBe(false)
      const need = await needOf(program, 'avx2')
      if (need !== 'required' && need !== 'possible') missed.push([style, compiler, ...flags].join(' '))
    }
  }
  expect(missed.filter((label) => !missedInWords.includes(label))).toEqual([])
})

/** An object that has a number of its own where others have what a check found out: still missed, by name. May only get shorter. */
const missedBeside = ['U_SEARCHER_BESIDE gcc -O2', 'U_SEARCHER_BESIDE gcc -O0']

test.skipIf(!ready)('a number that tells variants apart is no check’s because other objects have one at the same place (needs gcc, clang, qemu-user)', async () => {
  const missed: string[] = []
  for (const [compiler, ...flags] of builds) {
    const program = await compileFile('told.c', [compiler!, ...flags, '-DU_SEARCHER_BESIDE'])
    expect(await runsOn('qemu64', [program])).toBe(false)
    const need = await needOf(program, 'avx2')
    if (need !== 'required' && need !== 'possible') missed.push(['U_SEARCHER_BESIDE', compiler, ...flags].join(' '))
  }
  expect(missed.filter((label) => !missedBeside.includes(label))).toEqual([])
})

/** What a check found out in objects that others are given, who may set it: still missed, by name. May only get shorter. */
const missedInObjects = ['SET_KEPT_IN_FRAME clang', 'TOLD_AND_SET gcc', 'TOLD_AND_SET clang', 'TOLD_BY_ANOTHER gcc', 'TOLD_AND_CHANGED gcc', 'TOLD_TWO clang']

test.skipIf(!ready)('what somebody sets in an object that is given away is none of a check’s any more (needs gcc, clang, qemu-user)', async () => {
  const missed: string[] = []
  for (const style of Object.keys(objectStyles)) {
    for (const compiler of ['gcc', 'clang']) {
      const program = await compileFile('objects.c', [compiler, '-O2', `-D${style}`])
      const need = await needOf(program, 'avx2')
      const isNeeded = !(await runsOn('qemu64', [program]))
      if (isNeeded && need !== 'required' && need !== 'possible') missed.push(`${style} ${compiler}`)
      else if (!isNeeded) expect(need, style).not.toBe('required')
    }
  }
  expect(missed.filter((label) => !missedInObjects.includes(label))).toEqual([])
})

test.skipIf(!ready)('what its entry needs is required of an add-on, also where it ends the process without (needs gcc)', async () => {
  const program = await compileFile('told.c', ['gcc', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-s', '-DMODULE', '-DU_EXITS'])
  expect(await needOf(program, 'avx2')).toBe('required')
})

test.skipIf(!canCrossCompile).each([['-O2'], ['-O0'], ['-O2', '-static', '-s']])('AArch64: a main that returns a failure without a feature needs it: %s (needs aarch64-linux-gnu-gcc)', async (...flags) => {
  const program = await compileFile('refuses-arm64.c', ['aarch64-linux-gnu-gcc', ...flags])
  expect(await needOf(program, 'dotprod')).toBe('required')
})
