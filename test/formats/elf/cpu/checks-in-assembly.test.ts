import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import type { Context } from '../../../../src/core/context.ts'
import { analyzeCpu } from '../../../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// What compilers make of checks in large programs, cut down to the instructions that matter.

const run = promisify(execFile)
const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }
const folder = await mkdtemp(join(tmpdir(), 'shrink-test-'))
afterAll(() => rm(folder, { recursive: true }))

const repeat = (count: number, code: (index: number) => string): string => Array.from({ length: count }, (_, index) => code(index)).join('\n')

test.skipIf(!ready)('a function whose unlikely parts lie at its end, from where control comes back, is followed', async () => {
  // each of them leaves something else, so that what follows is another state
  const parts = (last: string): string => `push rbx
    mov rbx, rdi
    call detect
    ${repeat(500, (index) => `lea rcx, [rip + plain]\nmov [rip + table + ${8 * index}], rcx\ncmp byte ptr [rbx + ${index}], 0\njne 2${index}f\n1${index}:`)}
    ${last}
    call [rip + table + 8]
    pop rbx
    ret
    ${repeat(500, (index) => `2${index}:\nlea rcx, [rip + other]\nmov [rip + table + ${8 * index}], rcx\njmp 1${index}b`)}`
  const other = 'pxor xmm0, xmm0\nret'
  const choose = 'lea rcx, [rip + wide]\nmov [rip + table + 8], rcx\n3:'
  expect(await needOfAvx2({ main: parts(`test eax, eax\nje 3f\n${choose}`), other })).toBe('guarded')
  expect(await needOfAvx2({ main: parts(choose), other })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a tag that is stored by itself here, and together with a number on other CPUs, is what the check found out', async () => {
  const make = (byDefault: number): string => `push rbx
    mov rbx, rdi
    call detect
    test eax, eax
    je 1f
    mov rax, 0x100000000
    mov [rbx + 8], rax
    pop rbx
    ret
    1: mov dword ptr [rbx + 8], 0
    mov byte ptr [rbx + 12], ${byDefault}
    pop rbx
    ret`
  const main = `sub rsp, 24
    mov rdi, rsp
    call make
    movzx eax, byte ptr [rsp + 12]
    cmp eax, 0xff
    je 2f
    test eax, eax
    je 1f
    1: call wide
    add rsp, 24
    ret
    2: call plain
    add rsp, 24
    ret`
  expect(await needOfAvx2({ main, make: make(0xff) })).toBe('guarded')
  expect(await needOfAvx2({ main, make: make(1) })).not.toBe('guarded')
})

test.skipIf(!ready)('a kernel that was not chosen and stays in a register is handed to nobody, unless the next callee reads it', async () => {
  const main = 'call choose\nret'
  const choose = `push rbx
    sub rsp, 32
    call detect
    lea rdx, [rip + wide]
    lea rbx, [rip + plain]
    test eax, eax
    cmovne rbx, rdx
    mov rdi, rsp
    mov rsi, rsp
    call next
    call rbx
    add rsp, 32
    pop rbx
    ret`
  const asks = `cmp byte ptr [rsi + 16], 0
    je 1f
    mov byte ptr [rdi], 1
    1: cmp dword ptr [rdi + 8], 3
    push rbx
    xor eax, eax
    xor ecx, ecx
    cpuid
    mov [rdi + 8], edx
    pop rbx
    ret`
  expect(await needOfAvx2({ main, choose, next: asks })).toBe('guarded')
  expect(await needOfAvx2({ main, choose, next: `mov [rdi + 8], rdx\n${asks}` })).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose, next: 'push rbx\nmov ebx, 1\nxadd rbx, rdx\nmov [rdi], rbx\ncall rdx\npop rbx\nret' })).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose, next: 'test eax, eax\nje 1f\ncpuid\n1: jmp rdx' })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a kernel that CMOV did not take is left, whatever the size of what it took instead, and whatever call comes before another file’s', async () => {
  const main = 'call choose\nret'
  const thunk = 'call wide\nret'
  const slow = 'paddd xmm0, xmm1\n'.repeat(200) + 'ret'
  const choose = (select: string, then = ''): string => `push rbx
    push rdi
    call detect
    lea rcx, [rip + thunk]
    lea rbx, [rip + slow]
    test eax, eax
    ${select}
    pop rdi
    ${then}
    call next
    call rbx
    pop rbx
    ret`
  const copies = 'sub rsp, 8\nmov rsi, rdi\nmov edx, 8\ncall memcpy@plt\nmov ecx, 1\nadd rsp, 8\nret'
  const link = ['-nostartfiles']
  expect(await needOfAvx2({ main, choose: choose('cmovne rbx, rcx'), thunk, slow, next: copies }, link)).toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('cmove rcx, rbx\nmov rbx, rcx'), thunk, slow, next: copies }, link)).toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('cmove rbx, rcx'), thunk, slow, next: copies }, link)).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('cmovne rbx, rcx', 'lea rax, [rip + thunk]\nmov [rip + table], rax\ncall [rip + table]'), thunk, slow, next: copies }, link)).not.toBe('guarded')
  // read before, or by another file's function, or by one that is jumped to
  expect(await needOfAvx2({ main, choose: choose('cmovne rbx, rcx'), thunk, slow, next: `mov [rip + table], rcx\n${copies}` }, link)).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('cmovne rbx, rcx'), thunk, slow, next: copies.replace('memcpy', 'qsort') }, link)).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('cmovne rbx, rcx'), thunk, slow, next: 'mov rsi, rdi\nmov edx, 8\njmp qsort@plt' }, link)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('what is known of an object is known of what a method returns, where that is the object', async () => {
  const functions = {
    main: 'sub rsp, 136\nmov rdi, rsp\ncall choose\nlea rdi, [rip + table]\ncall other\nadd rsp, 136\nret',
    choose: 'push rbx\nmov rbx, rdi\ncall make\nmov rdi, rbx\ncall update\nmov rdi, rax\ncall finish\npop rbx\nret',
    make: 'push rbx\nmov rbx, rdi\ncall detect\nmov [rbx + 16], al\npop rbx\nret',
    other: 'mov byte ptr [rdi + 16], 1\nret',
    finish: 'cmp byte ptr [rdi + 16], 0\nje 1f\ncall wide\nret\n1: call plain\nret',
  }
  expect(await needOfAvx2({ ...functions, update: 'inc dword ptr [rdi]\nmov rax, rdi\nret' })).toBe('guarded')
  expect(await needOfAvx2({ ...functions, update: 'inc dword ptr [rdi]\nmov rax, rdi\nje 1f\nlea rax, [rip + table]\n1: ret' })).not.toBe('guarded')
  expect(await needOfAvx2({ ...functions, update: 'inc dword ptr [rdi]\nje 1f\nlea rax, [rdi + 8]\nret\n1: mov rax, rdi\nret' })).not.toBe('guarded')
  expect(await needOfAvx2({ ...functions, update: 'inc dword ptr [rdi]\nmov rax, rdi\nje 1f\nret\n1: jmp away', away: 'lea rax, [rip + table]\nret' })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a shift leaves whether there is nothing left, and the last bit that went out', async () => {
  const choose = (branch: string): string => `call detect
    lea ecx, [rax + 1]
    shr ecx, 1
    mov dl, 2
    ${branch} 1f
    call plain
    ret
    1: call wide
    ret`
  const main = 'call choose\nret'
  expect(await needOfAvx2({ main, choose: choose('jne') })).toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('jae') })).toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('je') })).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('jb') })).not.toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('jbe') })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a tail call of what another file has leads to no case of a switch', async () => {
  const choose = (last: string): string => `push rdi
    call detect
    pop rdi
    test eax, eax
    jne 1f
    call plain
    mov rdx, [rdi + 8]
    ${last}
    1: lea rcx, [rip + 2f]
    jmp rcx
    ud2
    2: call wide
    ret`
  const main = 'call choose\nret'
  const dynamic = ['-nostartfiles']
  expect(await needOfAvx2({ main, choose: choose('jmp [rip + free@GOTPCREL]') }, dynamic)).toBe('guarded')
  expect(await needOfAvx2({ main, choose: choose('jmp rdx') }, dynamic)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('what a check found out is handed on far to who calls a kernel', async () => {
  const steps = Object.fromEntries(Array.from({ length: 5 }, (_, step) => [`step${step}`, `push rdi\ncall ${step === 4 ? 'last' : `step${step + 1}`}\npop rdi\nret`]))
  const functions = (first: string): Record<string, string> => ({
    main: `call detect\n${first}\nmov edi, eax\ncall step0\nret`,
    ...steps,
    last: 'dec edi\njne 1f\ncall wide\nret\n1: cmp edi, 5\nje 1f\ncall plain\n1: ret',
  })
  expect(await needOfAvx2(functions('add eax, 7'))).toBe('guarded')
  expect(await needOfAvx2(functions('inc eax'))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('what is no code is told by what is named behind it, too, as nothing leads elsewhere before', async () => {
  const link = ['-nostdlib', '-static', '-s']
  // a point of a curve, of which each coordinate is named
  const main = (use: string): string => `call detect\nlea rsi, [rip + first]\nlea rdi, [rip + second]\n${use}\nret`
  const first = '.byte 0xc4, 0xe2, 0x7d, 0x58, 0xc0, 0x48, 0x01, 0xc8'
  const second = '.byte 0x48, 0xa6, 0xcb, 0x6d'
  expect(await needOfAvx2({ main: main('mov rax, [rsi]\nadd rax, [rdi]'), first, second }, link)).not.toMatch(/possible|required/)
  // code before such a table, that ends with a call which does not come back
  const ends = 'vpbroadcastd ymm0, xmm0\ncall leave'
  expect(await needOfAvx2({ main: main('call rsi'), first: ends, second, leave: 'mov eax, 60\nsyscall\nud2' }, link)).toMatch(/possible|required/)
})

test.skipIf(!ready)('zeros up to where a function begins are no instructions, as Free Pascal has them', async () => {
  // decoded with the last zero, `xor ebx, ebx; mov rax, [rdi + 184]` is `fisttp dword ptr [rax - 117]`
  const begin = '.byte 0x53, 0x31, 0xdb, 0x48, 0x8b, 0x87, 0xb8, 0, 0, 0, 0x5b, 0xc3'
  const source = (filling: string): string => `.globl _start\n_start:\ncall first\nmov eax, 60\nxor edi, edi\nsyscall\nud2\n.balign 16, 0x90\nfirst: ret\n.balign 16${filling}\n${begin}\n`
  const path = join(folder, 'filled')
  const sse3 = async (filling: string): Promise<boolean> => {
    await writeFile(`${path}.s`, `.intel_syntax noprefix\n${source(filling)}.section .note.GNU-stack,"",@progbits\n`)
    await run('gcc', ['-nostdlib', '-static', '-s', '-Wl,--build-id=none', `${path}.s`, '-o', path])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    return requirements.some(({ name }) => name === 'sse3')
  }
  expect(await sse3(', 0')).toBe(false)
  expect(await sse3(', 0x90')).toBe(false)
})

test.skipIf(!ready)('what puts back all vector registers, where the object that keeps them says that it has them, needs nothing', async () => {
  const main = 'sub rsp, 8\nlea rdi, [rip + table]\ncall restore\ncall detect\nadd rsp, 8\nret'
  const registers = (count: number): string => repeat(count, (index) => `vinserti128 ymm${index}, ymm${index}, [rdi + ${0x500 + 16 * index}], 1`)
  const restore = (code: string): Record<string, string> => ({ main, restore: `${code}\n9: ret` })
  const test = 'test byte ptr [rdi + 0x30], 0x40\nje 9f'
  expect(await needOfAvx2(restore(`${test}\n${registers(16)}`))).toBe('guarded')
  // what asks for something else, or nothing
  expect(await needOfAvx2(restore(registers(16)))).not.toBe('guarded')
  expect(await needOfAvx2(restore(`test byte ptr [rsi + 0x30], 0x40\nje 9f\n${registers(16)}`))).not.toBe('guarded')
  // not all, as what copies objects moves them, and what computes with all
  expect(await needOfAvx2(restore(`${test}\n${registers(8)}`))).not.toBe('guarded')
  expect(await needOfAvx2(restore(`${test}\n${registers(16)}\nvpaddd ymm0, ymm0, ymm1`))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('two registers that hold what a check found out are tested on two ways, and decided on where they meet', async () => {
  const main = (second: string): string => `push rbx
    mov rbx, rdi
    call detect
    mov [rip + table + 64], al
    cmp qword ptr [rbx], 2
    jl 1f
    movzx edx, byte ptr [rip + table + 64]
    test edx, edx
    jmp 2f
    1: ${second}
    2: movsd xmm0, [rip + table]
    je 3f
    call wide
    pop rbx
    ret
    3: call plain
    pop rbx
    ret`
  expect(await needOfAvx2({ main: main('movzx ecx, byte ptr [rip + table + 64]\ntest ecx, ecx') })).toBe('guarded')
  expect(await needOfAvx2({ main: main('movzx ecx, byte ptr [rbx + 8]\ntest ecx, ecx') })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('tables before the code of each closure, as GHC has them, are no instructions', async () => {
  // `fisttp word ptr [rax - 0x75]` where the last byte of the table takes the first of the code along
  const code = '.byte 0x48, 0x89, 0xdf, 0x48, 0x8b, 0x75, 0x08, 0x48, 0x83, 0xc5, 0x10\njmp [rbp]'
  // the layout, 14: FUN_STATIC, with one argument of kind 4; 30: RET_SMALL
  const closure = (index: number): string => `.balign 8\n.long 4, 1\n.quad 0\n.long 14, 0x100000 + ${index}\nclosure${index}: ${code}\n.balign 8\n.quad 1\n.long 30, 0x11314e8\nreturn${index}: ${code}`
  const source = (extra: string): string => `.globl _start\n_start:\ncall closure0\n${extra}\nmov eax, 60\nxor edi, edi\nsyscall\nud2\n${repeat(600, closure)}\n.data\n${repeat(600, (index) => `.quad closure${index}`)}\n`
  const path = join(folder, 'closures')
  const featuresOf = async (extra: string): Promise<string[]> => {
    await writeFile(`${path}.s`, `.intel_syntax noprefix\n${source(extra)}.section .note.GNU-stack,"",@progbits\n`)
    await run('gcc', ['-nostdlib', '-static', '-s', '-no-pie', '-Wl,--build-id=none', `${path}.s`, '-o', path])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    return requirements.filter(({ kind }) => kind === 'cpu-feature').map(({ name, need }) => `${name} ${need}`)
  }
  expect(await featuresOf('')).toEqual([])
  expect(await featuresOf('fisttp dword ptr [rbp]')).toEqual(['sse3 required'])
})

test.skipIf(!ready)('pointers of GHC keep a tag in their lowest bits, and name where an object begins all the same', async () => {
  const closures = 600
  // one of SSE3's among the code of closure `needed`; each object is its code and a tagged pointer to the object after the next, in a ring
  const featuresOf = async (needed: number): Promise<string[]> => {
    const closure = (index: number): string => `.balign 8\n.long 4, 1\n.quad 0\n.long 14, 0x100000 + ${index}\nclosure${index}: ${index === needed ? 'fisttp dword ptr [rbp]\n' : ''}jmp [rbp]`
    const object = (index: number): string => `object${index}: .quad closure${index}, object${(index + 2) % closures} + 1`
    const path = join(folder, `tagged${needed}`)
    // nobody points to the odd ones but each other
    await writeFile(`${path}.s`, `.intel_syntax noprefix\n.globl _start\n_start:\nlea rbx, [rip + object0]\nmov eax, 60\nxor edi, edi\nsyscall\nud2\n${repeat(closures, closure)}\n.data\n${repeat(closures, object)}\n.section .note.GNU-stack,"",@progbits\n`)
    await run('gcc', ['-nostdlib', '-static', '-s', '-no-pie', '-Wl,--build-id=none', `${path}.s`, '-o', path])
    const { requirements } = await analyzeCpu(readElf(await readFile(path)), {}, context)
    return requirements.filter(({ kind }) => kind === 'cpu-feature').map(({ name, need }) => `${name} ${need}`)
  }
  expect(await featuresOf(400)).toEqual(['sse3 required'])
  expect(await featuresOf(401)).toEqual([])
})
