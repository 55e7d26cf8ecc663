import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))

/** Numbers that are computed from a text, or put together in a loop over names: what a user demands so is not ours to judge. */
const demanded = ['CAPS_OF_CONFIG', 'PARAMETERS', 'ENUM_ONCE']

/** Still missed, by name. May only get shorter: fields of objects that a function sets to what it is called with, and a hook that says what it likes. */
const knownSilent = ['ARCH_TABLE', 'CONTEXT_FLAG', 'HOOK']

const builds = [
  ['gcc', '-O2'],
  ['clang', '-O2'],
  ['gcc', '-Os', '-s'],
]

test.skipIf(!ready).each(builds)('what users force in spite of a check is called guarded nowhere, and what they only mask is not required: %s %s (needs gcc, clang, qemu-user)', async (...build) => {
  const source = await readFile(fileURLToPath(new URL('programs/overrides.c', import.meta.url)), 'utf8')
  const styles = [...source.matchAll(/^#(?:el)?if defined ([A-Z_0-9]+) \/\//gm)].map((match) => match[1]!)
  const silent: string[] = []
  const falselyRequired: string[] = []
  const possible: string[] = []
  for (const style of styles) {
    for (const forced of [[], ['-DFORCED']]) {
      const label = [style, ...forced].join(' ')
      const program = await compileFile('overrides.c', [...build, `-D${style}`, ...forced])
      const isNeeded = !(await runsOn('qemu64', [program]))
      expect(isNeeded, label).toBe(forced.length > 0)
      const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
      const need = requirements.find(({ name }) => name === 'avx2')?.need ?? 'absent'
      if (isNeeded && (need === 'guarded' || need === 'absent')) silent.push(style)
      if (!isNeeded && need === 'required') falselyRequired.push(style)
      if (!isNeeded && need === 'possible') possible.push(style)
    }
  }
  console.log('possible and not needed:', ...possible)
  expect(styles.length).toBeGreaterThan(25)
  expect(silent.filter((style) => !knownSilent.includes(style) && !demanded.includes(style))).toEqual([])
  expect(falselyRequired).toEqual([])
})
