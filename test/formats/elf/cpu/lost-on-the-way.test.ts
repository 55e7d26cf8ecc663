import { expect, test } from 'vitest'
import type { MemoryImage } from '../../../../src/formats/elf/cpu/program/memory-image.ts'
import { exportsForItsLibraries } from '../../../../src/formats/elf/cpu/program/exports-of-program.ts'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// What was missed silently: something that runs, and that following code lost on its way there.

test.skipIf(!ready)('MOV to the address in the instruction changes the variable: a loop that counts in it ends', async () => {
  const variable = '.bss\n.balign 8\ncounter: .zero 8'
  const count = (store: string): string => `mov dword ptr [counter], -1\n0: mov eax, [counter]\nadd eax, 1\n${store}\ncmp dword ptr [counter], 999\njl 0b`
  const behind = 'call detect\nmov [table], eax\ncall wide\nret'
  expect(await needOfAvx2({ main: `${count('movabs [counter], eax')}\n${behind}` }, undefined, variable)).toBe('required')
  expect(await needOfAvx2({ main: `${count('mov [counter], eax')}\n${behind}` }, undefined, variable)).toBe('required')
  // and what it loads is what is there
  const load = 'call detect\nmovabs [counter], eax\nxor eax, eax\nmovabs eax, [counter]\ntest eax, eax'
  expect(await needOfAvx2({ main: `${load}\njne 1f\ncall plain\nret\n1: call wide\nret` }, undefined, variable)).toBe('guarded')
  expect(await needOfAvx2({ main: `${load}\nje 1f\ncall plain\nret\n1: call wide\nret` }, undefined, variable)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a slot of the frame of which nothing is known any more is no part of the one below', async () => {
  // a loop counts in the upper of two numbers
  const counted = 'sub rsp, 24\nmov dword ptr [rsp + 8], 0\nmov dword ptr [rsp + 12], 1\n0: cmp dword ptr [rsp + 12], 1000\njg 1f\nadd dword ptr [rsp + 12], 1\njmp 0b\n1: call detect\nmov [table], eax\ncall wide\nadd rsp, 24\nret'
  expect(await needOfAvx2({ main: counted })).toBe('required')
  // a callee sets it, where the check left something
  const given = (below: string): string => `sub rsp, 24\ncall detect\nmov [rsp + 12], eax\n${below}\nlea rdi, [rsp + 12]\ncall put\ncmp dword ptr [rsp + 12], 0\nje 1f\ncall wide\n1: add rsp, 24\nret`
  const put = 'mov eax, [table]\nmov [rdi], eax\nret'
  expect(await needOfAvx2({ main: given('mov dword ptr [rsp + 8], 0'), put })).not.toBe('guarded')
  expect(await needOfAvx2({ main: given('mov dword ptr [rsp + 8], 0').replace('call put', 'nop'), put })).toBe('guarded')
}, 60_000)

test.skipIf(!ready)('the address of a function that meets one which nobody knows may be called where both are read', async () => {
  const main = (choose: string, use: string): string => `push rbx\nmov rbx, rdi\nmov rax, [rbx + 8]\ntest rax, rax\njne 1f\ncall detect\n${choose}\n1: ${use}\npop rbx\nret`
  const asked = 'test eax, eax\nlea rax, [rip + plain]\nje 1f\nlea rax, [rip + wide]'
  const printed = 'mov [rip + table], eax\nlea rax, [rip + wide]'
  expect(await needOfAvx2({ main: main(asked, 'call rax') })).toBe('guarded')
  expect(await needOfAvx2({ main: main(printed, 'call rax') })).not.toBe('guarded')
  // kept in the frame
  expect(await needOfAvx2({ main: main(printed, 'mov [rsp - 16], rax\ncall [rsp - 16]') })).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('what is done on both sides of a check hangs on none', async () => {
  const sides = (one: string, other: string): string => `push rbx\nmov rbx, rdi\nlea rdi, [rip + plain]\ncall use\ncall detect\nor eax, [rbx + 8]\nje 1f\nmov esi, 1\nlea rdi, [rip + ${one}]\ncall use\njmp 2f\n1: mov esi, 2\nlea rdi, [rip + ${other}]\ncall use\n2: pop rbx\nret`
  const use = 'mov [rip + table], rdi\ncall rdi\nret'
  const main = 'call work\nret'
  expect(await needOfAvx2({ main, work: sides('wide', 'wide'), use })).not.toBe('guarded')
  expect(await needOfAvx2({ main, work: sides('wide', 'plain').replace('or eax, [rbx + 8]', 'test eax, eax'), use })).toBe('guarded')
}, 60_000)

test.skipIf(!ready)("methods of Free Pascal's classes stand behind what may be left out", async () => {
  const vmt = (size: number, negative: number): string => `.data\n.balign 8\nclass: .quad ${size}, ${negative}, 0, name, 0, 0, 0, 0, 0, 0, 0, 0, plain, plain, wide\nname: .asciz "TWide"`
  const main = 'call detect\nmov [table], eax\nmovabs rdi, offset class\ncall make\nmov rax, [rax]\ncall [rax + 0x70]\nret'
  const make = 'mov [rip + table + 64], rdi\nlea rax, [rip + table + 64]\nret'
  expect(await needOfAvx2({ main, make }, undefined, vmt(8, -8))).toBe('possible')
  expect(await needOfAvx2({ main, make }, undefined, vmt(8, -9))).toBe('guarded')
}, 60_000)

test('a program exports for the libraries that it is linked with, or all that it has', () => {
  const image = (isLibrary: boolean, ...names: string[]): MemoryImage => ({ isLibrary, functions: names.map((name) => ({ name, exported: true })) }) as unknown as MemoryImage
  expect(exportsForItsLibraries(image(false, 'main.main', '__go_init_main'))).toBe(true)
  expect(exportsForItsLibraries(image(false, '_start', 'main', 'plugin_hash'))).toBe(false)
  expect(exportsForItsLibraries(image(true, 'hash'))).toBe(false)
  expect(exportsForItsLibraries(image(false))).toBe(false)
  expect(exportsForItsLibraries(image(false, ...Array.from({ length: 65 }, (_, index) => `napi_${index}`)))).toBe(false)
})
