import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { builds, compile, isInstalled, runsOn, type Style, styles } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('qemu-x86_64', '-version'))

test.skipIf(!ready)('every style and build against qemu-user: what traps on Nehalem is never called guarded (needs gcc, qemu-user)', async () => {
  let all = 0
  let exact = 0
  const silent: string[] = []
  const falselyRequired: string[] = []
  for (const style of Object.keys(styles) as Style[]) {
    for (const build of builds) {
      const path = await compile(style, build)
      if (path === undefined || style === 'GETENV' || style === 'WEAK_GUARD') continue // what they need hangs on their surroundings
      const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
      const need = requirements.find(({ name }) => name === 'avx2')?.need ?? 'absent'
      const needed = !(await runsOn('Nehalem', [path]))
      const label = `${style} ${build.join(' ')}`
      all++
      if (needed && (need === 'guarded' || need === 'absent')) silent.push(label)
      if (!needed && need === 'required') falselyRequired.push(label)
      if (needed === (need === 'required')) exact++
    }
  }
  expect(silent).toEqual([])
  expect(falselyRequired).toEqual([])
  expect(exact / all).toBeGreaterThan(0.6)
})
