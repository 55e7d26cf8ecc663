import { expect, test } from 'vitest'
import { isIsaName } from '../../../../src/formats/elf/cpu/x86/reach/isa-names.ts'

test.each(['memcpy_avx_unaligned', 'aes_ni', 'memset___m256i', '_ZN3sum8Csum_avxE', '_ZGVcN4v_acos', '_ZGVeM8vv_pow', 'OPENSSL_ia32_rdrand_bytes', '_ZNK6webrtc7FftData12SpectrumAVX2EN3rtc9ArrayViewIfLln4711EEE', '_Z28gemm_q4_b32_8x8_q8_0_lut_avxI5blockILi4ELi8EEEviPf', '_RNvNtNtCsd6KrVXqz7ve_9zune_jpeg4idct4avx213idct_avx2_4x4'])('%s bears the name of a CPU', (name) => {
  expect(isIsaName(name)).toBe(true)
})

test.each(['memcpy', '_ZN10serde_core2de5Error14invalid_lengthE', '_RNvNtCsXop6KrVXqz7_9zune_jpeg4idct5plain', '_ZN4core3ptr13drop_in_placeE', '_ZGVbN2v_exp'])('%s does not: lengths and hashes say nothing', (name) => {
  expect(isIsaName(name)).toBe(false)
})
