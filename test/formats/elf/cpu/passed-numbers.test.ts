import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// What is passed as a number says whether a kernel is called.

const run = promisify(execFile)

test.skipIf(!ready)('what a large function passes is read before the call', async () => {
  const act = 'test r9d, r9d\nje 1f\nxor eax, eax\ncall wide\nret\n1: call plain\nret'
  const large = (...before: readonly string[]): string => `push rbx\n.rept 3000\nadd ebx, [rdi]\n.endr\n${before.map((passed) => `${passed}\ncall act`).join('\n')}\npop rbx\nret`
  const main = 'call large\ncall detect\ntest eax, eax\nje 1f\ncall wide\n1: ret'
  expect(await needOfAvx2({ act, large: large('xor r9d, r9d', 'mov r9d, 0\nmov edi, 5'), main })).toBe('guarded')
  expect(await needOfAvx2({ act, large: large('xor r9d, r9d', 'mov r9d, 1'), main })).not.toBe('guarded')
  expect(await needOfAvx2({ act, large: large('xor r9d, r9d\ntest ebx, ebx\njne 2f\nmov r9d, [rdi]\n2: nop'), main })).not.toBe('guarded')
  expect(await needOfAvx2({ act, large: large('xor r9d, r9d\ncall plain'), main })).not.toBe('guarded')
  // what stands before a case of a switch is not run before it
  const behind = (end: string): string => large(`mov r9d, edi\nlea rcx, [rip + cases]\njmp [rcx + rdi * 8]\nother: xor r9d, r9d\n${end}\nmiddle: nop`)
  for (const end of ['jmp 3f\n3: ret', 'ret', 'ud2', 'nop']) expect(await needOfAvx2({ act, large: behind(end), main }, ['-nostdlib', '-static'], '.data\n.balign 8\ncases: .quad other, middle'), end).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('bits that libgcc shifts are those that are asked for', async () => {
  const source = (forced: string): string => `
#include <cpuid.h>
#include <immintrin.h>
extern __int128 __ashlti3(__int128, int);
static unsigned long cache;
__attribute__((noinline)) static int has(int bit) { __int128 wanted = __ashlti3(1, bit); return (cache & (unsigned long)wanted) != 0; }
__attribute__((noinline, target("avx2"))) static int wide(const int *v) { return _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256((const void *)v), _mm256_setzero_si256())); }
__attribute__((noinline)) static int plain(const int *v) { int s = 0; for (int i = 0; i < 8; i++) s += v[i]; return s; }
static int data[8];
int main(int argc, char **argv) {
  unsigned a, b = 0, c, d;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) b = 0;
  cache = 2 | (b & (1u << 5) ? 1ul << 40 : 0);
  return has(40) ${forced} ? wide(data) : plain(data);
}
`
  const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
  try {
    const needOf = async (forced: string): Promise<string | undefined> => {
      const path = join(folder, 'program')
      await writeFile(`${path}.c`, source(forced))
      await run('gcc', ['-O2', `${path}.c`, '-Wl,--no-as-needed', '-lgcc_s', '-o', path])
      const file = readElf(await readFile(path))
      const { requirements } = await analyzeCpu(file, {}, { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined })
      return requirements.find(({ name }) => name === 'avx2')?.need
    }
    expect(await needOf('')).toBe('guarded')
    expect(await needOf('|| has(1)')).not.toBe('guarded')
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)
