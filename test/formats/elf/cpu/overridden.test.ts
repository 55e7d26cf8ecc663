import { expect, test } from 'vitest'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// What users put in the place of what a check found out.

const link = ['-nostdlib', '-static']

test.skipIf(!ready)('an option counts instead of what a check found out where somebody sets it to a number that leads to a kernel', async () => {
  const main = 'call parse\ncall effective\ntest eax, eax\nje 1f\ncall wide\nret\n1: call plain\nret'
  const effective = 'call detect\ncmp byte ptr [rip + given], 0\nje 1f\nmov eax, [rip + level]\n1: ret'
  const parse = (level: string): string => `cmp qword ptr [rdi], 3\njne 1f\nmov dword ptr [rip + level], ${level}\nmov byte ptr [rip + given], 1\n1: ret`
  const variables = '.bss\n.balign 8\nlevel: .long 0\ngiven: .long 0'
  expect(await needOfAvx2({ main, effective, parse: parse('1') }, link, variables)).toBe('possible')
  expect(await needOfAvx2({ main, effective, parse: parse('0') }, link, variables)).toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a member is no check’s where a call beside who asks has it set to a number', async () => {
  const main = (number: number, field: number): string => `push rbx\nsub rsp, 512\nmov rbx, rsp\nmov rdi, rbx\ncall make\nmov rdi, rbx\nmov esi, ${field}\nmov edx, ${number}\ncall set\nmov rdi, rbx\ncall use\nadd rsp, 512\npop rbx\nret`
  const make = 'push rdi\ncall detect\npop rdi\nmov [rdi + 300], eax\nret'
  const set = 'cmp esi, 1\njne 1f\nmov [rdi + 300], edx\nret\n1: mov [rdi + 304], edx\nret'
  const use = 'cmp dword ptr [rdi + 300], 0\nje 1f\ncall wide\nret\n1: call plain\nret'
  expect(await needOfAvx2({ main: main(1, 1), make, set, use }, link)).toBe('possible')
  expect(await needOfAvx2({ main: main(0, 1), make, set, use }, link)).toBe('guarded')
  expect(await needOfAvx2({ main: main(1, 2), make, set, use }, link)).toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a hook that says what the CPU has is what others put there, too', async () => {
  const main = 'cmp qword ptr [rdi], 3\njne 1f\nlea rax, [rip + other]\nmov [rip + hook], rax\n1: call choose\ncall [rip + chosen]\nret'
  const choose = 'lea rax, [rip + plain]\nmov [rip + chosen], rax\ncall [rip + hook]\ntest eax, eax\nje 1f\nlea rax, [rip + wide]\nmov [rip + chosen], rax\n1: ret'
  const variables = '.data\n.balign 8\nhook: .quad ask\n.bss\n.balign 8\nchosen: .quad 0'
  expect(await needOfAvx2({ main, choose, ask: 'call detect\nret', other: 'mov eax, 1\nret' }, link, variables)).toBe('possible')
  expect(await needOfAvx2({ main, choose, ask: 'call detect\nret', other: 'xor eax, eax\nret' }, link, variables)).toBe('guarded')
}, 60_000)

test.skipIf(!ready)('how far a number is shifted may be what a check found out', async () => {
  const main = 'call detect\nmov ecx, eax\nmov eax, 1\nshl eax, cl\nmov [rip + bits], eax\ncall work\nret'
  const work = 'test byte ptr [rip + bits], 2\nje 1f\ncall wide\nret\n1: call plain\nret'
  expect(await needOfAvx2({ main, work }, link, '.bss\n.balign 8\nbits: .long 0')).toBe('guarded')
}, 60_000)
