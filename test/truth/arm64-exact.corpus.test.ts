import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { arm64Frames, arm64Methods, arm64Rounds, arm64Switches, runsOnArm64 } from './arm64-programs.ts'
import { compileFile, isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const gcc = 'aarch64-linux-gnu-gcc'
const clang = ['clang', '--target=aarch64-linux-gnu', '-isystem', '/usr/aarch64-linux-gnu/include']
const gxx = 'aarch64-linux-gnu-g++'
const clangxx = ['clang++', ...clang.slice(1)]
const ready = (await isInstalled(gcc)) && (await isInstalled('clang')) && (await isInstalled('qemu-aarch64', '-version'))

async function needOf(program: string, feature = 'dotprod'): Promise<string> {
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  return requirements.find(({ name }) => name === feature)?.need ?? 'absent'
}

/** Builds in which what is not needed was possible, or required, before. */
test.skipIf(!ready).each([
  ['AUXV_BESIDE', 'auxv-arm64.c', [gcc, '-O2']],
  ['AUXV_BESIDE', 'auxv-arm64.c', [gcc, '-O3', '-s']],
  ['AUXV_BESIDE', 'auxv-arm64.c', [...clang, '-Os']],
  ['NUMBER_OVERRIDES', 'numbers-arm64.c', [gcc, '-O2']],
  ['NUMBER_OVERRIDES', 'numbers-arm64.c', [gcc, '-O3', '-s']],
  ['PROCESSOR', 'processors-arm64.c', [gcc, '-O2']],
  ['PROCESSOR', 'processors-arm64.c', [...clang, '-O2']],
  ['KEY_NUMBER', 'keys-arm64.c', [gcc, '-O2']],
  ['KEY_AND_SETTINGS', 'keys-arm64.c', [gcc, '-O2']],
  ['FRAME', 'frames-arm64.c', [gcc, '-O2']],
  ['FRAME', 'frames-arm64.c', [gcc, '-Os', '-static']],
  ['FRAME', 'frames-arm64.c', [...clang, '-Oz']],
  ['FRAME_BESIDE', 'frames-arm64.c', [...clang, '-O2']],
  ['FRAME_BESIDE_PART', 'frames-arm64.c', [gcc, '-O2']],
  ['FRAME_BESIDE_PART', 'frames-arm64.c', [...clang, '-Os']],
  ['FRAME_MADE_BY_PART', 'frames-arm64.c', [gcc, '-O2']],
  ['FRAME_MADE_BY_PART', 'frames-arm64.c', [...clang, '-O2']],
  ['PART_ADDRESS_CUT', 'parts-arm64.c', [gcc, '-O2']],
  ['PART_ADDRESS_CUT', 'parts-arm64.c', [...clang, '-O2']],
  ['OUTLINED', 'outlined-arm64.c', [gcc, '-O2']],
  ['OUTLINED', 'outlined-arm64.c', [...clang, '-O1', '-s']],
  ['METHOD', 'methods-arm64.c', [gcc, '-O2']],
  ['METHOD', 'methods-arm64.c', [...clang, '-O2']],
  ['PAGE_OF_ANOTHER_BLOCK', 'pages-arm64.c', [gcc, '-O2']],
  ['CLASS', 'classes-arm64.cpp', [gxx, '-O2']],
  ['CLASS', 'classes-arm64.cpp', [...clangxx, '-O2']],
  ['CLASS_BY_BRANCH', 'classes-arm64.cpp', [gxx, '-O2', '-no-pie', '-fno-plt']],
  ['CLASS_INHERITED', 'classes-arm64.cpp', [gxx, '-O3', '-s']],
  ['CLASS_OPTIONS', 'classes-arm64.cpp', [gxx, '-O2', '-static']],
  ['CLASS_OPTIONS', 'classes-arm64.cpp', [...clangxx, '-O1', '-s']],
  ['GATHERED', 'gathered-arm64.c', [...clang, '-O2']],
  ['GATHERED_LARGE', 'gathered-arm64.c', [gcc, '-O2']],
  ['GATHERED_LARGE_HELD_ALONE', 'gathered-arm64.c', [gcc, '-O2']],
] as const)('AArch64: what only looks as if it were not guarded: %s of %s, %s (needs gcc, clang)', async (style, file, command) => {
  expect(await needOf(await compileFile(file, [...command, '-w', '-DDOTPROD', `-D${style}`]))).toBe('guarded')
})

/** As bun is built. */
const withoutFrames = ['-O2', '-no-pie', '-fno-pie', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-s', '-w', '-DDOTPROD']

test.skipIf(!ready).each(Object.keys(arm64Switches) as (keyof typeof arm64Switches)[])('AArch64: where a switch counts distances from begins no function: %s (needs clang)', async (style) => {
  const program = await compileFile('switches-arm64.c', [...clang, ...withoutFrames, '-mllvm', '-aarch64-enable-compress-jump-tables=0', `-D${style}`])
  const need = await needOf(program)
  if (arm64Switches[style] === 'guarded') expect(need).toBe('guarded')
  else expect(['required', 'possible']).toContain(need)
})

test.skipIf(!ready).each(Object.keys(arm64Rounds) as (keyof typeof arm64Rounds)[])('AArch64: round numbers cut no function in two, and hide none: %s (needs gcc, clang, qemu-user)', async (style) => {
  for (const compiler of [[gcc], clang]) {
    const program = await compileFile('rounds-arm64.c', [...compiler, ...withoutFrames, `-D${style}`])
    const isNeeded = arm64Rounds[style] === 'needed'
    expect(await runsOnArm64('cortex-a53', [program])).toBe(!isNeeded)
    expect(await needOf(program)).toBe(isNeeded ? 'possible' : 'guarded')
  }
})

const forcedFromFarAway = [
  ...['KEY_FORCED_FIRST', 'KEY_FORCED_BY_USER', 'KEY_FROM_FILE_BY_USER', 'KEY_FROM_FILE_IN_CONTEXT', 'KEY_FROM_FILE_IN_SESSION', 'KEY_NUMBER_FROM_FILE_BY_USER', 'KEY_NUMBER_FROM_FILE_IN_CONTEXT', 'KEY_NUMBER_FORCED_BY_USER'].map((style) => [style, 'keys-arm64.c']),
  ...needed(arm64Frames).map((style) => [style, 'frames-arm64.c']),
  ...needed(arm64Methods).map((style) => [style, 'methods-arm64.c']),
] as [string, string][]

function needed(styles: Readonly<Record<string, string>>): string[] {
  return Object.keys(styles).filter((style) => styles[style] === 'needed')
}

test.skipIf(!ready).each(forcedFromFarAway)('AArch64: who forces a key from far away is seen where nothing bounds functions, either: %s (needs gcc, clang)', async (style, file) => {
  for (const compiler of [[gcc], clang]) expect(await needOf(await compileFile(file, [...compiler, ...withoutFrames, `-D${style}`]))).toBe('possible')
})

test.skipIf(!ready)('AArch64: a constant that lies behind the function which loads it is no instruction, unless it is run (needs gcc, qemu-user)', async () => {
  const command = [gcc, '-O2', '-w', '-DDOTPROD']
  const literals = await compileFile('literals-arm64.c', command)
  expect(await runsOnArm64('cortex-a53', [literals])).toBe(true)
  expect(['absent', 'guarded']).toContain(await needOf(literals, 'sme'))
  expect(await needOf(await compileFile('literals-arm64.c', [...command, '-DLITERAL_RUN']), 'sme')).toBe('possible')
})

test.skipIf(!ready)('AArch64: the address of a kernel that is left in X8 where something is called is no argument (needs gcc, clang, qemu-user)', async () => {
  for (const command of [[gcc, '-O2'], [...clang, '-O2'], [...clang, '-Os', '-static']]) {
    const compared = await compileFile('compared-arm64.c', [...command, '-w', '-DDOTPROD'])
    expect(await runsOnArm64('cortex-a53', [compared])).toBe(true)
    expect(await needOf(compared)).toBe('guarded')
    const forced = await compileFile('compared-arm64.c', [...command, '-w', '-DDOTPROD', '-DCOMPARED_FORCED'])
    expect(await runsOnArm64('cortex-a53', [forced])).toBe(false)
    expect(await needOf(forced)).toBe('possible')
  }
})
