/** A processor as Linux and the ID registers describe it. Low and high words. */
export interface HwcapModel {
  /** Features in the names of the scanner. */
  readonly features: ReadonlySet<string>
  /** AT_HWCAP. */
  readonly hwcap: readonly [number, number]
  /** AT_HWCAP2. */
  readonly hwcap2: readonly [number, number]
  /** An ID register by CRm and op2; undefined where its value says nothing about features. */
  idRegister(crm: number, op2: number): readonly [number, number] | undefined
}

/**
 * By feature: the bit of AT_HWCAP (+64: of AT_HWCAP2), then fields of ID registers as CRm, op2, lowest bit, value.
 * Linux, arch/arm64/include/uapi/asm/hwcap.h; Arm ARM, D19.2 (ID_AA64*_EL1).
 */
const descriptions: readonly (readonly [feature: string, bits: readonly number[], ...fields: (readonly [crm: number, op2: number, at: number, value: number])[]])[] = [
  ['aes', [3], [6, 0, 4, 1]],
  ['pmull', [4], [6, 0, 4, 2]],
  ['sha1', [5], [6, 0, 8, 1]],
  ['sha2', [6], [6, 0, 12, 1]],
  ['crc32', [7], [6, 0, 16, 1]],
  ['lse', [8], [6, 0, 20, 2]],
  ['fp16', [9, 10], [4, 0, 16, 1], [4, 0, 20, 1]],
  ['rdm', [12], [6, 0, 28, 1]],
  ['jscvt', [13], [6, 1, 12, 1]],
  ['fcma', [14], [6, 1, 16, 1]],
  ['lrcpc', [15], [6, 1, 20, 1]],
  ['sha3', [17], [6, 0, 32, 1]],
  ['sm3', [18], [6, 0, 36, 1]],
  ['sm4', [19], [6, 0, 40, 1]],
  ['dotprod', [20], [6, 0, 44, 1]],
  ['sha512', [21], [6, 0, 12, 2]],
  ['sve', [22], [4, 0, 32, 1]],
  ['fhm', [23], [6, 0, 48, 1]],
  ['ilrcpc', [26], [6, 1, 20, 2]],
  ['flagm', [27], [6, 0, 52, 1]],
  ['sb', [29], [6, 1, 36, 1]],
  ['paca', [30, 31], [6, 1, 4, 1], [6, 1, 24, 1]],
  ['sve2', [65], [4, 4, 0, 1]],
  ['flagm2', [71], [6, 0, 52, 2]],
  ['frint', [72], [6, 1, 32, 1]],
  ['i8mm', [77], [6, 1, 52, 1]],
  ['bf16', [78], [6, 1, 44, 1]],
  ['rng', [80], [6, 0, 60, 1]],
  ['mte', [82], [4, 1, 8, 2]],
  ['sme', [87], [4, 1, 24, 1]],
  ['cssc', [98], [6, 2, 52, 1]],
  ['mops', [107], [6, 2, 16, 1]],
  ['tme', [], [6, 0, 24, 1]],
  ['ls64', [], [6, 1, 60, 1]],
]

/** MIDR_EL1 of a CPU with no more than Armv8.0: which one it is says nothing about what others have. */
const CORTEX_A53 = [0x410f_d034, 0] as const

/** FP, ASIMD, EVTSTRM and CPUID: what Linux says of every Armv8-A processor. */
const EVERYWHERE = [0, 1, 2, 11]

export function hwcapModel(features: ReadonlySet<string>): HwcapModel {
  const caps = [0, 0, 0, 0]
  const registers = new Map<number, [number, number]>()
  const set = (words: number[], bit: number): void => void (words[bit >> 5]! |= 1 << (bit & 31))
  for (const bit of EVERYWHERE) set(caps, bit)
  for (const [feature, bits, ...fields] of descriptions) {
    if (!features.has(feature)) continue
    for (const bit of bits) set(caps, bit)
    for (const [crm, op2, at, value] of fields) {
      const key = crm * 8 + op2
      const register = registers.get(key) ?? [0, 0]
      // SHA-512 stands above SHA-256 in the same field: the higher value wins
      const word = at >> 5
      const shift = at & 31
      const before = (register[word]! >>> shift) & 15
      register[word] = (register[word]! & ~(15 << shift)) | (Math.max(before, value) << shift)
      registers.set(key, register)
    }
  }
  return {
    features,
    hwcap: [caps[0]!, caps[1]!],
    hwcap2: [caps[2]!, caps[3]!],
    idRegister(crm, op2) {
      if (crm === 0 && op2 === 0) return features.size === 0 ? CORTEX_A53 : undefined
      if (crm < 4 || crm > 6) return undefined
      const [low, high] = registers.get(crm * 8 + op2) ?? [0, 0]
      return crm === 4 && op2 === 0 ? [low | 0x11, high] : [low, high] // EL0 and EL1 run AArch64
    },
  }
}
