import { expect, test } from 'vitest'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

const link = ['-nostdlib', '-static']
const token = '.data\n.balign 8\ntoken: .byte 0xff\n.balign 8'

test.skipIf(!ready)('a byte that says that nobody has asked yet is what was found out once somebody has, also in the register that it was compared in', async () => {
  const init = 'push rax\ncall detect\nlea rcx, [rip + token]\nmov [rcx], al\npop rcx\nret'
  const has = (branch: string): string => `lea rax, [rip + token]\nmov al, [rax]\ncmp al, 0xff\n${branch} 1f\npush rax\ncall init\nadd rsp, 8\n1: test al, al\nsetne al\nret`
  const main = (before = ''): string => `${before}\ncall has\ntest al, al\nje 1f\ncall wide\nret\n1: call plain\nret`
  expect(await needOfAvx2({ init, has: has('jne'), main: main() }, link, token)).toBe('guarded')
  // that nobody has asked counts as if the CPU had it, or somebody sets it
  expect(await needOfAvx2({ init, has: has('je'), main: main() }, link, token)).not.toBe('guarded')
  expect(await needOfAvx2({ init, has: has('jne'), main: main('mov byte ptr [rip + token], 1') }, link, token)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a comparison of a part of a register says nothing about the rest of it', async () => {
  const main = (high: string): string => `push rbx\ncall detect\nlea rbx, [rax + rax + ${high}]\nmov eax, ebx\ncmp al, 2\nje 1f\nshr eax, 8\ntest eax, eax\nje 1f\ncall wide\npop rbx\nret\n1: call plain\npop rbx\nret`
  expect(await needOfAvx2({ main: main('0') }, link)).toBe('guarded')
  expect(await needOfAvx2({ main: main('0x100') }, link)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a number in data that looks like an address within an instruction of assembly without frames is none', async () => {
  const main = 'call detect\ntest eax, eax\nje 1f\ncall fast\nret\n1: lea rcx, [rip + record]\nmov rax, [rcx + rdi * 8]\ncall rax\nret'
  const assembly = (value: string): string => `.text\n.balign 16\nfast: paddd xmm0, xmm1\nmov eax, 5\nvpaddd ymm0, ymm0, ymm1\nvzeroupper\nret\n.balign 16\nother: ret\n.data\n.balign 16\nrecord: .quad other, ${value}, other`
  expect(await needOfAvx2({ main }, link, assembly('fast + 7'))).toBe('guarded')
  // where an instruction begins, beside other pointers
  expect(await needOfAvx2({ main }, link, assembly('fast + 9'))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a number of four bytes, or alone in data, that looks like an address where code runs on begins no function', async () => {
  const body = (before: string): string => `test edi, edi\nje 1f\nxor ecx, ecx\n${before}\nmiddle: vpaddd ymm0, ymm0, ymm1\nvzeroupper\n1: ret`
  const main = (use: string): string => `${use}\ncall detect\ntest eax, eax\nje 1f\ncall fast\nret\n1: ret`
  const assembly = (value: string, before = 'add ecx, edi'): string => `.text\n.balign 16\nfast: ${body(before)}\n.data\n.balign 16\nrecord: .quad 0, ${value}, 0`
  const reads = 'lea rcx, [rip + record]\nmov rax, [rcx + rdi * 8]\ncall rax'
  expect(await needOfAvx2({ main: main(reads) }, link, assembly('middle'))).toBe('guarded')
  expect(await needOfAvx2({ main: main('mov dword ptr [rsp - 8], offset middle\nmov rax, [rsp - 8]\ncall rax') }, link, assembly('0'))).toBe('guarded')
  // an address has eight bytes, and a function begins behind an end
  expect(await needOfAvx2({ main: main('mov qword ptr [rsp - 8], offset middle\nmov rax, [rsp - 8]\ncall rax') }, link, assembly('0'))).not.toBe('guarded')
  expect(await needOfAvx2({ main: main(reads) }, link, assembly('middle', 'ret'))).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('the guard of a variable of a function is zero where that is made, and stands for what the check did not find', async () => {
  const data = '.data\n.balign 8\nguard: .long 0x100\nstate: .byte 0\n.balign 8'
  const has = (load: string, keep = 'bl'): string => `push rbx\n${load}\nmov rcx, rdi\ntest bl, bl\njne 1f\ncall detect\ntest al, al\njne 2f\n3: mov byte ptr [rip + state], ${keep}\nmov byte ptr [rip + guard], 1\n1: movzx eax, byte ptr [rip + state]\npop rbx\nret\n2: mov ebx, 0x101\njmp 3b`
  const main = 'call has\ntest al, al\nje 1f\ncall wide\nret\n1: call plain\nret'
  expect(await needOfAvx2({ has: has('movzx ebx, byte ptr [rip + guard]'), main }, link, data)).toBe('guarded')
  // what is above the byte is not, where that was loaded, too
  expect(await needOfAvx2({ has: has('mov ebx, [rip + guard]', 'bh'), main }, link, data)).not.toBe('guarded')
  expect(await needOfAvx2({ has: has('movzx ebx, byte ptr [rip + guard]\nmov ebx, [rip + guard]', 'bh'), main }, link, data)).not.toBe('guarded')
}, 60_000)
