import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { tempFolder } from '../../../support/temp-folder.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

const program = `
#include <stdio.h>
static int high(const int *p, int n) { int m = 0; for (int i = 0; i < n; i++) m = p[i] > m ? p[i] : m; return m / (n + 1); }
static double sum(const double *p, int n) { double s = 0; for (int i = 0; i < n; i++) s += p[i] * p[i]; return s; }
int main(int argc, char **argv) {
  int a[64]; double d[64];
  for (int i = 0; i < 64; i++) { a[i] = (i * 77 + argc) % 31; d[i] = a[i]; }
  printf("%f %d\\n", sum(d, 64), high(a, 64));
  return 0;
}
`

async function verdicts(compiler: string, flags: readonly string[]): Promise<{ needs: Record<string, string>; properties: Record<string, unknown> }> {
  const folder = tempFolder()
  const [source, output] = [join(folder, 'program.c'), join(folder, 'program')]
  await writeFile(source, program)
  await run(compiler, ['-O2', ...flags, source, '-o', output])
  const { requirements, properties } = await analyzeCpu(readElf(await readFile(output)), {}, context)
  return { needs: Object.fromEntries(requirements.map(({ name, need }) => [name, need])), properties: { ...properties } }
}

const haveI386 = await isInstalled('i686-linux-gnu-gcc')
test.skipIf(!haveI386)('i386: what no check can guard is required, and names the level (needs gcc-i686-linux-gnu)', async () => {
  const levelOf = async (...flags: string[]): Promise<unknown> => (await verdicts('i686-linux-gnu-gcc', flags)).properties['cpuLevel']
  expect((await verdicts('i686-linux-gnu-gcc', ['-march=i386'])).needs).toEqual({})
  expect((await verdicts('i686-linux-gnu-gcc', ['-march=i686'])).needs).toEqual({ cmov: 'required' })
  expect(await levelOf('-march=i386')).toEqual({ required: 'i386', possible: null })
  expect(await levelOf('-march=i686')).toEqual({ required: 'i686', possible: null })
  expect(await levelOf('-march=pentium4', '-mfpmath=sse')).toEqual({ required: 'i686+sse2', possible: null })
  // the C library asks CPUID and chooses
  expect((await verdicts('i686-linux-gnu-gcc', ['-static'])).needs).toMatchObject({ sse2: 'possible' })
})

const haveArm = await isInstalled('arm-linux-gnueabihf-gcc')
test.skipIf(!haveArm)('arm: features by encoding, of both instruction sets, beside the attributes (needs gcc-arm-linux-gnueabihf)', async () => {
  const plain = await verdicts('arm-linux-gnueabihf-gcc', [])
  expect(plain.needs).toMatchObject({ 'armv7-a': 'required', thumb2: 'required', vfpv2: 'required' })
  expect(plain.needs).not.toHaveProperty('neon')
  expect((await verdicts('arm-linux-gnueabihf-gcc', ['-marm'])).needs).not.toHaveProperty('neon')
  for (const mode of ['-mthumb', '-marm']) {
    expect((await verdicts('arm-linux-gnueabihf-gcc', [mode, '-O3', '-mfpu=neon'])).needs).toMatchObject({ neon: 'required' })
    expect((await verdicts('arm-linux-gnueabihf-gcc', [mode, '-mfpu=vfpv4', '-ffp-contract=fast'])).needs).toMatchObject({ vfpv4: 'required' })
  }
  // it was allowed, and is not there
  const allowed = await verdicts('arm-linux-gnueabihf-gcc', ['-mfpu=vfpv4', '-ffp-contract=off'])
  expect(allowed.properties['cpuDeclared']).toContain('vfpv4')
  expect(allowed.needs).not.toHaveProperty('vfpv4')
})

const haveRiscv = await isInstalled('riscv64-linux-gnu-gcc')
test.skipIf(!haveRiscv)('riscv64: what is declared and what is used are told apart (needs gcc-riscv64-linux-gnu)', async () => {
  expect((await verdicts('riscv64-linux-gnu-gcc', ['-march=rv64gc'])).needs).toEqual({})
  const { needs, properties } = await verdicts('riscv64-linux-gnu-gcc', ['-march=rv64gc_zba_zbb_zbc'])
  expect(properties['cpuDeclared']).toEqual(['zba', 'zbb', 'zbc'])
  expect(needs).toMatchObject({ zbb: 'required' })
  expect(needs).not.toHaveProperty('zbc')
})
