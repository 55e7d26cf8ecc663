import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { KeptArguments } from '../../../../src/formats/elf/cpu/arm64/code/kept-arguments.ts'
import { readArm64Program } from '../../../../src/formats/elf/cpu/arm64/code/read-program.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const haveGcc = await isInstalled('aarch64-linux-gnu-gcc')

/** Functions that are given a pointer in X8, and whether they may keep it. */
const functions = {
  fills: ['strb w0, [x8, #2]\nstp x1, xzr, [x8, #8]\nret', false],
  fills_a_vector: ['dup v0.2d, x1\nushl v9.2d, v9.2d, v0.2d\nstr q9, [x8]\nret', false],
  loops: ['1: ldrb w1, [x8]\ncbz w1, 1b\nstrb w1, [x8, #1]\nret', false],
  stores_it: ['str x8, [x1]\nret', true],
  stores_it_in_itself: ['str x8, [x8]\nret', true],
  stores_a_pair: ['stp x0, x8, [x1]\nret', true],
  copies_it: ['mov x9, x8\nstr x9, [x1]\nret', true],
  adds_to_it: ['add x9, x8, #8\nstr x9, [x1]\nret', true],
  exchanges_it: ['swp x8, x0, [x1]\nret', true],
  moves_it_to_a_vector: ['fmov d0, x8\nstr d0, [x1]\nret', true],
  duplicates_it: ['dup v0.2d, x8\nstr q0, [x1]\nret', true],
  walks: ['strb w0, [x8], #1\nret', true],
  // on some ways it is there behind the call, and on others not
  overwrites_it: ['cbz x0, 1f\nmov x8, #0\n1: ret', true],
  loads_over_it: ['ldr x8, [x8]\nret', true],
  calls: ['stp x29, x30, [sp, #-16]!\nbl other\nldp x29, x30, [sp], #16\nret', true],
  hands_on: ['strb w0, [x8]\nb other', true],
  hands_on_on_a_condition: ['cbz x0, other\nret', true],
  jumps_anywhere: ['br x1', true],
} as const

test.skipIf(!haveGcc)('AArch64: who only stores and loads by a pointer does not keep it (needs gcc for aarch64)', async () => {
  const source = Object.entries(functions).map(([name, [code]]) => `.type ${name}, %function\n.globl ${name}\n${name}:\n.cfi_startproc\n${code}\n.cfi_endproc\n.size ${name}, .-${name}`)
  const folder = await mkdtemp(join(tmpdir(), 'shrink-kept-'))
  const path = join(folder, 'kept')
  await writeFile(`${path}.s`, `.arch armv8.1-a\n.text\n${source.join('\n')}\n.globl other\nother: ret\n.globl _start\n_start: bl other\nret\n`)
  await run('aarch64-linux-gnu-gcc', ['-nostdlib', '-static', `${path}.s`, '-o', path])
  const program = readArm64Program(readElf(await readFile(path)))
  await rm(folder, { recursive: true })
  const kept = new KeptArguments(program)
  const address = new Map([...program.graph.names].map(([at, name]) => [name, at]))
  const told = Object.keys(functions).map((name) => [name, kept.mayKeep(program.graph.functionAt(address.get(name)!)!, 8)])
  expect(told).toEqual(Object.entries(functions).map(([name, [, mayKeep]]) => [name, mayKeep]))
})
