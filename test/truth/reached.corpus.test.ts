import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { sharedFolder } from '../support/temp-folder.ts'
import { compileFile, isInstalled, reached, runsOn } from './programs.ts'

const run = promisify(execFile)
const folder = sharedFolder()
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))
const haveRust = ready && (await isInstalled('rustc'))

async function needOf(program: string): Promise<string> {
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  return requirements.find(({ name }) => name === 'avx2')?.need ?? 'absent'
}

/** Programs that trap without AVX2, and of which we call it guarded or absent. */
async function missed(programs: readonly { readonly label: string; compile(): Promise<string> }[]): Promise<{ silent: string[]; counts: Record<string, number> }> {
  const silent: string[] = []
  const counts: Record<string, number> = {}
  for (const { label, compile } of programs) {
    const program = await compile().catch(() => undefined)
    if (program === undefined) continue // no such compiler, or it has no such feature
    const need = await needOf(program)
    counts[need] = (counts[need] ?? 0) + 1
    if (need !== 'required' && need !== 'possible' && !(await runsOn('qemu64', [program]))) silent.push(label)
  }
  return { silent, counts }
}

const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O2', '-static', '-s'],
  ['clang', '-O2', '-no-pie'],
  ['gcc', '-O0', '-DSHARED'],
]

/** What is still missed, and may only get shorter: labels and a switch without optimization beside a check; what only unwinding runs. */
const known = /^R_(?:GOTO|SWITCH|CPP_COROUTINE) gcc -O0 -DSHARED$|^R_SWITCH gcc -O0|^R_CPP_UNWIND /

test.skipIf(!ready).each(['reached.c', 'reached.cpp'] as const)('code that is reached without a check is not called guarded: %s (needs gcc, clang, qemu-user)', async (file) => {
  const programs = reached[file].flatMap((name) =>
    builds.map(([compiler, ...flags]) => {
      const style = file === 'reached.cpp' ? `R_CPP_${name}` : `R_${name}`
      const command = file === 'reached.cpp' ? [compiler === 'gcc' ? 'g++' : 'clang++', '-std=c++20'] : [compiler!]
      return { label: [style, compiler, ...flags].join(' '), compile: () => compileFile(file, [...command, ...flags, `-D${style}`, ...(name === 'DLSYM' ? ['-rdynamic'] : [])]) }
    }),
  )
  const { silent, counts } = await missed(programs)
  console.log(file, counts, ...silent)
  expect(silent.filter((label) => !known.test(label))).toEqual([])
})

const rustStyles = ['either', 'length', 'closures', 'traits', 'map', 'thread', 'channel', 'drop', 'sort', 'lazy', 'kinds', 'generic', 'future', 'local', 'table', 'result', 'constant']

const rustBuilds = [['opt-level=3'], ['opt-level=0'], ['opt-level=3', 'lto=fat', 'codegen-units=1']]

/** What reads a variable that nobody stores to any more, once all is optimized as a whole. */
const knownInRust = /^constant .*lto/

test.skipIf(!haveRust)('nor in Rust (needs rustc, gcc, qemu-user)', async () => {
  const source = fileURLToPath(new URL('languages/reached.rs', import.meta.url))
  const programs = rustStyles.flatMap((style) =>
    rustBuilds.map((options) => ({
      label: `${style} ${options.join(' ')}`,
      compile: async () => {
        const program = join(folder(), `${style}-${options.join('-')}`)
        await run('rustc', ['--edition', '2021', '--cfg', `style="${style}"`, ...options.flatMap((option) => ['-C', option]), '-A', 'warnings', source, '-o', program], { timeout: 120_000 })
        return program
      },
    })),
  )
  const { silent, counts } = await missed(programs)
  console.log(counts, ...silent)
  expect(silent.filter((label) => !knownInRust.test(label))).toEqual([])
})
