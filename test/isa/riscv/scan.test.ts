import { expect, test } from 'vitest'
import { riscvExtensionOf, riscvExtensions } from '../../../src/isa/riscv/scan.ts'

// words as llvm-mc disassembles them
test.each([
  [0x40f50533, '', 'sub a0, a0, a5'],
  [0x41f50533, '', 'sub a0, a0, t6'],
  [0x33f08633, 'zkn', 'aes64es a2, ra, t6'],
  [0x10051513, 'zkn', 'sha256sum0 a0, a0'],
  [0x109a1213, 'zks', 'sm3p1 tp, s4'],
  [0x711581b3, 'zks', 'sm4ed gp, a1, a7, 1'],
  [0x093f48bb, 'zbkb', 'packw a7, t5, s3'],
  [0x0804c53b, 'zbb', 'zext.h a0, s1'],
  [0x02c58533, 'm', 'mul a0, a1, a2'],
])('%i is %s: %s', (word, extension) => {
  expect(riscvExtensions[riscvExtensionOf(word)]).toBe(extension)
})
