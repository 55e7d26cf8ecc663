import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { cpuidModel } from '../../../../src/formats/elf/cpu/x86/evaluation/cpuid-model.ts'
import { systemV } from '../../../../src/formats/elf/cpu/x86/evaluation/calling-convention.ts'
import { evaluate } from '../../../../src/formats/elf/cpu/x86/evaluation/evaluate.ts'
import type { Surroundings } from '../../../../src/formats/elf/cpu/x86/evaluation/evaluation.ts'
import { FunctionCode } from '../../../../src/formats/elf/cpu/x86/code/function-code.ts'
import { readProgram } from '../../../../src/formats/elf/cpu/x86/code/read-program.ts'
import type { Value } from '../../../../src/formats/elf/cpu/program/value.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { isInstalled } from '../../../truth/programs.ts'

const run = promisify(execFile)
const ready = process.arch === 'x64' && (await isInstalled('gcc'))

const FUNCTIONS = 20_000
/** By size in bytes: names of the registers that are used. */
const registers: Readonly<Record<number, readonly string[]>> = {
  8: ['rax', 'rcx', 'rdx', 'rsi', 'rdi', 'r8', 'r9', 'r10'],
  4: ['eax', 'ecx', 'edx', 'esi', 'edi', 'r8d', 'r9d', 'r10d'],
  2: ['ax', 'cx', 'dx', 'si', 'di', 'r8w', 'r9w', 'r10w'],
  1: ['al', 'cl', 'dl', 'sil', 'dil', 'r8b', 'r9b', 'r10b', 'ah', 'ch', 'dh'],
}
const conditions = ['o', 'no', 'b', 'ae', 'e', 'ne', 'be', 'a', 's', 'ns', 'l', 'ge', 'le', 'g']
/** Conditions that are decided by what a comparison, a test or a result leaves. */
const words: Readonly<Record<number, string>> = { 1: 'byte', 2: 'word', 4: 'dword', 8: 'qword' }

/** The same numbers every time (xorshift). */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

type Random = (below: number) => number

const pick = <T>(random: Random, list: readonly T[]): T => list[random(list.length)]!

/** A name that an instruction with or without a REX prefix can have beside it: AH to DH only without. */
function register(random: Random, size: number): string {
  return pick(random, size === 1 ? registers[1]!.slice(0, 8) : registers[size]!)
}

function immediate(random: Random, size: number): number {
  const value = pick(random, [0, 1, -1, 0x10, 0x80, 0x7f, 0x1234, 0x0f0f_0f0f, random(0x7fff_ffff)])
  return size === 1 ? (value << 24) >> 24 : size === 2 ? (value << 16) >> 16 : value | 0
}

/** One or more instructions in Intel syntax, `place`: bytes below the stack pointer that they may use. */
function instruction(random: Random, label: string): string[] {
  const size = pick(random, [8, 4, 4, 4, 2, 1])
  const wide = pick(random, [8, 4, 4])
  const [a, b] = [register(random, size), register(random, size)]
  const [c, d] = [register(random, wide), register(random, wide)]
  const slot = `${words[size]} ptr [rsp - ${8 * (1 + random(3))}]`
  const condition = pick(random, conditions)
  switch (random(33)) {
    case 0:
      return [`mov ${a}, ${b}`]
    case 1:
      return [`mov ${a}, ${immediate(random, size)}`]
    case 2:
      return [`${pick(random, ['movzx', 'movsx'])} ${c}, ${register(random, pick(random, [1, 2]))}`]
    case 3:
    case 4:
      return [`${pick(random, ['add', 'sub', 'and', 'or', 'xor'])} ${a}, ${b}`]
    case 5:
    case 6:
      return [`${pick(random, ['add', 'sub', 'and', 'or', 'xor'])} ${a}, ${immediate(random, size)}`]
    case 7:
      return [`cmp ${a}, ${pick(random, [b, String(immediate(random, size))])}`, `set${condition} ${register(random, 1)}`]
    case 8:
      return [`test ${a}, ${pick(random, [a, b, String(immediate(random, size))])}`, `set${pick(random, ['e', 'ne', 's', 'ns', 'l', 'g'])} ${register(random, 1)}`]
    case 9:
      return [`cmp ${a}, ${b}`, `cmov${condition} ${c}, ${d}`]
    case 10:
      return [`${pick(random, ['shl', 'shr', 'sar'])} ${a}, ${random(size * 8)}`]
    case 11:
      return [`${pick(random, ['shl', 'shr'])} ${c}, cl`]
    case 12:
      return [`${pick(random, ['not', 'neg', 'inc', 'dec'])} ${a}`]
    case 13:
      return [`imul ${c}, ${d}`]
    case 14:
      return [`imul ${c}, ${d}, ${immediate(random, 1)}`]
    case 15:
      return [`lea ${c}, [${register(random, 8)} + ${pick(random, [1, 2, 4, 8])} * ${register(random, 8)} + ${immediate(random, 2)}]`]
    case 16:
      return [`xchg ${a}, ${b}`]
    case 17:
      return [`bt ${c}, ${pick(random, [d, String(random(32))])}`, `setb ${register(random, 1)}`]
    case 18:
      return [`${pick(random, ['bts', 'btr', 'btc'])} ${c}, ${random(32)}`]
    case 19:
      return [`push ${register(random, 8)}`, `pop ${register(random, 8)}`]
    case 20:
      return [`mov ${slot}, ${a}`, `mov ${b}, ${slot}`]
    case 21:
      return [`mov qword ptr [rsp - 8], ${register(random, 8)}`, `${pick(random, ['add', 'and', 'or', 'xor'])} ${words[size]} ptr [rsp - 8], ${a}`, `mov ${register(random, 8)}, qword ptr [rsp - 8]`]
    case 22:
      return [`cmp ${a}, ${b}`, `j${condition} ${label}f`, `add ${c}, ${d}`, `${label}:`]
    case 23:
      return [`test ${a}, ${a}`, `j${pick(random, ['e', 'ne', 's', 'ns'])} ${label}f`, `mov ${c}, ${d}`, `${label}:`]
    case 24:
      return [`${pick(random, ['cbw', 'cwde', 'cdqe', 'cdq', 'cqo'])}`]
    case 25:
      return [`xchg ${a}, ${b}`]
    case 26:
      return [`mov ${pick(random, ['ah', 'ch', 'dh'])}, ${pick(random, ['al', 'cl', 'dl', 'ah', 'ch', 'dh'])}`]
    case 27:
      return [`cmp ${a}, ${b}`, `sbb ${c}, ${c}`]
    case 28:
      return [`mov ${c}, ${d}`]
    case 29:
      return [`${pick(random, [`cmp ${a}, ${b}`, `test ${a}, ${b}`, `bt ${c}, ${random(32)}`])}`, `${pick(random, ['adc', 'sbb'])} ${c}, ${pick(random, [d, String(immediate(random, 1))])}`]
    case 30:
      return [`${pick(random, ['bsf', 'bsr', 'tzcnt', 'popcnt'])} ${c}, ${d}`]
    default:
      return vectors(random)
  }
}

