import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasTool, run } from './run.ts'

/** A machine that programs can be built for here, and how they are run. */
export interface Machine {
  readonly name: string
  /** Prefix of the GNU tools. */
  readonly prefix: string
  /** Command in front of a program; empty for this machine. */
  readonly runner: readonly string[]
}

const foreign = (name: string, triplet: string, qemu: string): Machine => ({
  name,
  prefix: `${triplet}-`,
  runner: [qemu, '-L', `/usr/${triplet}`],
})

/** This machine (x86-64) and five that Debian has cross compilers and an emulator for. */
export const machines: readonly Machine[] = [
  { name: 'x86-64', prefix: process.arch === 'x64' ? '' : 'x86_64-linux-gnu-', runner: process.arch === 'x64' ? [] : ['qemu-x86_64'] },
  foreign('aarch64', 'aarch64-linux-gnu', 'qemu-aarch64'),
  foreign('arm', 'arm-linux-gnueabihf', 'qemu-arm'),
  foreign('riscv64', 'riscv64-linux-gnu', 'qemu-riscv64'),
  foreign('s390x', 's390x-linux-gnu', 'qemu-s390x'),
  foreign('ppc64le', 'powerpc64le-linux-gnu', 'qemu-ppc64le'),
]

/** Has the machine a compiler of that name (`gcc`, `g++`) and what is needed to run its programs? */
export function canBuild(machine: Machine, compiler: string): boolean {
  return hasTool(machine.prefix + compiler) && machine.runner.slice(0, 1).every(hasTool)
}

/** Runs `body` with a new empty folder, and removes it. */
export async function withFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-elf-'))
  try {
    return await body(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Compiles one source text into `folder/program`. */
export async function compile(
  folder: string,
  machine: Machine,
  compiler: 'gcc' | 'g++',
  source: string,
  flags: readonly string[] = [],
): Promise<string> {
  const input = join(folder, compiler === 'gcc' ? 'main.c' : 'main.cpp')
  const program = join(folder, 'program')
  await writeFile(input, source)
  await run(machine.prefix + compiler, [...flags, input, '-o', program])
  return program
}

/** Standard output, standard error and exit code of a program, on its machine or emulated. */
export async function execute(machine: Machine, program: string, args: readonly string[] = []): Promise<string> {
  const [command = program, ...rest] = [...machine.runner, program, ...args]
  const outcome = await run(command, rest).then(
    ({ stdout, stderr }) => ({ stdout, stderr, code: 0 }),
    (error: { stdout?: string; stderr?: string; code?: number | string }) => error,
  )
  return `${outcome.stdout ?? ''}${outcome.stderr ?? ''}exit ${outcome.code ?? '?'}`
}

export const exceptions = `
#include <iostream>
#include <stdexcept>
#include <string>
struct Guard { ~Guard() { std::cout << "unwound\\n"; } };
static int descend(int depth) { Guard guard; if (depth == 0) throw std::runtime_error("bottom"); return descend(depth - 1) + 1; }
int main() {
  try { descend(3); } catch (const std::exception &error) { std::cout << "caught " << error.what() << "\\n"; }
  std::cout << std::stoi("41") + 1 << "\\n";
}
`

export const sorting = `
#include <stdio.h>
#include <stdlib.h>
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
int main(void) { int all[] = {3, 1, 2}; qsort(all, 3, sizeof *all, compare); printf("%d %d %d\\n", all[0], all[1], all[2]); return 7; }
`
