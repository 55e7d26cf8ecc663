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
const haveGcc = await isInstalled('aarch64-linux-gnu-gcc')

/** What begins a program, and what it needs, but for NEON. */
const programs = {
  // the bytes are ` H(N` and `\0h(N`
  one_round: ['aese v0.16b, v1.16b\naesmc v0.16b, v0.16b\nsubs w2, w2, #1\nb.ne _start\nb _start', ['aes']],
  rounds_in_a_row: ['aese v0.16b, v2.16b\naesmc v0.16b, v0.16b\naese v0.16b, v3.16b\naesmc v0.16b, v0.16b\naese v1.16b, v2.16b\naesmc v1.16b, v1.16b\naese v1.16b, v3.16b\naesmc v1.16b, v1.16b\nb _start', ['aes']],
  rounds_beside_a_load: ['aesmc v2.16b, v2.16b\nld1 {v19.4s}, [x3]\nb _start', ['aes']],
  hashes: ['sha256su0 v0.4s, v1.4s\nsha256su0 v1.4s, v2.4s\nb _start', ['sha2']],
  // a jump that nobody knows may lead anywhere in a large function
  text: [`${'nop\n'.repeat(40)}br x1\n.ascii "addroverpairb((^operover"\n.balign 4`, []],
  letters_of_a_round: [`${'nop\n'.repeat(40)}br x1\n.ascii "addroper H(Noverpair"\n.balign 4`, []],
} as const

test.skipIf(!haveGcc).each(Object.entries(programs))('AArch64: instructions that look like text are none where each of them does: %s (needs gcc for aarch64)', async (name, [code, features]) => {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-text-'))
  try {
    const path = join(folder, name)
    // nothing says where the text begins: hand-written code is linked without mapping symbols
    await writeFile(`${path}.s`, `.arch armv8-a+crypto\n.globl _start\n.type _start, %function\n_start:\n${code}\n`)
    await run('aarch64-linux-gnu-gcc', ['-nostdlib', '-static', '-s', '-o', path, `${path}.s`])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    expect(requirements.filter(({ kind }) => kind === 'cpu-feature').map(({ name: feature }) => feature)).toEqual(features)
  } finally {
    await rm(folder, { recursive: true })
  }
})
