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
import { runsOnArm64 } from './arm64-programs.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const haveQemu = process.arch === 'x64' && (await isInstalled('qemu-x86_64', '-version'))
const haveCompilers = haveQemu && (await isInstalled('g++')) && (await isInstalled('clang++'))
/** Of its version 1.n. */
const rustc = await run('rustc', ['--version']).then(({ stdout }) => Number(/ 1\.(\d+)/.exec(stdout)?.[1]), () => 0)
const haveRust = haveQemu && rustc > 0
/** What came later than the first version that the programs are written for. */
const firstVersion: Readonly<Record<string, number>> = { oncelock_fn: 70, lazylock: 80 }
const canCrossCompile = (await isInstalled('aarch64-linux-gnu-gcc')) && (await isInstalled('qemu-aarch64', '-version'))
const folder = sharedFolder()

interface Judged {
  readonly silent: string[]
  readonly falselyRequired: string[]
  readonly possible: string[]
  all: number
}

/** Styles that a source tells apart by `pattern`. */
async function stylesOf(file: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(fileURLToPath(new URL(file, import.meta.url)), 'utf8')
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1]!))].sort()
}

async function judge(label: string, program: string, judged: Judged, feature = 'avx2'): Promise<void> {
  const isArm = feature !== 'avx2'
  const isNeeded = !(await (isArm ? runsOnArm64('cortex-a53', [program]) : runsOn('qemu64', [program])))
  if (isNeeded) expect(await (isArm ? runsOnArm64('max', [program]) : runsOn('Haswell', [program])), label).toBe(true)
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  const need = requirements.find(({ name }) => name === feature)?.need ?? 'absent'
  judged.all++
  if (isNeeded && (need === 'guarded' || need === 'absent')) judged.silent.push(label)
  if (!isNeeded && need === 'required') judged.falselyRequired.push(label)
  if (need === 'possible') judged.possible.push(`${label}${isNeeded ? ' (needed)' : ''}`)
}

function print({ all, possible }: Judged): void {
  console.log([`${all} programs, exact but`, ...possible].join('\n'))
}

/** What older versions put in front of main keeps its address in a closure, which fat LTO builds in. */
const knownSilentOfOldRust = /_refuse .*lto=fat/
/** What does not hold yet, and may only get shorter: rows of CPUID in a vector. */
const knownFalselyRequired = /^CPUID_CLASS g\+\+ -Os/

/** What does not hold yet, and may only get shorter: flags that a callee takes from the frame. */
const knownSilentInC = /^ARENA_FORCED gcc -O0$/
/** What starts the program has frames, and nothing else: where functions begin is told by the code. */
const withoutFrames = ['-no-pie', '-fno-pie', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-s']
const buildsOfC = [['gcc', '-Os', ...withoutFrames], ['gcc', '-O2'], ['clang', '-O2'], ['gcc', '-O0'], ['gcc', '-Os', '-s', '-Dhash_avx2=h1', '-Dcopy_avx2=h2', '-Dcmp_avx2=h3']]

test.skipIf(!haveCompilers).each(buildsOfC)('C of ordinary projects: none that needs AVX2 is called guarded, and none falsely required: %s %s (needs gcc, clang, qemu-user)', async (...build) => {
  const judged: Judged = { silent: [], falselyRequired: [], possible: [], all: 0 }
  for (const style of await stylesOf('programs/natural.c', /defined ([A-Z_0-9]+)/g)) await judge([style, ...build].join(' '), await compileFile('natural.c', [...build, `-D${style}`]), judged)
  print(judged)
  expect(judged.silent.filter((label) => !knownSilentInC.test(label))).toEqual([])
  expect(judged.falselyRequired).toEqual([])
  expect(judged.all).toBeGreaterThan(80)
})

/** What does not hold yet, and may only get shorter: a handler in a structure of the frame. */
const knownSilentOnArm = /^ON_SIGNAL_UNASKED .*-O0/

test.skipIf(!canCrossCompile)('the same for AArch64 (needs aarch64-linux-gnu-gcc, qemu-user)', async () => {
  const judged: Judged = { silent: [], falselyRequired: [], possible: [], all: 0 }
  for (const style of await stylesOf('programs/natural.c', /defined ([A-Z_0-9]+)/g)) {
    if (/^(?:INLINE_WRAPPER|DEBUG_ASSERT|X_MACRO)/.test(style)) continue // they ask CPUID, and the macro writes its kernel for AVX2
    for (const flag of ['-O2', '-O0']) await judge(`${style} ${flag}`, await compileFile('natural.c', ['aarch64-linux-gnu-gcc', flag, `-D${style}`]), judged, 'dotprod')
  }
  print(judged)
  expect(judged.silent.filter((label) => !knownSilentOnArm.test(label))).toEqual([])
  expect(judged.falselyRequired).toEqual([])
  expect(judged.all).toBeGreaterThan(150)
})

test.skipIf(!haveCompilers)('C++ as people write it: none that needs AVX2 is called guarded, and none falsely required (needs g++, clang++, qemu-user)', async () => {
  const judged: Judged = { silent: [], falselyRequired: [], possible: [], all: 0 }
  for (const style of await stylesOf('programs/natural.cpp', /defined ([A-Z_0-9]+)/g)) {
    for (const build of [['g++', '-O2'], ['g++', '-Os', '-s'], ['clang++', '-O2']]) {
      // clang knows no overloads by target
      if (build[0] === 'clang++' && (style === 'MULTIVERSION' || style === 'TARGET_CLONES')) continue
      await judge([style, ...build].join(' '), await compileFile('natural.cpp', [...build, '-std=c++17', `-D${style}`]), judged)
    }
  }
  print(judged)
  expect(judged.silent).toEqual([])
  expect(judged.falselyRequired.filter((label) => !knownFalselyRequired.test(label))).toEqual([])
  expect(judged.all).toBeGreaterThan(100)
})

test.skipIf(!haveRust)('Rust as people write it, also with fat LTO: none that needs AVX2 is called guarded, and none falsely required (needs rustc, qemu-user)', async () => {
  const judged: Judged = { silent: [], falselyRequired: [], possible: [], all: 0 }
  const source = fileURLToPath(new URL('languages/natural.rs', import.meta.url))
  for (const style of await stylesOf('languages/natural.rs', /style = "([a-z_0-9]+)"/g)) {
    if (rustc < (firstVersion[style] ?? 0)) {
      console.log(`${style} is left out: rustc is 1.${rustc}`)
      continue
    }
    for (const flags of [['-O'], ['-C', 'opt-level=3', '-C', 'lto=fat', '-C', 'codegen-units=1', '-C', 'panic=abort', '-C', 'strip=symbols']]) {
      const label = [style, ...flags.filter((flag) => flag !== '-C')].join(' ')
      const program = join(folder(), label.replaceAll(/[^a-z0-9]+/g, '-'))
      await run('rustc', ['--edition', '2021', '--cfg', `style="${style}"`, ...flags, '-A', 'warnings', source, '-o', program], { timeout: 120_000 })
      await judge(label, program, judged)
    }
  }
  print(judged)
  expect(judged.silent.filter((label) => rustc >= 80 || !knownSilentOfOldRust.test(label))).toEqual([])
  expect(judged.falselyRequired).toEqual([])
  expect(judged.all).toBeGreaterThan(50)
})