/** Numbers through vectors and back. */
function vectors(random: Random): string[] {
  const lines = ['movd xmm0, eax', 'movq xmm1, rcx', 'movd xmm2, edx', 'punpckldq xmm2, xmm0']
  for (let i = 0; i < 3; i++) {
    const [a, b] = [`xmm${random(3)}`, `xmm${random(3)}`]
    lines.push(
      pick(random, [
        `${pick(random, ['punpcklbw', 'punpckhbw', 'punpcklwd', 'punpckhwd', 'punpckldq', 'punpckhdq', 'punpcklqdq', 'punpckhqdq', 'pand', 'pandn', 'por', 'pxor', 'paddb', 'paddw', 'paddd', 'psubb', 'psubw', 'psubd', 'paddq', 'psubq', 'pmuludq', 'pmulld', 'pcmpeqb', 'pcmpeqw', 'pcmpeqd', 'pcmpeqq', 'pshufb', 'pmovzxbw', 'pmovzxbd', 'pmovzxbq', 'pmovzxwd', 'pmovzxwq', 'pmovzxdq', 'unpckhps', 'unpckhpd', 'unpcklps', 'unpcklpd', 'andps', 'andnps', 'orps', 'xorps', 'movaps', 'movdqa', 'movlhps', 'movhlps', 'movq'])} ${a}, ${b}`,
        `pshufd ${a}, ${b}, ${random(256)}`,
        `${pick(random, ['shufps', 'shufpd', 'pshuflw', 'pshufhw', 'pblendw', 'blendps', 'blendpd', 'palignr'])} ${a}, ${b}, ${random(256) & pick(random, [255, 15, 3])}`,
        `${pick(random, ['pinsrb', 'pinsrw', 'pinsrd'])} ${a}, ${register(random, 4)}, ${random(2)}`,
        `pinsrq ${a}, ${register(random, 8)}, ${random(2)}`,
        `${pick(random, ['pextrb', 'pextrw', 'pextrd'])} ${register(random, 4)}, ${a}, ${random(2)}`,
        `pextrq ${register(random, 8)}, ${a}, ${random(2)}`,
        `${pick(random, ['movmskps', 'movmskpd', 'pmovmskb'])} ${register(random, 4)}, ${a}`,
        `${pick(random, ['psrld', 'pslld', 'psrad'])} ${a}, ${random(40)}`,
        `${pick(random, ['psrlq', 'psllq'])} ${a}, ${random(70)}`,
        `${pick(random, ['psrldq', 'pslldq'])} ${a}, ${random(18)}`,
        `${pick(random, ['psrlw', 'psllw', 'psraw'])} ${a}, ${random(18)}`,
      ]),
    )
  }
  if (random(2) === 0) return [...lines, 'movups xmmword ptr [rsp - 16], xmm2', `mov ${register(random, 8)}, qword ptr [rsp - 16]`, `mov ${register(random, 4)}, dword ptr [rsp - 4]`]
  return [...lines, `movq ${register(random, 8)}, xmm2`, `movd ${register(random, 4)}, xmm1`]
}

