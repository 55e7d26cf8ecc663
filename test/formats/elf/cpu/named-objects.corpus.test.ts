import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

// Lists of implementations that are made when the program runs, each with its name: simdutf, simdjson.

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))
const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
afterAll(() => rm(folder, { recursive: true }))

function madeList(names: readonly [string, string], second: string): string {
  return `
static struct variant list[2];
static unsigned char made;
__attribute__((noinline)) static void make(void) {
  if (made) return;
  list[0].ops = &wide; list[0].name = "${names[0]}"; list[0].needs = 1;
  list[1].ops = &${second}; list[1].name = "${names[1]}"; list[1].needs = 0;
  made = 1;
}
int main(int argc, char **argv) {
  make();
  unsigned cpu = has();
  for (int i = 0; i < 2; i++) if ((list[i].needs & ~cpu) == 0) return (list[i].ops->sum(data, 64) + list[i].ops->xors(data, 64) + list[i].name[argc]) & 1;
  return 1;
}`
}

/** As `constinit` objects of C++ are, with pointers to them: what is made once is the first that the CPU can run, or one by its name. `byName`: who asks the CPU looks at none. */
function listInFile(names: readonly [string, string], second: string, byName: boolean): string {
  const choose = byName ? 'strcmp(chosen->name, argv[1]) == 0' : '(chosen->needs & ~cpu) == 0'
  return `
#include <stdio.h>
#include <string.h>
static const struct variant one = { &wide, "${names[0]}", 1 }, two = { &${second}, "${names[1]}", 0 };
static const struct variant *volatile first = &one, *volatile other = &two;
__attribute__((noinline)) static const struct variant *choose(int argc, char **argv, unsigned cpu) {
  ${byName ? '' : 'cpu = has();'}
  const struct variant *chosen = first;
  if (${choose}) return chosen;
  chosen = other;
  return ${choose} ? chosen : 0;
}
int main(int argc, char **argv) {
  ${byName ? 'if (has()) puts("wide");' : ''}
  const struct variant *chosen = choose(argc, argv, argc);
  return chosen ? (chosen->ops->sum(data, 64) + chosen->ops->xors(data, 64) + chosen->name[argc]) & 1 : 1;
}`
}

/** What a program needs AVX2 for that lists two implementations, by these names, and calls the first that `needs` no more than the CPU has. */
async function needOfAvx2(names: readonly [string, string], second: 'plain' | 'wide', flags: readonly string[], list: 'made' | 'in the file' | 'in the file, by name' = 'made'): Promise<string | undefined> {
  const operations = (name: string, attribute: string): string =>
    ['sum', 'xors', 'most'].map((operation, index) => `${attribute} __attribute__((noinline)) static int ${name}_${operation}(const int *v, int n) { int s = ${index}; for (int i = 0; i < n; i++) s ${['+', '^', '|'][index]}= v[i] * ${index + 3}; return s; }`).join('\n')
  const source = `
${operations('wide', '__attribute__((target("avx2")))')}
${operations('plain', '')}
struct ops { int (*sum)(const int *, int), (*xors)(const int *, int), (*most)(const int *, int); };
static const struct ops wide = { wide_sum, wide_xors, wide_most }, plain = { plain_sum, plain_xors, plain_most };
struct variant { const struct ops *ops; const char *name; unsigned needs; };
__attribute__((noinline)) static unsigned has(void) { return __builtin_cpu_supports("avx2") != 0; }
static int data[64];
${list === 'made' ? madeList(names, second) : listInFile(names, second, list === 'in the file, by name')}
`
  const path = join(folder, 'program')
  await writeFile(`${path}.c`, source)
  await run('gcc', ['-O3', ...flags, `${path}.c`, '-o', path])
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
  return requirements.find(({ name }) => name === 'avx2')?.need
}

