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
