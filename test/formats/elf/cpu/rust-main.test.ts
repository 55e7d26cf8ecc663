import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

/** What rustc makes of `fn main` (library/std/src/rt.rs), in C: a closure of one word, and the virtual table of its `Fn() -> i32`. */
const source = (size: number, main: string): string => `
#include <stddef.h>
#if defined(__x86_64__)
#include <immintrin.h>
#define asks __builtin_cpu_supports("popcnt")
__attribute__((target("avx2"), noinline)) static int wide(int *numbers) { _mm256_storeu_si256((__m256i *)numbers, _mm256_abs_epi32(_mm256_loadu_si256((const __m256i *)numbers))); return numbers[3]; }
#else
#include <sys/auxv.h>
#include <arm_acle.h>
#define asks (getauxval(16) & 8)
__attribute__((target("+crc"), noinline)) static int wide(int *numbers) { return __crc32w(0, *numbers); }
#endif
int printf(const char *, ...);
static int numbers[64];
__attribute__((noinline)) static int program(void) { if (asks) printf("has it\\n"); return wide(numbers); }
__attribute__((noinline)) static int other(void) { return 0; }
__attribute__((noinline)) static int call(int (**closure)(void)) { return (*closure)(); }
static const struct { void (*drop)(void *); size_t size, align; int (*methods[3])(int (**)(void)); } table = { 0, ${size}, 8, { call, call, call } };
__attribute__((noipa)) static int start(int (**closure)(void), const void *methods, int count, char **values) {
  int (*const *method)(int (**)(void)) = (void *)((char *)methods + 24);
  return count < 0 ? values[0][0] : method[2](closure);
}
int main(int count, char **values) { int (*closure[])(void) = ${main}; return start(closure, &table, count, values); }
`

async function needOf(compiler: string, feature: string, program: string, flags: readonly string[]): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
  try {
    const path = join(folder, 'program')
    await writeFile(`${path}.c`, program)
    await run(compiler, ['-O2', ...flags, `${path}.c`, '-o', path])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    return requirements.find(({ name }) => name === feature)?.need
  } finally {
    await rm(folder, { recursive: true })
  }
}

for (const [compiler, feature] of [['gcc', 'avx2'], ['aarch64-linux-gnu-gcc', 'crc32']] as const) {
  const ready = process.arch === 'x64' && (await isInstalled(compiler))
  test.skipIf(!ready)(`Rust's main runs, whatever the CPU is, and what it calls without a check is required (needs ${compiler})`, async () => {
    expect(await needOf(compiler, feature, source(8, '{ program }'), [])).toBe('required')
    expect(await needOf(compiler, feature, source(8, '{ program }'), ['-s'])).toBe('required')
  })

  test.skipIf(!ready)(`another object that holds a function's address calls it perhaps (needs ${compiler})`, async () => {
    expect(await needOf(compiler, feature, source(16, '{ program }'), [])).toBe('possible')
    expect(await needOf(compiler, feature, source(8, '{ other, program }'), [])).toBe('possible')
  })
}