test.skipIf(!ready).each([[['-pie', '-fPIE', '-s']], [['-no-pie', '-fno-pie', '-s']]])('implementations with the name of a CPU beside one for any are chosen from: %j', async (flags) => {
  expect(await needOfAvx2(['haswell', 'fallback'], 'plain', flags)).toBe('guarded')
  // nothing for any CPU beside
  expect(await needOfAvx2(['haswell', 'fallback'], 'wide', flags)).not.toBe('guarded')
  // names of something else
  expect(await needOfAvx2(['square', 'round'], 'plain', flags)).not.toBe('guarded')
})

test.skipIf(!ready).each([[['-pie', '-fPIE', '-s']], [['-no-pie', '-fno-pie', '-s']]])('so they are where the file has them, and who asks the CPU looks at them: %j', async (flags) => {
  expect(await needOfAvx2(['haswell', 'fallback'], 'plain', flags, 'in the file')).toBe('guarded')
  expect(await needOfAvx2(['haswell', 'fallback'], 'wide', flags, 'in the file')).not.toBe('guarded')
  expect(await needOfAvx2(['square', 'round'], 'plain', flags, 'in the file')).not.toBe('guarded')
  expect(await needOfAvx2(['haswell', 'fallback'], 'plain', flags, 'in the file, by name')).not.toBe('guarded')
})

/** The same of classes with a name that is a `std::string`, as older simdutf and simdjson have them, each made in a function of its own. */
async function needOfAvx2InClasses(names: readonly [string, string], flags: readonly string[], second = ''): Promise<string | undefined> {
  const operations = (attribute: string): string =>
    ['sum', 'xors', 'most'].map((operation, index) => `${attribute} int ${operation}(const int *v, int n) const override { int s = ${index}; for (int i = 0; i < n; i++) s ${['+', '^', '|'][index]}= v[i] * v[i]; return s; }`).join('\n')
  const source = `
#include <string>
struct implementation {
  std::string name, description;
  unsigned needs;
  implementation(std::string n, std::string d, unsigned f) : name(n), description(d), needs(f) {}
  virtual int sum(const int *, int) const = 0;
  virtual int xors(const int *, int) const = 0;
  virtual int most(const int *, int) const = 0;
};
struct wide final : implementation { wide() : implementation("${names[0]}", "made for vectors of 256 bits", 1) {} ${operations('__attribute__((target("avx2")))')} };
struct plain final : implementation { plain() : implementation("${names[1]}", "made for all there are", 0) {} ${operations(second)} };
__attribute__((noinline)) static const implementation *first() { static const wide made; return &made; }
__attribute__((noinline)) static const implementation *second() { static const plain made; return &made; }
static const implementation *chosen;
__attribute__((noinline)) static void choose() {
  const unsigned cpu = __builtin_cpu_supports("avx2") != 0;
  for (const implementation *one : { first(), second() }) if ((one->needs & ~cpu) == 0) { chosen = one; return; }
}
static int data[64];
int main(int argc, char **) { choose(); return (chosen->sum(data, 64) + chosen->xors(data, 64) + chosen->name[argc]) & 1; }
`
  const path = join(folder, 'classes')
  await writeFile(`${path}.cpp`, source)
  await run('g++', ['-O3', ...flags, `${path}.cpp`, '-o', path])
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
  return requirements.find(({ name }) => name === 'avx2')?.need
}

test.skipIf(!ready).each([[['-pie', '-fPIE', '-s']], [['-no-pie', '-fno-pie', '-s']]])('names that instructions hold, as short strings, are names: %j', async (flags) => {
  expect(await needOfAvx2InClasses(['haswell', 'fallback'], flags)).toBe('guarded')
  // beside one for a lower level, where a program is compiled for that, and has none for any CPU
  expect(await needOfAvx2InClasses(['haswell', 'westmere'], flags, '__attribute__((target("sse4.2")))')).toBe('guarded')
  expect(await needOfAvx2InClasses(['haswell', 'skylake'], flags, '__attribute__((target("avx2")))')).not.toBe('guarded')
  expect(await needOfAvx2InClasses(['squared', 'fallback'], flags)).not.toBe('guarded')
})
