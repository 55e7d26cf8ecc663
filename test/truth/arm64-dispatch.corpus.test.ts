import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { arm64Builds, type Arm64Style, arm64Styles, compileArm64, type Kernel, kernels, runsOnArm64 } from './arm64-programs.ts'
import { isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = (await isInstalled('aarch64-linux-gnu-gcc')) && (await isInstalled('qemu-aarch64', '-version'))

/** Cortex-A53 is Armv8.0 with CRC32: what traps there is needed. Every style with one feature, two builds with the others. */
function* cases(): Iterable<readonly [Arm64Style, Kernel, (typeof arm64Builds)[number]]> {
  for (const style of Object.keys(arm64Styles) as Arm64Style[]) {
    for (const build of arm64Builds) yield [style, 'DOTPROD', build]
    for (const kernel of ['LSE', 'SVE'] as const) for (const build of [arm64Builds[1]!, arm64Builds[6]!]) yield [style, kernel, build]
  }
}

test.skipIf(!ready)('AArch64 styles and builds against qemu-user: what traps on Armv8.0 is never called guarded (needs gcc, qemu-user)', async () => {
  let all = 0
  const tally = { exact: 0, possible: 0 }
  const silent: string[] = []
  const falselyRequired: string[] = []
  for (const [style, kernel, build] of cases()) {
    const path = await compileArm64(style, kernel, build)
    // what these need hangs on their surroundings
    if (path === undefined || arm64Styles[style] === 'needed when asked for' || style === 'WEAK_GUARD') continue
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    const need = requirements.find(({ name }) => name === kernels[kernel])?.need ?? 'absent'
    const needed = !(await runsOnArm64('cortex-a53', [path]))
    const label = `${style} ${kernel} ${build.join(' ')}`
    all++
    if (need === 'possible') tally.possible++
    else if (needed === (need === 'required')) tally.exact++
    else (needed ? silent : falselyRequired).push(label)
  }
  console.log(`AArch64 dispatch programs: ${all}, exact ${tally.exact}, possible ${tally.possible}, missed ${silent.length}, falsely required ${falselyRequired.length}`)
  expect(silent).toEqual([])
  expect(falselyRequired).toEqual([])
  expect(tally.exact / all).toBeGreaterThan(0.95)
}, 240_000)
