import { expect, test } from 'vitest'
import { instructionText } from '../../../../src/formats/elf/cpu/x86/instruction-text.ts'

test('instructions as text, with addresses that are relative to them', async () => {
  const textOf = (await instructionText(64))!
  expect(textOf(Uint8Array.of(0xc5, 0xfd, 0x6f, 0x06), 0x1000n)).toBe('vmovdqa ymm0, [rsi]')
  expect(textOf(Uint8Array.of(0xc5, 0xfd, 0x6f, 0x05, 0x10, 0, 0, 0), 0x401000n)).toBe('vmovdqa ymm0, [0x401018]')
  expect(textOf(Uint8Array.of(0xeb, 0xfe, 0x90), 0x401000n)).toBe('jmp short 0x401000')
  const textOf32 = (await instructionText(32))!
  expect(textOf32(Uint8Array.of(0x40), 0n)).toBe('inc eax')
})

test('what is no instruction has no text', async () => {
  const textOf = (await instructionText(64))!
  expect(textOf(Uint8Array.of(0x06), 0n)).toBeUndefined()
  expect(textOf(Uint8Array.of(0xc5, 0xfd), 0n)).toBeUndefined()
  expect(textOf(Uint8Array.of(), 0n)).toBeUndefined()
})

test('without iced-x86 there is none', async () => {
  expect(await instructionText(64, async () => Promise.reject(new Error('Cannot find package')))).toBeUndefined()
})
