import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { arm64Builds, type Arm64Style, arm64Styles, compileArm64, type Kernel, kernels, runsOnArm64 } from './arm64-programs.ts'
import { isInstalled } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const all = process.env['SHRINK_TRUTH'] === 'all'
const ready = (await isInstalled('aarch64-linux-gnu-gcc')) && (await isInstalled('qemu-aarch64', '-version'))

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
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    const need = requirements.find(({ name }) => name === kernels[kernel])?.need ?? 'absent'
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
