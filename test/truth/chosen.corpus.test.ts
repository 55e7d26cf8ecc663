import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { compileFile, isInstalled, runsOn } from './programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc')) && (await isInstalled('clang')) && (await isInstalled('qemu-x86_64', '-version'))

const styles = ['C_CALLED', 'C_TAIL', 'C_KEPT', 'C_STORED', 'C_PASSED', 'C_ADDED', 'C_AGAIN', 'C_NUMBERED', 'C_BESIDE']
const builds = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['clang', '-O2', '-s'],
  ['gcc', '-O2', '-no-pie', '-s'],
  ['clang', '-O2', '-fno-pie', '-no-pie'],
]

/**
 * The table is left in a register that `puts` might read; what a number in a table decides is not followed; and C_ADDED (where the compiler does not
 * see that the count is a multiple of 8) and C_BESIDE hang on the number of arguments.
 */
const possible = [/^C_KEPT (?:gcc -O2|clang -O2 -s)/, /^C_NUMBERED gcc/, /^C_TAIL clang -O2 -s/, /^C_ADDED (?:gcc -O0|clang)/, /^C_BESIDE /]

async function needOfAvx2(style: string, build: readonly string[], ...flags: string[]): Promise<{ readonly traps: boolean; readonly need: string }> {
  const program = await compileFile('chosen.c', [...build, `-D${style}`, ...flags])
  const { requirements } = await analyzeCpu(readElf(await readFile(program)), {}, context)
  return { traps: !(await runsOn('qemu64', [program])), need: requirements.find(({ name }) => name === 'avx2')?.need ?? 'absent' }
}

test.skipIf(!ready).each(builds)('kernels that a mask chooses from a table: %s %s %s (needs gcc, clang, qemu-user)', async (...build) => {
  const flags = build.filter((flag) => flag !== undefined)
  for (const style of styles) {
    const label = [style, ...flags].join(' ')
    const right = await needOfAvx2(style, flags)
    expect(right.traps, label).toBe(false)
    expect(right.need, label).toBe(possible.some((known) => known.test(label)) ? 'possible' : 'guarded')
    const weak = await needOfAvx2(style, flags, '-DWEAK')
    expect(weak.traps, `${label} WEAK`).toBe(true)
    expect(['required', 'possible'], `${label} WEAK`).toContain(weak.need)
  }
})
