import { expect, test } from 'vitest'
import { armFeaturePatterns } from '../../../src/isa/arm64/feature-patterns.ts'
import { arm64FeatureOf, arm64Features } from '../../../src/isa/arm64/scan.ts'
import { isInstalled } from '../../truth/programs.ts'
import { compareWithLlvm, randomWords, wordsOfPatterns } from '../llvm-oracle.ts'

const features: Readonly<Record<string, string>> = {
  lse: '+lse', lrcpc: '+rcpc', ilrcpc: '+rcpc,+rcpc-immo', crc32: '+crc', aes: '+aes', sha2: '+sha2', sha3: '+sha3', sm4: '+sm4',
  fp16: '+fullfp16', fhm: '+fp16fml', dotprod: '+dotprod', rdm: '+rdm', fcma: '+complxnum', jscvt: '+jsconv', frint: '+fptoint',
  flagm: '+flagm', flagm2: '+altnzcv', rng: '+rand', sb: '+sb', tme: '+tme', bf16: '+bf16', i8mm: '+i8mm', mte: '+mte',
  paca: '+pauth', ls64: '+ls64', mops: '+mops', sve: '+sve', sve2: '+sve2', sme: '+sme',
}
const implied = { fhm: ['fp16'], sve: ['fp16'], sve2: ['sve', 'fp16'], sme: ['bf16', 'sve', 'sve2'], sha3: ['sha2'], ilrcpc: ['lrcpc'] }
const renamed = { pmull: 'aes', sha1: 'sha2', sha512: 'sha3', sm3: 'sm4' }

const haveLlvm = (await isInstalled('llvm-objdump')) && (await isInstalled('llvm-mc'))

test.skipIf(!haveLlvm)('A64 words need what llvm-objdump says they need (skipped without the package llvm)', async () => {
  const next = randomWords(12_345)
  const words = [...wordsOfPatterns(armFeaturePatterns, 60, next), ...Array.from({ length: 60_000 }, () => next())]
  const { base, featured, wrong } = await compareWithLlvm(
    { triple: 'aarch64-linux-gnu', base: '+neon', features, implied, renamed },
    words,
    (word) => arm64Features[arm64FeatureOf(word)]!,
  )
  expect(base).toBeGreaterThan(15_000)
  expect(featured).toBeGreaterThan(7000)
  const known = [
    // system instructions have a generic form, MSR S3_3_C4_C2_7, that LLVM prints for every CPU
    /^base \| (?:flagm2?|rng|sb|sme|tme): \d+, d5/,
    // BF16 of SVE: LLVM’s SME has both
    /^sme \| bf16: /,
  ]
  expect(wrong.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([])
})
