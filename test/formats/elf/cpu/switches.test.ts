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

// Switches of which a case is for better CPUs, as Rust has its `enum`s, and such that look like them.

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const ready = process.arch === 'x64' && (await isInstalled('gcc'))
const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
afterAll(() => rm(folder, { recursive: true }))

/** What a program needs AVX2 for that makes an object, whose number at 32 a check has to do with, and searches with it. `cases`: code for each number. */
async function needOfAvx2(cases: readonly string[], functions: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const all = {
    _start: 'mov rdi, rsp\nlea rdi, [rip + object]\ncall make\nlea rdi, [rip + object]\nmov esi, [rip + object + 128]\ncall search\nmov eax, 60\nxor edi, edi\nsyscall\nud2',
    // the object is put together on the stack, and copied as a whole
    make: 'push rdi\nsub rsp, 128\ncall detect\nadd eax, 3\nmov [rsp + 32], al\nmov rdi, [rsp + 128]\nmov rsi, rsp\nmov ecx, 64\nrep movsb\nadd rsp, 136\nret',
    detect: 'push rbx\nmov eax, 7\nxor ecx, ecx\ncpuid\nmov eax, ebx\nshr eax, 5\nand eax, 1\npop rbx\nret',
    search: `push rbx\nmov rbx, rdi\nmovzx eax, byte ptr [rdi + 32]\nlea rcx, [rip + cases]\nmovsxd rax, dword ptr [rcx + rax * 4]\nadd rax, rcx\njmp rax\n${cases.map((code, index) => `case${index}: ${code}`).join('\n')}\nleave: pop rbx\nret`,
    plain: 'paddd xmm0, xmm1\npaddd xmm0, xmm2\npaddd xmm0, xmm3\nret',
    other: 'psubd xmm0, xmm1\npsubd xmm0, xmm2\npsubd xmm0, xmm3\nret',
    wide: 'vpaddd ymm0, ymm0, ymm1\nvpaddd ymm0, ymm0, ymm2\nret',
    ...functions,
  }
  const source = Object.entries(all).map(([name, code]) => `.globl ${name}\n.type ${name}, @function\n.p2align 4\n${name}:\n.cfi_startproc\n${code}\n.cfi_endproc\n.size ${name}, .-${name}`)
  const path = join(folder, 'program')
  await writeFile(`${path}.s`, `.intel_syntax noprefix\n.text\n${source.join('\n')}\n.section .rodata\n.balign 4\ncases: ${cases.map((_, index) => `.long case${index} - cases`).join('\n')}\n.bss\nobject: .zero 8192\n.section .note.GNU-stack,"",@progbits\n`)
  await run('gcc', ['-nostdlib', '-static', '-no-pie', '-Wl,--build-id=none', `${path}.s`, '-o', path])
  const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
  return requirements.find(({ name }) => name === 'avx2')?.need
}

const empty = 'xor eax, eax\njmp leave'
const one = 'mov eax, [rdi + 40]\njmp leave'
const entry = (field: number, register: string, to: string): string => `movzx ${register}, byte ptr [rbx + ${field}]\nadd r${register.slice(1)}, 16\ncmp r${register.slice(1)}, rsi\njbe ${to}`
/** Byte by byte. */
const slowly = (length = '7', label = '8'): string => `test rsi, rsi\nje leave\nmov eax, esi\nand eax, ${length}\ncmp rsi, 8\njae leave\n${label}: dec rsi\njne ${label}b\njmp leave`
const inLine = (body: string): string => `movzx eax, byte ptr [rbx + 35]\nmovd xmm0, eax\n${body}\njmp leave`
const vectors = 'punpcklbw xmm0, xmm0\npcmpeqb xmm1, xmm0\npmovmskb eax, xmm1'