/** Functions that begin with known numbers and return RAX. */
function listing(): { source: string; texts: string[] } {
  const random = generator(0x5eed)
  const texts: string[] = []
  for (let index = 0; index < FUNCTIONS; index++) {
    const lines = registers[8]!.map((name) => `movabs ${name}, ${pick(random, [0, 1, 0x40, 0x8000_0000, random(0x7fff_ffff)])}`)
    for (let step = 0; step < 6; step++) lines.push(...instruction(random, String(step)))
    texts.push([...lines, 'ret'].join('\n'))
  }
  const body = texts.map((text, index) => `.globl f${index}\n.type f${index}, @function\nf${index}:\n${text}\n.size f${index}, . - f${index}\n`).join('')
  const table = texts.map((_, index) => `.quad f${index}`).join('\n')
  return { source: `.intel_syntax noprefix\n.text\n${body}\n.data\n.globl functions\nfunctions:\n${table}\n.section .note.GNU-stack,"",@progbits\n`, texts }
}

const main = `#include <stdio.h>
extern unsigned long (*functions[])(void);
int main(void) { for (int i = 0; i < ${FUNCTIONS}; i++) printf("%lu\\n", functions[i]()); }
`

const nothing: Surroundings = {
  model: cpuidModel(new Set()),
  load: () => undefined,
  loadField: () => undefined,
  returned: () => undefined,
  isOfAnotherFile: () => false,
  returnedPointer: () => undefined,
  toldTo: () => [],
  writesOf: () => [],
  changedBy: () => 0xffff,
  writtenBy: () => 0xffff,
  calleeStores: () => true,
  storedByCallee: () => undefined,
  withheldBy: () => [],
  setsFlagElsewhere: () => true,
  fills: () => false,
  copies: () => false,
  initially: () => undefined,
  isFunction: () => false,
  readsArgument: () => true,
  isPointerTarget: () => false,
  isMiddle: () => false,
  isKernel: () => false,
  isNeverHandedOut: () => false,
  tableAt: () => [],
  landingPad: () => undefined,
  jumpTables: { loadOf: () => undefined, targets: () => undefined },
  throughStub: (at) => at,
}

/** May the value be that number? Undefined where it says nothing. */
function allows(value: Value | undefined, actual: bigint): boolean | undefined {
  if (value === undefined || value.base !== -1 || value.partial === true || value.words.length === 0) return undefined
  const numbers: bigint[] = []
  for (let at = 0; at < value.words.length; at += 2) numbers.push((BigInt(value.words[at + 1]! >>> 0) << 32n) | BigInt(value.words[at]! >>> 0))
  if (value.hull === true) return (actual & numbers[0]!) === numbers[0] && (actual & ~numbers[1]!) === 0n
  return numbers.includes(actual)
}

test.skipIf(!ready)('what the evaluation says a function returns is what the CPU returns (needs gcc)', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
  try {
    const { source, texts } = listing()
    const [assembly, program, path] = [join(folder, 'f.s'), join(folder, 'main.c'), join(folder, 'program')]
    await Promise.all([writeFile(assembly, source), writeFile(program, main)])
    await run('gcc', ['-no-pie', assembly, program, '-o', path])
    const { stdout } = await run(path, [], { maxBuffer: 2 ** 26 })
    const actual = stdout.trim().split('\n').map(BigInt)
    const { image, decoder, codeAt } = readProgram(readElf(await readFile(path)))
    let known = 0
    let byLowByte = 0
    const wrong: string[] = []
    for (const { name, address, size } of image.functions) {
      const index = /^f(\d+)$/.exec(name)?.[1]
      const range = codeAt(address)
      if (index === undefined || range === undefined) continue
      const evaluation = evaluate(decoder, new FunctionCode(range, address, address + size, decoder), undefined, nothing, systemV, { left: 1e6 })
      const verdict = allows(evaluation?.results.get(0), actual[Number(index)]!)
      if (verdict === true) known++
      // where a byte is written to a register that is not known, the rest is taken to be clear: compilers look at the byte
      const low = evaluation?.results.get(0)?.words.some((word, at) => at % 2 === 0 && BigInt(word & 0xff) === (actual[Number(index)]! & 0xffn))
      if (verdict === false && low === true) byLowByte++
      else if (verdict === false) wrong.push(`${texts[Number(index)]}\n-> ${actual[Number(index)]}, not ${JSON.stringify(evaluation?.results.get(0))}`)
    }
    expect(wrong.slice(0, 3)).toEqual([])
    expect(wrong.length).toBe(0)
    expect(byLowByte).toBeLessThan(0.001 * FUNCTIONS)
    expect(known).toBeGreaterThan(0.9 * FUNCTIONS)
  } finally {
    await rm(folder, { recursive: true })
  }
})
