import { expect, test } from 'vitest'
import { canAssemble as ready, needOfAvx2 } from './assembled.ts'

// Objects that a function makes, tells apart by a number, and works with at once: `memmem::Finder` of Rust, where all of it is inlined.

/** Case 4 is for AVX2; the number is two more, and what is less than two has case 2. */
const cases = '.section .rodata\n.balign 4\ncases: .long case0 - cases, case0 - cases, case2 - cases, case3 - cases, case4 - cases'
const select = 'mov r12d, 2\nsub rdx, 2\ncmovae r12, rdx'
const link = ['-nostdlib', '-static']

/** `plain` and `other`: what is done for the number where there is nothing better, `better`: where there is. */
function search(plain: string, better: string, index = select): Record<string, string> {
  return {
    main: `push rbx
      push r12
      push r13
      mov r13, [rdi]
      mov rbx, rdi
      call detect
      test eax, eax
      jne 1f
      ${plain}
      jmp 2f
      1: ${better}
      2: nop
      ${index}
      lea rcx, [rip + cases]
      movsxd rdx, dword ptr [rcx + r12 * 4]
      add rdx, rcx
      jmp rdx
      case2: call plain
      jmp case0
      case3: call plain
      call plain
      jmp case0
      case4: call wide
      case0: pop r13
      pop r12
      pop rbx
      ret`,
  }
}

const either = (one: number, another: number): string => `mov edx, ${one}\ntest r13, r13\nje 2f\nmov edx, ${another}`

test.skipIf(!ready)('of a switch on one of several numbers that are known, other cases do not run', async () => {
  expect(await needOfAvx2(search(either(5, 1), 'mov edx, 6'), link, cases)).toBe('guarded')
  // the number is there without a check, nobody knows it, or the difference wraps
  expect(await needOfAvx2(search(either(5, 6), 'mov edx, 6'), link, cases)).not.toBe('guarded')
  expect(await needOfAvx2(search('mov edx, [rbx + 8]', 'mov edx, 6'), link, cases)).not.toBe('guarded')
  expect(await needOfAvx2(search(either(5, 1), 'mov edx, 6', 'mov r12d, 4\nsub rdx, 2\ncmovae r12, rdx'), link, cases)).not.toBe('guarded')
  expect(await needOfAvx2(search(either(5, 1), 'mov edx, 6', 'mov r12d, 4\nsub rdx, 2\ncmovb r12, rdx\nand r12d, 7'), link, cases)).not.toBe('guarded')
  expect(await needOfAvx2(search(either(5, 1), 'mov edx, 6', 'mov r12d, 2\nsub rdx, 2\nmov edx, [rbx + 8]\ncmovae r12, rdx'), link, cases)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('a variable that code finds through a slot of the GOT that the linker has filled in', async () => {
  const main = 'call ask\ncall work\nret'
  const work = 'push rbx\nmov rbx, [rip + flags@GOTPCREL]\nmov eax, [rbx]\ntest eax, 2\nje 1f\ncall wide\n1: pop rbx\nret'
  const ask = 'call detect\nadd eax, eax\nmov rcx, [rip + flags@GOTPCREL]\nmov [rcx], eax\nret'
  const withGot = [...link, '-Wl,--no-relax']
  const flags = '.bss\n.balign 8\nflags: .zero 8'
  expect(await needOfAvx2({ main, ask, work }, withGot, flags)).toBe('guarded')
  expect(await needOfAvx2({ main: main.replace('call work', 'call force\ncall work'), ask, work, force: 'mov rcx, [rip + flags@GOTPCREL]\nmov dword ptr [rcx], 2\nret' }, withGot, flags)).not.toBe('guarded')
}, 60_000)

test.skipIf(!ready)('what looks like a RET and NOPs in the middle of two instructions ends no function', async () => {
  const loop = '.rept 40\nvpaddd ymm2, ymm2, ymm1\n.endr\ndec ecx\njne 0b\nret'
  // MOVDQA ends with the byte of a RET, and PALIGNR begins with two that are prefixes of long NOPs, before an aligned address
  const hash = (before: string, after: string): string => `.text\n.balign 16\nhash: mov eax, [rip + table]\ntest eax, 2\n${before}\n0: vpaddd ymm0, ymm0, ymm1\n.balign 16, 0x90\n.fill 9, 1, 0x90\nmovdqa xmm8, xmm3\npalignr xmm4, xmm0, 8\n${loop}\n3: paddd xmm0, xmm1\n${after}`
  const functions = { main: 'call ask\ncall hash\nret', ask: 'call detect\nadd eax, eax\nmov [rip + table], eax\nret' }
  const stripped = ['-nostdlib', '-static', '-s']
  expect(await needOfAvx2(functions, stripped, hash('je 3f', 'ret'))).toBe('guarded')
  expect(await needOfAvx2(functions, stripped, hash('nop', 'ret'))).not.toBe('guarded')
}, 60_000)
