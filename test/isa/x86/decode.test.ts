import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { X86Decoder } from '../../../src/isa/x86/decode.ts'
import { scanX86 } from '../../../src/isa/x86/scan.ts'
import { executableSections } from '../executable-code.ts'
import { compareWithIced, noComparison } from './iced-oracle.ts'

// hex ; length ; features — what iced-x86 does not tell, or what is easily got wrong
const cases64 = `
c3                         ; 1  ; -
f30f1efa                   ; 4  ; -            endbr64 is a NOP elsewhere
f3480f1ec8                 ; 5  ; -            rdsspq too
f390                       ; 2  ; -            pause
f30fbcc0                   ; 4  ; tzcnt        runs as bsf without BMI1
f30fbdc0                   ; 4  ; lzcnt        runs as bsr without LZCNT
f30fb8c0                   ; 4  ; popcnt
c5fdefc0                   ; 4  ; avx2         vpxor ymm
c5f9efc0                   ; 4  ; avx          vpxor xmm
c4e2791800                 ; 5  ; avx          vbroadcastss xmm, m32
c4e27918c0                 ; 5  ; avx2         vbroadcastss xmm, xmm
c4e2f8f2c0                 ; 5  ; bmi1         andn
62f17c48580510000000       ; 10 ; avx512f      vaddps zmm, [rip+16]
62f17c2858c0               ; 6  ; avx512f+avx512vl
48b88877665544332211       ; 10 ; -            mov rax, imm64
66e800000000               ; 6  ; -            66 does not shorten a call in 64-bit mode
4066b80100                 ; 5  ; -            a REX before another prefix is ignored
0f0fc00d                   ; 4  ; d3now        opcode behind the operands
8fe9789000                 ; 5  ; xop
d50189c0                   ; 4  ; apx_f        REX2 mov
d50000                     ; 0  ;              cut off
d500a18877665544332211     ; 11 ; apx_f        jmpabs
d58058c0                   ; 4  ; apx_f        REX2, map 1
62f4fc1801c8               ; 6  ; apx_f        add with a new destination
62f4fc1883c005             ; 7  ; apx_f        the same with an immediate
62fc7c4858c0               ; 6  ; apx_f        B4: registers 16-31 in AVX-512
`
const cases32 = `
40                         ; 1  ; -            inc eax
c5f9efc0                   ; 4  ; avx
c500                       ; 2  ; -            lds
6200                       ; 2  ; -            bound
6766c7061234ffff           ; 8  ; -            16-bit addressing: disp16, imm16
66e80000                   ; 4  ; -            call rel16
9a112233445566             ; 7  ; -            far call
0f57c0                     ; 3  ; sse          a feature on i386, not on x86-64
dbf0                       ; 2  ; cmov         fcomi
a111223344                 ; 5  ; -
`

test.each([
  [64, cases64],
  [32, cases32],
] as const)('lengths and features line by line, %s-bit', (mode, text) => {
  const decoder = new X86Decoder(mode)
  for (const line of text.trim().split('\n')) {
    const [hex, length, features] = line.split(';').map((part) => part.trim())
    const answer = decoder.decode(Uint8Array.from(Buffer.from(hex!, 'hex')), 0)
    expect(answer, line).toBe(Number(length))
    if (answer > 0) expect(decoder.tables.featureSets[decoder.feature]!.join('+') || '-', line).toBe(features!.split(' ')[0])
  }
})

test('random bytes: whatever iced-x86 can decode has the same length and features, in both modes', () => {
  let state = 0x2545f491
  const bytes = new Uint8Array(3_000_000)
  for (let at = 0; at < bytes.length; at++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state >>> 11
  }
  for (const mode of [64, 32] as const) {
    const comparison = noComparison()
    compareWithIced(bytes, mode, comparison)
    expect(comparison.examples).toEqual([])
    expect(comparison.instructions).toBeGreaterThan(700_000)
  }
})

test('an instruction cut off at any byte is none, never longer than what is there', () => {
  const decoder = new X86Decoder(64)
  const whole = Uint8Array.from(Buffer.from('6466f2480f38f18488776655442e62f17c4858051000000048b88877665544332211', 'hex'))
  for (let end = 0; end <= whole.length; end++) {
    for (let at = 0; at < end; at++) expect(decoder.decode(whole.subarray(0, end), at)).toBeLessThanOrEqual(end - at)
  }
})

test.skipIf(process.arch !== 'x64' || process.platform !== 'linux')('the running node: two million instructions, and both sweeps agree', () => {
  const text = executableSections(readFileSync(process.execPath)).find((section) => section.name === '.text')!
  const comparison = noComparison()
  compareWithIced(text.bytes, 64, comparison, 2_000_000)
  expect(comparison.examples).toEqual([])
  const code = text.bytes.subarray(0, 4_000_000)
  const scan = scanX86(code, 64)
  const decoder = new X86Decoder(64)
  const counts = new Uint32Array(scan.counts.length)
  for (let at = 0; at < code.length; ) {
    const length = decoder.decode(code, at)
    if (length > 0 && decoder.feature > 0) counts[decoder.feature]!++
    at += length || 1
  }
  // the fast sweep does not count what every x86-64 CPU has
  const baseline = new Set(['cmov', 'cx8', 'fxsr', 'mmx', 'sse', 'sse2'])
  for (const [id, set] of decoder.tables.featureSets.entries()) {
    if (!set.every((name) => baseline.has(name))) expect(scan.counts[id], set.join('+')).toBe(counts[id])
  }
})

test('instructions of mask registers have the forms that iced-x86 knows, and no others', () => {
  const iced = createRequire(import.meta.url)('iced-x86')
  const decoder = new X86Decoder(64)
  const opcodes = [...Array.from({ length: 11 }, (_, index) => 0x41 + index), 0x90, 0x91, 0x92, 0x93, 0x98, 0x99]
  const bytes = new Uint8Array(15)
  const differs: string[] = []
  for (const prefix of [[0xc5], [0xc4, 0xe1], [0xc4, 0x41]])
    for (const opcode of opcodes)
      for (let last = 0; last < 256; last++)
        for (const modrm of [0x00, 0x05, 0x4c, 0x63, 0xc0, 0xca, 0xff]) {
          bytes.fill(0).set([...prefix, last, opcode, modrm])
          const reader = new iced.Decoder(64, bytes, 0)
          const instruction = reader.decode()
          const expected = instruction.code === 0 ? 0 : instruction.length
          if (decoder.decode(bytes, 0) !== expected) differs.push(Buffer.from(bytes).toString('hex'))
          instruction.free()
          reader.free()
        }
  expect(differs).toEqual([])
})
