import { expect, test } from 'vitest'
import { riscvFeaturePatterns } from '../../../src/isa/riscv/feature-patterns.ts'
import { riscvExtensionOf, riscvExtensions } from '../../../src/isa/riscv/scan.ts'
import { isInstalled } from '../../truth/programs.ts'
import { compareWithLlvm, randomWords, wordsOfPatterns } from '../llvm-oracle.ts'

const features: Readonly<Record<string, string>> = {
  m: '+m', a: '+a', f: '+f', d: '+d', zfh: '+zfh', v: '+v', zba: '+zba', zbb: '+zbb', zbc: '+zbc', zbs: '+zbs', zbkb: '+zbkb',
  zkn: '+zknd,+zkne,+zknh', zks: '+zksed,+zksh',
}
const implied = { d: ['f'], zfh: ['f'], v: ['f', 'd'] }

const haveLlvm = (await isInstalled('llvm-objdump')) && (await isInstalled('llvm-mc'))

test.skipIf(!haveLlvm)('RISC-V words need what llvm-objdump says they need (skipped without the package llvm)', async () => {
  const next = randomWords(777)
  const words = [...wordsOfPatterns(riscvFeaturePatterns, 100, next), ...Array.from({ length: 60_000 }, () => next() | 3)]
  const { base, featured, wrong } = await compareWithLlvm(
    { triple: 'riscv64-linux-gnu', base: '-c', features, implied },
    words,
    (word) => riscvExtensions[riscvExtensionOf(word)]!,
  )
  expect(base).toBeGreaterThan(10_000)
  expect(featured).toBeGreaterThan(7000)
  // LLVM 14 prints FMV.X.W for CPUs without F
  expect(wrong.filter((line) => !/^base \| f: \d+, e0/.test(line))).toEqual([])
})
