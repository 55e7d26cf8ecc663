import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import type { Explanation } from '../../../../src/core/format.ts'
import { explainFeature } from '../../../../src/formats/elf/cpu/explain-feature.ts'
import { checkFeatureName } from '../../../../src/formats/elf/cpu/feature-question.ts'
import { compile, isInstalled } from '../../../truth/programs.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const haveGcc = process.arch === 'x64' && (await isInstalled('gcc'))

async function explain(name: string, cpu?: string): Promise<Explanation> {
  const bytes = await readFile((await compile('UNGUARDED', ['gcc', '-O2']))!)
  return explainFeature({ path: 'program', bytes }, { kind: 'feature', name }, cpu === undefined ? {} : { cpu }, context)
}

test.skipIf(!haveGcc)('what a file does not use: said with what it does use (needs gcc)', async () => {
  const { summary, lines, data } = await explain('sha')
  expect(summary).toBe('program does not use sha')
  expect(lines.join('\n')).toMatch(/required: .*avx2/)
  expect(data).toMatchObject({ need: 'absent' })
})

test.skipIf(!haveGcc)('on a CPU that has the feature there is no question; on one that has not, there is (needs gcc)', async () => {
  expect((await explain('AVX2', 'haswell')).summary).toBe('program was judged for haswell, which has AVX2')
  expect((await explain('AVX2', 'nehalem')).summary).toBe('program: avx2 is required')
})

test('names are checked: unknown ones, those of other architectures, CPUs', () => {
  for (const [name, architecture] of [['SSE4.2', 'x86-64'], ['avx512-vnni', 'x86-64'], ['cx16', 'x86-64'], ['atomics', 'aarch64'], ['sse2', 'i386'], ['zba', 'riscv64'], ['msa', 'mips']] as const) {
    expect(() => checkFeatureName(name, architecture), name).not.toThrow()
  }
  expect(() => checkFeatureName('avx9000', 'x86-64')).toThrow(/no CPU feature that is known/)
  expect(() => checkFeatureName('lse', 'x86-64')).toThrow('lse is a feature of aarch64, and this file is for x86-64')
  expect(() => checkFeatureName('avx2', 'aarch64')).toThrow('avx2 is a feature of x86-64')
  expect(() => checkFeatureName('x86-64-v3', 'x86-64')).toThrow(/is a CPU/)
})