test.skipIf(!ready)('of two cases that are the same but for the vectors in one and the kernel in the other, the latter is for better CPUs', async () => {
  const cases = (test: string, ours: string, theirs: string, body: string): string[] => [empty, one, one, `${test}\n${ours}\n1: ${inLine(body)}`, `${entry(34, 'eax', '2f')}\n${theirs}\n2: lea rdi, [rbx + 40]\ncall wide\njmp leave`]
  expect(await needOfAvx2(cases(entry(34, 'ecx', '1f').replaceAll('rcx', 'rax').replaceAll('ecx', 'eax'), slowly(), slowly('7', '9'), vectors))).toBe('guarded')
  // a register may be kept for something else before the comparison, but not stored elsewhere
  const keeping = (where: string): string => entry(34, 'eax', '1f').replace('cmp', `mov [${where}], rdi\ncmp`)
  expect(await needOfAvx2(cases(keeping('rsp - 8'), slowly(), slowly('7', '9'), vectors))).toBe('guarded')
  expect(await needOfAvx2(cases(keeping('r12'), slowly(), slowly('7', '9'), vectors))).not.toBe('guarded')
  // another field, another way for what is short, no vectors, no test at all
  expect(await needOfAvx2(cases(entry(35, 'eax', '1f'), slowly(), slowly('7', '9'), vectors))).not.toBe('guarded')
  expect(await needOfAvx2(cases(entry(34, 'eax', '1f'), 'mov eax, [rbx + 48]\njmp leave\nnop\nnop\nnop\nnop', slowly('7', '9'), vectors))).not.toBe('guarded')
  expect(await needOfAvx2(cases(entry(34, 'eax', '1f'), slowly(), slowly('7', '9'), 'mov eax, [rbx + 48]'))).not.toBe('guarded')
  expect(await needOfAvx2([empty, one, one, `1: ${inLine(vectors)}`, 'lea rdi, [rbx + 40]\ncall wide\njmp leave'])).not.toBe('guarded')
})

test.skipIf(!ready)('of two cases that are the same but for what they call, the one with a kernel is for better CPUs', async () => {
  const cases = (field: number, slow: string, body = 'lea rdi, [rbx + 40]\ncall plain'): string[] => [empty, one, one, `${entry(field, 'eax', '1f')}\n${slow}\n1: ${body}\njmp leave`, `${entry(34, 'eax', '2f')}\n${slowly('7', '9')}\n2: lea rdi, [rbx + 40]\ncall wide\njmp leave`]
  // a number that is one less may be computed on the way
  const byOneLess = slowly().replace('mov eax, esi', 'lea rcx, [rsi - 1]\nmov eax, esi')
  expect(await needOfAvx2(cases(34, slowly()))).toBe('guarded')
  expect(await needOfAvx2(cases(34, byOneLess))).toBe('guarded')
  // another field, another way for what is short, what has nothing like the kernel's size, a call on one of its ways only
  expect(await needOfAvx2(cases(35, slowly()))).not.toBe('guarded')
  expect(await needOfAvx2(cases(34, 'mov eax, [rbx + 48]\njmp leave\nnop\nnop\nnop\nnop'))).not.toBe('guarded')
  expect(await needOfAvx2(cases(34, slowly(), 'lea rdi, [rbx + 40]\ncall large'), { large: `${'paddd xmm0, xmm1\n'.repeat(40)}ret` })).not.toBe('guarded')
  expect(await needOfAvx2(cases(34, slowly(), 'cmp rsi, 1000\njb 3f\nlea rdi, [rbx + 40]\ncall plain\n3:'))).not.toBe('guarded')
})

test.skipIf(!ready)('within one of several operations a kernel is chosen from what does the same', async () => {
  const cases = (ours: string): string[] => ['call plain\njmp leave', ours, 'call plain\njmp leave', one, 'call wide\njmp leave']
  const chosen = 'cmp byte ptr [rbx + 33], 1\njne 1f\ncall other\njmp leave\n1: call wide\njmp leave'
  // wide is the only way of the last operation: needed, whatever the second one chooses
  expect(await needOfAvx2(cases(chosen))).not.toBe('guarded')
  // what comes before is no alternative
  expect(await needOfAvx2([...cases('call other\nlea rdi, [rbx + 40]\ncall wide\njmp leave').slice(0, 4), one])).not.toBe('guarded')
  expect(await needOfAvx2([...cases('call wide\nlea rdi, [rbx + 40]\ncall other\njmp leave').slice(0, 4), one])).not.toBe('guarded')
})

