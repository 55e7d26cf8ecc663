import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { bareBuilds, type Build, builds, compile, heldOut, type HeldOut, isInstalled, overlooked, type Overlooked, runsOn, type Style, styles, thunkBuilds, unusualBuilds, type Way, ways } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('qemu-x86_64', '-version'))

/** CPUs of qemu-user, and the level of what runs there and on none before. */
const cpus = [
  ['qemu64', 'x86-64-v1'],
  ['Nehalem', 'x86-64-v2'],
  ['Haswell', 'x86-64-v3'],
] as const

interface Outcome {
  readonly label: string
  readonly needed: string
  readonly required: string
  readonly possible: string
}

/** What programs need of themselves, whatever the environment and their arguments say; those are no checks of the CPU. */
const undefinedTruth: readonly string[] = ['GETENV', 'H_ARGUMENT']

async function outcomesOf(names: readonly (Style | HeldOut | Way | Overlooked)[], chosen: readonly Build[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = []
  for (const style of names) {
    if (undefinedTruth.includes(style)) continue
    for (const build of chosen) {
      const path = await compile(style, build)
      if (path === undefined) continue // no such compiler, or it has no such feature
      let needed = 'x86-64-v4'
      // WEAK_GUARD runs on the first and on the last, not in between: verdict.test.ts asks for that with a CPU
      for (const [model, level] of cpus) {
        if (!(await runsOn(model, [path]))) continue
        needed = level
        break
      }
      const { properties } = await analyzeCpu(readElf(await readFile(path)), {}, context)
      const { required, possible } = properties['cpuLevel'] as { required: string; possible: string | null }
      outcomes.push({ label: [style, ...build].join(' '), needed, required, possible: possible ?? required })
    }
  }
  return outcomes
}

/** Levels compare as text. */
function check(outcomes: readonly Outcome[], bars: { readonly exact: number; readonly possible: number }): void {
  const silent = outcomes.filter(({ needed, possible }) => possible < needed).map(({ label }) => label)
  expect(silent).toEqual([])
  expect(outcomes.filter(({ needed, required }) => required > needed).map(({ label }) => label)).toEqual([])
  const inexact = outcomes.filter(({ needed, required, possible }) => required !== needed || possible > needed).map(({ label, needed, required, possible }) => `${label}: needed ${needed}, required ${required}, possible ${possible}`)
  console.log([`${outcomes.length} programs, all exact but`, ...inexact].join('\n'))
  const share = (matches: (outcome: Outcome) => boolean): number => outcomes.filter(matches).length / outcomes.length
  expect(share(({ needed, required }) => required === needed)).toBeGreaterThan(bars.exact)
  expect(share(({ needed, possible }) => possible > needed)).toBeLessThanOrEqual(bars.possible)
}

test.skipIf(!ready)('every style and build against qemu-user: the lowest CPU that runs it is the level that is required (needs gcc, qemu-user)', async () => {
  check(await outcomesOf(Object.keys(styles) as Style[], builds), { exact: 0.965, possible: 0.02 })
})

test.skipIf(!ready)('the same of programs that nothing was tuned on (needs gcc, qemu-user)', async () => {
  check(await outcomesOf(heldOut, builds.filter((_, index) => [1, 2, 4, 5].includes(index))), { exact: 0.9, possible: 0.05 })
})

test.skipIf(!ready)('more ways to need a feature or not, in unusual builds (needs gcc, qemu-user; also takes clang with lld, musl-tools)', async () => {
  for (const compiler of ['clang', 'musl-gcc']) if (!(await isInstalled(compiler))) console.log(`${compiler} is not installed: its builds are left out`)
  // musl's loader knows no IFUNC
  const outcomes = await Promise.all(unusualBuilds.map((build) => outcomesOf(build[0] === 'musl-gcc' ? ways.filter((way) => way !== 'W_RESOLVER') : ways, [build])))
  check(outcomes.flat(), { exact: 0.9, possible: 0.05 })
})

test.skipIf(!ready)('the same of code for a fixed address, of units without frames, of small code and of all functions (needs gcc, clang, qemu-user)', async () => {
  const outcomes = await Promise.all(bareBuilds.map((build) => outcomesOf([...(Object.keys(styles) as Style[]), ...ways, ...heldOut], [build])))
  // behind the end of another function, without padding: nothing says that what nobody refers to begins there
  check(outcomes.flat().filter(({ label }) => label !== 'DEAD gcc -O2 -fno-asynchronous-unwind-tables -fno-unwind-tables -s'), { exact: 0.9, possible: 0.05 })
})

test.skipIf(!ready)('the same where returns and jumps through registers are calls of thunks (needs gcc, clang, qemu-user)', async () => {
  const outcomes = await Promise.all(thunkBuilds.map((build) => outcomesOf(Object.keys(styles) as Style[], [build])))
  expect(outcomes.every((each) => each.length > 20)).toBe(true)
  check(outcomes.flat(), { exact: 0.9, possible: 0.05 })
})

test.skipIf(!ready)('the same where kernels bear the name of a CPU, which proves nothing (needs gcc, qemu-user)', async () => {
  const named: Build = ['gcc', '-O2', '-Dsum_wide=sum_avx2', '-Dsum_plain=sum_c']
  check(await outcomesOf([...(Object.keys(styles) as Style[]), ...ways, ...overlooked], [named]), { exact: 0.7, possible: 0.05 })
})

test.skipIf(!ready)('rows of a table answer for themselves, however the loop over them was compiled (needs gcc, clang, qemu-user)', async () => {
  const rows = ['W_ROWS', 'W_ROWS_SHARED', 'W_ROWS_BEFORE', 'W_ROWS_BEHIND', 'W_ROWS_TOLD'] as const
  const outcomes = await outcomesOf(rows, [['clang', '-O1'], ['clang', '-Os', '-fno-pie', '-no-pie', '-s'], ['gcc', '-Os', '-s']])
  check(outcomes, { exact: 0.19, possible: 0 })
})

test.skipIf(!ready)('needs that are easily taken for choices, of which none may be called guarded (needs gcc, qemu-user)', async () => {
  check(await outcomesOf(overlooked, [['gcc', '-O2'], ['gcc', '-O2', '-static', '-s'], ['clang', '-O2']]), { exact: 0.4, possible: 0.08 })
})
