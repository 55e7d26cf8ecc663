import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { findVariantNames } from '../../../../src/formats/elf/cpu/x86/reach/isa-names.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const haveGcc = process.arch === 'x64' && (await isInstalled('gcc'))

let work: string
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'shrink-libraries-'))
})
afterAll(async () => {
  await rm(work, { recursive: true, force: true })
})

const kernels = `
#define WIDE __attribute__((target("avx2"), noinline))
#define PLAIN __attribute__((noinline))
typedef int v8 __attribute__((vector_size(32)));
#define SUM(name, kind) kind int name(const int *values, int count) { int sum = 0; for (int i = 0; i < count; i++) sum += values[i] * 3; return sum; }
#define SUM_WIDE(name) WIDE int name(const int *values, int count) { v8 sum = {0}; for (int i = 0; i < count; i += 8) sum += *(const v8 *)(values + i) * 3; int all = 0; for (int i = 0; i < 8; i++) all += sum[i]; return all; }
`

async function needOf(name: string, source: string, ...flags: string[]): Promise<string> {
  const path = join(work, name)
  await writeFile(`${path}.c`, kernels + source)
  await run('gcc', ['-O1', '-w', '-shared', '-fPIC', ...flags, `${path}.c`, '-o', `${path}.so`])
  const { requirements } = await analyzeCpu(readElf(await readFile(`${path}.so`)), {}, context)
  return requirements.find(({ name: feature }) => feature === 'avx2')?.need ?? 'absent'
}

test.skipIf(!haveGcc)('a library that asks nothing and exports functions by CPU leaves it to who calls them', async () => {
  const source = 'SUM(sum, PLAIN) SUM(mean, PLAIN) SUM_WIDE(sum_avx2) SUM_WIDE(mean_avx2)'
  expect(await needOf('by-cpu', source)).toBe('guarded')
  // what is called all the same is needed
  expect(await needOf('by-cpu-called', `${source} int total(int *values) { return sum_avx2(values, 64); }`)).not.toBe('guarded')
  // one of a family was made for a CPU as a whole
  expect(await needOf('for-one', 'SUM_WIDE(sum_avx2) SUM_WIDE(mean_avx2) SUM_WIDE(least_avx2)')).toBe('required')
})

test.skipIf(!haveGcc)('an IFUNC that is named for a CPU, as those of libmvec, chooses among what its caller has', async () => {
  const choose = (name: string): string => `SUM_WIDE(wide) SUM_WIDE(wider) static void *choose(void) { return __builtin_cpu_supports("avx512dq") ? wider : wide; } int ${name}(const int *, int) __attribute__((ifunc("choose")));`
  expect(await needOf('vector-function', choose('_ZGVdN8v_sum'))).toBe('guarded')
  expect(await needOf('for-anybody', choose('sum'))).not.toBe('guarded')
})

test.skipIf(!haveGcc)('the run time of D is asked about the CPU', async () => {
  const source = (condition: string): string => `_Bool _D4core5cpuid4avx2FNaNbNdNiNeZb(void); SUM(plain, static PLAIN) static SUM_WIDE(wide) int total(int *values) { return ${condition} ? wide(values, 64) : plain(values, 64); }`
  expect(await needOf('asks-d', source('_D4core5cpuid4avx2FNaNbNdNiNeZb()'))).toBe('guarded')
  expect(await needOf('asks-d-in-vain', source('!_D4core5cpuid4avx2FNaNbNdNiNeZb()'))).not.toBe('guarded')
})

test.skipIf(!haveGcc)('a check that is kept in an exported variable, which code finds through the GOT', async () => {
  const source = `
    SUM(plain, static PLAIN) static SUM_WIDE(wide)
    int has_wide; unsigned ebx_of(void);
    unsigned ebx_of(void) { unsigned a = 7, b, c = 0, d; __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d)); return b; }
    void detect(void) { if (ebx_of() & 32) has_wide = 1; }
    int total(int *values) { if (has_wide) return wide(values, 64); return plain(values, 64) + 1; }`
  expect(await needOf('got', source)).toBe('guarded')
})