test.skipIf(!ready)('what comes before a kernel that a flag leaves everything to, and for others is done in line, is for better CPUs as well', async () => {
  const inPlace = `${'paddd xmm0, xmm1\npaddd xmm2, xmm0\n'.repeat(20)}pop rbx\nret`
  // a loop that may give up, the address of another, and then the whole; the object's number is 3, and 4 where the CPU has it
  const search = (test: string, last = 'jmp whole', plain = inPlace): string =>
    `push rbx\nmov rbx, rdi\nmovzx r9d, byte ptr [rdi + 32]\n${test} 1f\n${plain}\n1: test r9b, 8\njne 2f\nlea rax, [rip + loop]\nlea rcx, [rip + wide]\ntest r9b, 16\ncmove rcx, rax\ncall fast\ntest rax, rax\njne 3f\n2: pop rbx\n${last}\n3: pop rbx\nret`
  const functions = {
    whole: `${'vpaddd ymm0, ymm0, ymm1\n'.repeat(30)}ret`,
    loop: 'vpsubd ymm0, ymm0, ymm1\nvpsubd ymm0, ymm0, ymm2\nret',
    fast: 'vpxor ymm3, ymm3, ymm3\ncall rcx\nret',
    less: `${'pshufb xmm0, xmm1\n'.repeat(30)}ret`,
    large: `${'paddd xmm0, xmm1\n'.repeat(400)}ret`,
  }
  const flag = 'test r9b, 4\njne'
  expect(await needOfAvx2([], { ...functions, search: search(flag) })).toBe('guarded')
  // what is compared is a size; what it goes on with runs on any CPU, or needs less; it is entered by two ways; nothing like it is done else
  expect(await needOfAvx2([], { ...functions, search: search('cmp rsi, 100\njae') })).not.toBe('guarded')
  expect(await needOfAvx2([], { ...functions, search: search(flag, 'jmp large') })).not.toBe('guarded')
  expect(await needOfAvx2([], { ...functions, search: search(flag, 'jmp less') })).not.toBe('guarded')
  expect(await needOfAvx2([], { ...functions, search: search(`cmp rsi, 100\njae 1f\n${flag}`) })).not.toBe('guarded')
  expect(await needOfAvx2([], { ...functions, search: search(flag, 'jmp whole', 'pop rbx\nret'), whole: `${'vpaddd ymm0, ymm0, ymm1\n'.repeat(400)}ret` })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('of two variants one may be told by a tag, behind what both check and prepare, and what is short be done by itself', async () => {
  const search = (tag: string, ours: string, theirs: string): string =>
    `push rbx\nmov rbx, rdi\nmovzx eax, byte ptr [rdi + 32]\n${tag} 2f\ncmp rsi, rdx\nja 9f\n${theirs}\njmp 8f\n2: mov rdi, rsi\nsub rdi, rdx\njb 9f\ncmp rsi, rcx\nja 9f\nlea r10, [rip + cases]\ncmp rdi, [r10 + rax * 8]\njae 3f\ncall little\njmp 8f\n3: ${ours}\n8: pop rbx\nret\n9: call fails\nud2`
  const functions = { _start: 'mov rdi, rsp\nlea rdi, [rip + object]\ncall make\ncall outer\nud2', outer: 'lea rdi, [rip + object]\nmov esi, [rip + object + 128]\ncall search\nret', little: 'inc rax\nret', slice: 'lea rdi, [rbx + 40]\nret', fails: 'xor edi, edi\nud2', plain: `${'paddd xmm0, xmm1\n'.repeat(40)}ret`, wide: `${'vpaddd ymm0, ymm0, ymm1\n'.repeat(30)}ret`, large: `${'paddd xmm0, xmm1\n'.repeat(400)}ret` }
  const need = (tag: string, ours: string, theirs: string): Promise<string | undefined> => needOfAvx2([], { ...functions, search: search(tag, ours, theirs) })
  expect(await need('cmp rax, 3\njne', 'call wide', 'call plain')).toBe('guarded')
  expect(await need('cmp rax, 3\njne', 'call slice\ncall wide', 'call slice\ncall plain')).toBe('guarded')
  // nothing like it is done else; what is like it is done in any case; it is told by a size
  expect(await need('cmp rax, 3\njne', 'call wide', 'call large')).not.toBe('guarded')
  expect(await need('cmp rax, 3\njne', 'call plain\ncall wide', 'call plain')).not.toBe('guarded')
  expect(await need('cmp rsi, 300\njae', 'call wide', 'call plain')).not.toBe('guarded')
}, 60_000)

const behind = { _start: 'mov rdi, rsp\nlea rdi, [rip + object]\ncall make\ncall outer\nud2', outer: 'lea rdi, [rip + object]\nmov esi, [rip + object + 128]\ncall search\nret' }

test.skipIf(!ready)('so it is where the stack is checked before the last jump, and before what others return', async () => {
  const guard = 'mov rdx, [rsp + 8]\nsub rdx, fs:40\njne 9f\nadd rsp, 16\npop rbx'
  const search = (gaveUp: string): string =>
    `push rbx\nmov rbx, rdi\nsub rsp, 16\nmov rax, fs:40\nmov [rsp + 8], rax\nmovzx r9d, byte ptr [rdi + 32]\ntest r9b, 4\nje 1f\nlea rcx, [rip + loop]\ncall fast\ntest rax, rax\njne 3f\n${guard}\njmp whole\n1: ${'paddd xmm0, xmm1\npaddd xmm2, xmm0\n'.repeat(20)}3: ${gaveUp}\n${guard}\nret\n9: call fails\nud2`
  const functions = {
    ...behind,
    whole: `${'vpaddd ymm0, ymm0, ymm1\n'.repeat(30)}ret`,
    loop: 'vpsubd ymm0, ymm0, ymm1\nvpsubd ymm0, ymm0, ymm2\nret',
    fast: 'vpxor ymm3, ymm3, ymm3\ncall rcx\nret',
    fails: 'xor edi, edi\nud2',
    large: `${'paddd xmm0, xmm1\n'.repeat(400)}ret`,
  }
  expect(await needOfAvx2([], { ...functions, search: search('') })).toBe('guarded')
  // who gave up goes on with something else
  expect(await needOfAvx2([], { ...functions, search: search('call large') })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('an address that is taken on the way to a kernel that is called as one of two is chosen with it', async () => {
  const search = (before: string, between: string): string => `push rbx\nmov rbx, rdi\n${before}\ncall [rip + object + 64]\nmov rdi, rbx\nmovzx ebx, al\nmov edx, 7\nmov esi, 9\ncmp bl, 3\nje 1f\nlea rcx, [rip + loop]\nmov rsi, rdi\n${between}call wide\npop rbx\nret\n1: call plain\npop rbx\nret`
  const functions = { ...behind, loop: 'vpsubd ymm0, ymm0, ymm1\nvpsubd ymm0, ymm0, ymm2\nret' }
  expect(await needOfAvx2([], { ...functions, search: search('', '') })).toBe('guarded')
  // before it is asked, or where only one of several ways leads to the call
  expect(await needOfAvx2([], { ...functions, search: search('lea rax, [rip + loop]\ncall rax', '') })).not.toBe('guarded')
  expect(await needOfAvx2([], { ...functions, search: search('', 'cmp esi, 7\njb 2f\ncall rcx\n2: ') })).not.toBe('guarded')
}, 60_000)
