import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import {
  arm64Builds,
  type Arm64Handler,
  arm64Handlers,
  type Arm64HandedOut,
  arm64HandedOut,
  type Arm64HeldOut,
  arm64HeldOut,
  type Arm64Key,
  type Arm64Frame,
  arm64Frames,
  arm64Keys,
  type Arm64Method,
  type Arm64Switch,
  arm64Switches,
  arm64Methods,
  type Arm64Lost,
  arm64Lost,
  type ObjectStyle,
  objectStyles,
  type Arm64Part,
  arm64Parts,
  type Arm64Style,
  arm64Styles,
  type Arm64Text,
  arm64Texts,
  type Arm64Token,
  arm64Tokens,
  type Arm64Tried,
  arm64Tried,
  type Arm64Mask,
  arm64Masks,
  type Arm64Gathered,
  arm64Gathered,
  type Arm64Page,
  arm64Pages,
  type Arm64Outlined,
  arm64Outlined,
  type Arm64Trampoline,
  arm64Trampolines,
  type Arm64Processor,
  arm64Processors,
  type Arm64Class,
  arm64Classes,
  type Arm64Number,
  arm64Numbers,
  type Arm64Vector,
  arm64Vector,
  type Arm64Way,
  arm64Ways,
  compileArm64,
  type Kernel,
  kernels,
  runsOnArm64,
} from './arm64-programs.ts'
import { isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const all = process.env['SHRINK_TRUTH'] === 'all'
const ready = (await isInstalled('aarch64-linux-gnu-gcc')) && (await isInstalled('qemu-aarch64', '-version'))

async function needOf(path: string, feature: string): Promise<string> {
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
  return requirements.find(({ name }) => name === feature)?.need ?? 'absent'
}

/**
 * Cortex-A53 is Armv8.0 with CRC32: what traps there is needed. Every style with one feature in most builds (in all with
 * SHRINK_TRUTH=all), and in one with the others.
 */
function* cases(): Iterable<readonly [Arm64Style, Kernel, (typeof arm64Builds)[number]]> {
  for (const style of Object.keys(arm64Styles) as Arm64Style[]) {
    for (const [index, build] of arm64Builds.entries()) if (all || (index !== 3 && index !== 7)) yield [style, 'DOTPROD', build]
    for (const kernel of ['LSE', 'SVE'] as const) yield [style, kernel, arm64Builds[1]!]
  }
}

test.skipIf(!ready)('AArch64 styles and builds against qemu-user: what traps on Armv8.0 is never called guarded (needs gcc, qemu-user)', async () => {
  let count = 0
  const tally = { exact: 0, possible: 0 }
  const silent: string[] = []
  const falselyRequired: string[] = []
  for (const [style, kernel, build] of cases()) {
    const path = await compileArm64(style, kernel, build)
    // what these need hangs on their surroundings
    if (path === undefined || arm64Styles[style] === 'needed when asked for' || style === 'WEAK_GUARD') continue
    const need = await needOf(path, kernels[kernel])
    const needed = !(await runsOnArm64('cortex-a53', [path]))
    const label = `${style} ${kernel} ${build.join(' ')}`
    const besideCheck = arm64Styles[style] === 'needed beside a check'
    if (!besideCheck) count++
    if (need === 'possible') {
      if (!besideCheck) tally.possible++
    }
    else if (needed === (need === 'required')) tally.exact += besideCheck ? 0 : 1
    else (needed ? silent : falselyRequired).push(label)
  }
  console.log(`AArch64 dispatch programs: ${count}, exact ${tally.exact}, possible ${tally.possible}, missed ${silent.length}, falsely required ${falselyRequired.length}`)
  expect(silent).toEqual([])
  expect(falselyRequired).toEqual([])
  expect(tally.exact / count).toBeGreaterThan(0.95)
}, 900_000)

/** Handlers with one feature; most are possible where they are needed, as nothing says that an exception is thrown. */
test.skipIf(!ready)('AArch64 handlers of exceptions run: those moved to other functions, and what only tidies up, as well (needs g++, qemu-user)', async () => {
  const notExact: string[] = []
  for (const style of Object.keys(arm64Handlers) as Arm64Handler[]) {
    for (const build of arm64Builds) {
      const path = await compileArm64(style, 'DOTPROD', build)
      if (path === undefined) continue
      const need = await needOf(path, 'dotprod')
      const isNeeded = !(await runsOnArm64('cortex-a53', [path]))
      expect(isNeeded).toBe(arm64Handlers[style] === 'needed')
      if (isNeeded ? need !== 'required' && need !== 'possible' : need !== 'guarded') notExact.push(`${style} ${build.join(' ')}: ${need}`)
    }
  }
  expect(notExact).toEqual([])
}, 900_000)

test.skipIf(!ready)('AArch64 programs that nothing was tuned on (needs gcc, qemu-user)', async () => {
  let count = 0
  const silent: string[] = []
  const inexact: string[] = []
  for (const style of Object.keys(arm64HeldOut) as Arm64HeldOut[]) {
    for (const [index, build] of arm64Builds.entries()) {
      const path = all || index % 3 === 1 ? await compileArm64(style, 'DOTPROD', build) : undefined
      if (path === undefined) continue
      const needed: readonly string[] = arm64HeldOut[style]
      // Armv8.0, and A64FX, which has atomics and no dot products
      expect(await runsOnArm64('cortex-a53', [path])).toBe(needed.length === 0)
      expect(await runsOnArm64('a64fx', [path])).toBe(!needed.includes('dotprod'))
      count++
      const needs = [await needOf(path, 'dotprod'), await needOf(path, 'lse')]
      const wrong = ['dotprod', 'lse'].filter((feature, at) => (needed.includes(feature) ? needs[at] !== 'required' : needs[at] === 'required' || needs[at] === 'possible'))
      if (wrong.length === 0) continue
      inexact.push(`${style} ${build.join(' ')}: ${wrong.join(', ')} ${needs.join(', ')}`)
      if (wrong.some((feature) => needs[feature === 'dotprod' ? 0 : 1] !== 'possible')) silent.push(inexact.at(-1)!)
    }
  }
  console.log([`AArch64 held-out programs: ${count}, all exact but ${inexact.length}`, ...inexact].join('\n'))
  expect(silent).toEqual([])
}, 900_000)

test.skipIf(!ready)('AArch64: a check that does not decide, or is overruled, guards nothing (needs gcc, qemu-user)', async () => {
  const tally = { exact: 0, possible: 0, 'needed and possible': 0 }
  const wrong: string[] = []
  const ways: Readonly<Record<Arm64Way | Arm64Key | Arm64Frame | Arm64Method | Arm64Switch | Arm64Part | Arm64Lost | Arm64HandedOut | Arm64Tried | Arm64Text | Arm64Token | Arm64Vector | Arm64Number | Arm64Mask | Arm64Gathered | Arm64Page | Arm64Outlined | Arm64Trampoline | Arm64Processor | Arm64Class | ObjectStyle, string>> = { ...arm64Ways, ...arm64Keys, ...arm64Frames, ...arm64Methods, ...arm64Switches, ...arm64Parts, ...arm64Lost, ...arm64HandedOut, ...arm64Tried, ...arm64Texts, ...arm64Tokens, ...arm64Vector, ...arm64Numbers, ...arm64Masks, ...arm64Gathered, ...arm64Pages, ...arm64Outlined, ...arm64Trampolines, ...arm64Processors, ...arm64Classes, ...objectStyles }
  for (const style of Object.keys(ways) as (keyof typeof ways)[]) {
    if (ways[style] === 'overruled') continue
    for (const [kernel, index] of [...arm64Builds.keys()].flatMap((build) => [['DOTPROD', build], ['SVE', build]] as const)) {
      if (!all && (kernel === 'SVE' ? index !== 5 : index % 3 !== 1)) continue
      const path = await compileArm64(style, kernel, arm64Builds[index]!)
      if (path === undefined) continue
      const need = await needOf(path, kernels[kernel])
      const needed = !(await runsOnArm64('cortex-a53', [path]))
      expect([style, needed]).toEqual([style, ways[style] === 'needed'])
      if (need === 'possible') tally[needed ? 'needed and possible' : 'possible']++
      else if (needed === (need === 'required')) tally.exact++
      // a static program's memset is chosen by a resolver, and what it fills is not followed
      else if (style !== 'STATIC_FLAG_ARRAY' || !arm64Builds[index]!.includes('-static')) wrong.push(`${style} ${kernel} ${arm64Builds[index]!.join(' ')}: ${need}`)
    }
  }
  console.log('AArch64, ways around a check:', JSON.stringify(tally))
  expect(wrong).toEqual([])
}, 900_000)
