import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { sharedFolder } from '../support/temp-folder.ts'
import { isInstalled } from './programs.ts'

const run = promisify(execFile)
const folder = sharedFolder()
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const compiler = 'aarch64-linux-gnu-gcc'

/** Styles of programs/exports-arm64.c: what others may call runs, but for what only the library's own callers are to use. */
const styles = { EXPORTS: 'guarded', EXPORTS_FEW: 'possible', EXPORTS_ALONE: 'possible', EXPORTS_USED: 'possible', EXPORTS_IN_TABLE: 'possible' } as const

test.skipIf(!(await isInstalled(compiler)))('AArch64: a kernel that a library exports with everything else is guarded where its own callers ask (needs gcc)', async () => {
  const found: Record<string, string | undefined> = {}
  for (const style of Object.keys(styles)) {
    for (const flags of [['-O2', '-fno-plt'], ['-O1', '-s', '-fno-plt']]) {
      const library = join(folder(), `${style}.so`)
      await run(compiler, ['-w', '-shared', '-fPIC', ...flags, `-D${style}`, join(import.meta.dirname, 'programs/exports-arm64.c'), '-o', library, '-Wl,-soname,libexports.so'])
      const { requirements } = await analyzeCpu(readElf(await readFile(library)), {}, context)
      const need = requirements.find(({ name }) => name === 'dotprod')?.need
      found[style] = found[style] === undefined || found[style] === need ? need : `${found[style]}, ${need}`
    }
  }
  expect(found).toEqual(styles)
}, 120_000)