test.skipIf(!haveGcc)('what a library exports only because it lets all names be seen runs where its own callers call it', async () => {
  const many = String.raw`
    __asm__(".text\n .altmacro\n .macro one k\n .globl f\\k\n .type f\\k, @function\n f\\k: ret\n .size f\\k, 1\n .endm\n"
            ".set n, 0\n .rept 2100\n one %n\n .set n, n + 1\n .endr\n .noaltmacro");`
  const operations = `
    SUM(plain, static PLAIN) SUM_WIDE(wide)
    static int (*const table[])(const int *, int) = {wide};
    typedef int (*const *operations)(const int *, int);
    operations wide_operations(void) { return table; }
    int total(int *values) { return __builtin_cpu_supports("avx2") ? wide_operations()[0](values, 64) : plain(values, 64); }`
  expect(await needOf('seen', many + operations, '-fno-inline')).toBe('guarded')
  // of few functions each is there to be called
  expect(await needOf('seen-few', operations, '-fno-inline')).toBe('possible')
  // what runs in any case, or is called by nobody
  expect(await needOf('seen-called', `${many} ${operations} int always(int *values) { return wide_operations()[0](values, 64); }`, '-fno-inline')).not.toBe('guarded')
  expect(await needOf('seen-unused', `${many} ${operations} SUM_WIDE(unused)`, '-fno-inline')).toBe('possible')
})

test.skipIf(!haveGcc)('of two variants that a library calls through its PLT, as it exports them, the one for better CPUs is chosen by what a check left in an object', async () => {
  const many = String.raw`
    __asm__(".text\n .altmacro\n .macro one k\n .globl f\\k\n .type f\\k, @function\n f\\k: ret\n .size f\\k, 1\n .endm\n"
            ".set n, 0\n .rept 2100\n one %n\n .set n, n + 1\n .endr\n .noaltmacro");`
  const chosen = (condition: string): string => `${many}
    struct object { char state[256]; char fast; char other; };
    SUM(slow, PLAIN) SUM_WIDE(fast)
    void prepare(struct object *object) { object->fast = __builtin_cpu_supports("avx2") != 0; }
    int total(struct object *object, int *values, int count) { if (${condition}) return fast(values, 64) + 1; return slow(values, 64) + 1; }`
  expect(await needOf('plt', chosen('object->fast'))).toBe('guarded')
  expect(await needOf('plt-other', chosen('object->other'))).not.toBe('guarded')
  expect(await needOf('plt-measured', chosen('count > 4096'))).not.toBe('guarded')
  expect(await needOf('plt-always', `${chosen('object->fast')} int always(int *values) { return fast(values, 64) + 2; }`)).not.toBe('guarded')
})

test.skipIf(!haveGcc)('stubs without ENDBR64 lie eight bytes apart: each leads to its own function', async () => {
  const source = `
    SUM(first, PLAIN) SUM_WIDE(hidden) SUM(second, PLAIN) SUM(third, PLAIN)
    static int (*const named[])(const int *, int) = {first, second, third};
    int (*pick(int at))(const int *, int) { return at == 0 ? first : at == 1 ? second : named[at]; }
    int total(int *values, int count) { return first(values, count) + second(values, count) + third(values, count); }
    int wide(int *values) { return __builtin_cpu_supports("avx2") ? hidden(values, 64) : first(values, 64); }
    static int (*volatile kept)(const int *, int); void keep(void) { kept = __builtin_cpu_supports("avx2") ? hidden : first; }`
  expect(await needOf('stubs', source, '-Wl,-z,now', '-fcf-protection=none', '-Wl,-Bsymbolic')).not.toBe('required')
})

test('words that stand where others have the name of a CPU are such names; those of the plain variant are not', () => {
  const names = ['sgemm', 'dgemm', 'cgemm', 'zgemm'].flatMap((name) => ['HASWELL', 'ZEN', 'generic'].map((cpu) => `${name}_kernel_${cpu}`))
  const isVariant = findVariantNames([...names, 'openblas_get_config', 'lapack_ZEN_x'])
  expect(names.filter(isVariant)).toEqual(names.filter((name) => name.endsWith('ZEN')))
  expect(isVariant('openblas_get_config')).toBe(false)
})
