import { expect, test } from 'vitest'
import { canAssemble as ready, needOf } from './assembled.ts'

const link = ['-nostdlib', '-static']
const frame = (name: string, alignment: number, body: string): string => `.p2align ${alignment}\n${name}: .cfi_startproc\n${body}\nret\n.cfi_endproc`
const numbers = Array.from({ length: 40 }, (_, index) => index)

/** What a program needs SSE4.2 for whose main calls one of two functions, by a number, which call 40 that have CRC32; `unreached` more have it. */
function needOfCrc({ alignment = 16, isTold = false, unreached = 0, isDirect = true }): Promise<string | undefined> {
  const users = numbers.map((index) => frame(`user${index}`, alignment, isTold ? 'test sil, sil\nje 1f\ncrc32 eax, edi\n1: nop' : 'crc32 eax, edi'))
  const others = Array.from({ length: unreached }, (_, index) => frame(`other${index}`, 4, 'crc32 eax, edi'))
  const callers = isDirect ? [frame('first', 4, numbers.map((index) => `call user${index}`).join('\n')), frame('second', 4, 'xor eax, eax')] : []
  const table = isDirect ? 'first, second' : numbers.map((index) => `user${index}`).join(', ')
  const main = 'call detect\ntest eax, eax\nje 1f\ncall wide\n1: mov rax, [rbx * 8 + operations]\ncall rax\nret'
  return needOf('sse4_2', { main }, link, ['.text', ...users, ...callers, ...others, '.data', '.balign 8', `operations: .quad ${table}`].join('\n'))
}

test.skipIf(!ready)('what is called all over a program that tables lead to was allowed by its compiler', async () => {
  expect(await needOfCrc({})).toBe('required')
}, 60_000)

test.skipIf(!ready)('kernels that lie together, or stand in tables, or of which few are reached, or that a truth value chooses, may be guarded by what was not found', async () => {
  expect(await needOfCrc({ alignment: 4 })).toBe('possible')
  expect(await needOfCrc({ isDirect: false })).toBe('possible')
  expect(await needOfCrc({ unreached: 400 })).toBe('possible')
  expect(await needOfCrc({ isTold: true })).toBe('possible')
}, 60_000)
