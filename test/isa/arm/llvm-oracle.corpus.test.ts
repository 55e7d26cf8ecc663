import { expect, test } from 'vitest'
import { a32FeaturePatterns, t32FeaturePatterns } from '../../../src/isa/arm/feature-patterns.ts'
import { a32FeatureOf, t32FeatureOf } from '../../../src/isa/arm/scan.ts'
import { isInstalled } from '../../truth/programs.ts'
import { compareWithLlvm, randomWords, wordsOfPatterns } from '../llvm-oracle.ts'

const a32Features: Readonly<Record<string, string>> = {
  armv6: '+v6,+v6k', thumb2: '+v6t2', 'armv7-a': '+v7', 'armv8-a': '+v8', vfpv2: '+vfp2', vfpv3: '+vfp3d16', vfpd32: '+vfp2,+d32', vfpv4: '+vfp4d16',
  'fp-armv8': '+fp-armv8', neon: '+neon', idiva: '+hwdiv-arm', crc32: '+crc', aes: '+aes', sha2: '+sha2',
}
const implied: Readonly<Record<string, readonly string[]>> = {
  thumb2: ['armv6'], 'armv7-a': ['thumb2', 'armv6'], 'armv8-a': ['armv7-a'], vfpv3: ['vfpv2'], vfpv4: ['vfpv3'], 'fp-armv8': ['vfpv4'], neon: ['vfpd32', 'vfpv3'],
}
const renamed = { pmull: 'aes', sha1: 'sha2' }
const known = [
  // two features at once, of which we name one: VFPv3 or VFPv4 with D16 to D31
  /(?:fp-armv8|neon)\S* \| vfpv[34]: /,
  // LLVM has SMULL, PLI, BLX and coprocessor instructions under later versions than the manual
  /^armv6\+thumb2\+armv7-a\+armv8-a \| none: /,
  /^thumb2\+\S+ \| none: /,
  /armv8-a \| thumb2: /,
  /^several \| /,
  // register lists that leave the register file
  /^(?:vfpd32\+fp-armv8\+)?neon\S* \| vfpv2: \d, /,
  /^vfpd32\+fp-armv8\+neon\S* \| vfpv2: \d+, /,
  // LLVM prints LDREX for every CPU
  /^base \| armv6: \d+, \w{5}f9f/,
]
const haveLlvm = (await isInstalled('llvm-objdump')) && (await isInstalled('llvm-mc'))

test.skipIf(!haveLlvm)('A32 words need what llvm-objdump says they need (skipped without the package llvm)', async () => {
  const next = randomWords(4711)
  const words = [...wordsOfPatterns(a32FeaturePatterns, 60, next), ...Array.from({ length: 40_000 }, () => next())]
  const { base, featured, wrong } = await compareWithLlvm({ triple: 'armv5te-linux-gnueabihf', base: '+v5te', features: a32Features, implied, renamed }, words, a32FeatureOf)
  expect(base).toBeGreaterThan(5000)
  expect(featured).toBeGreaterThan(1000)
  expect(wrong.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([])
})

test.skipIf(!haveLlvm)('T32 words of 32 bits likewise', async () => {
  const next = randomWords(815)
  const words = [...wordsOfPatterns(t32FeaturePatterns, 400, next), ...Array.from({ length: 20_000 }, () => next() | 0xe800_0000)]
  const swapped = words.map((word) => ((word << 16) | (word >>> 16)) | 0)
  const { featured, wrong } = await compareWithLlvm(
    { triple: 'thumbv6-linux-gnueabihf', base: '+v6', features: { ...a32Features, idivt: '+v6t2,+hwdiv' }, implied, renamed },
    swapped,
    (word) => t32FeatureOf((word << 16) | (word >>> 16)),
  )
  expect(featured).toBeGreaterThan(1000)
  expect(wrong.filter((line) => !known.some((pattern) => pattern.test(line)))).toEqual([])
})
