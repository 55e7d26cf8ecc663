/** A processor as CPUID describes it. */
export interface CpuidModel {
  /** Features in the names of the decoder. */
  readonly features: ReadonlySet<string>
  /** EAX, EBX, ECX, EDX of a leaf. */
  query(leaf: number, subleaf: number): readonly [number, number, number, number]
  /** EAX of XGETBV with ECX = 0: which register state the operating system saves. */
  readonly xcr0: number
}

/** Feature bits: name, leaf, subleaf, register (0 EAX … 3 EDX), bit. Intel SDM volume 2, CPUID; AMD APM volume 3, E.3. */
const featureBits: readonly (readonly [string, number, number, 0 | 1 | 2 | 3, number])[] = [
  ['sse3', 1, 0, 2, 0],
  ['pclmulqdq', 1, 0, 2, 1],
  ['ssse3', 1, 0, 2, 9],
  ['fma', 1, 0, 2, 12],
  ['cmpxchg16b', 1, 0, 2, 13],
  ['sse4_1', 1, 0, 2, 19],
  ['sse4_2', 1, 0, 2, 20],
  ['movbe', 1, 0, 2, 22],
  ['popcnt', 1, 0, 2, 23],
  ['aes', 1, 0, 2, 25],
  ['xsave', 1, 0, 2, 26],
  ['xsave', 1, 0, 2, 27],
  ['avx', 1, 0, 2, 28],
  ['f16c', 1, 0, 2, 29],
  ['rdrand', 1, 0, 2, 30],
  ['fsgsbase', 7, 0, 1, 0],
  ['bmi1', 7, 0, 1, 3],
  ['avx2', 7, 0, 1, 5],
  ['bmi2', 7, 0, 1, 8],
  ['rtm', 7, 0, 1, 11],
  ['avx512f', 7, 0, 1, 16],
  ['avx512dq', 7, 0, 1, 17],
  ['rdseed', 7, 0, 1, 18],
  ['adx', 7, 0, 1, 19],
  ['avx512_ifma', 7, 0, 1, 21],
  ['clflushopt', 7, 0, 1, 23],
  ['clwb', 7, 0, 1, 24],
  ['avx512pf', 7, 0, 1, 26],
  ['avx512er', 7, 0, 1, 27],
  ['avx512cd', 7, 0, 1, 28],
  ['sha', 7, 0, 1, 29],
  ['avx512bw', 7, 0, 1, 30],
  ['avx512vl', 7, 0, 1, 31],
  ['avx512_vbmi', 7, 0, 2, 1],
  ['waitpkg', 7, 0, 2, 5],
  ['avx512_vbmi2', 7, 0, 2, 6],
  ['gfni', 7, 0, 2, 8],
  ['vaes', 7, 0, 2, 9],
  ['vpclmulqdq', 7, 0, 2, 10],
  ['avx512_vnni', 7, 0, 2, 11],
  ['avx512_bitalg', 7, 0, 2, 12],
  ['avx512_vpopcntdq', 7, 0, 2, 14],
  ['rdpid', 7, 0, 2, 22],
  ['avx512_vp2intersect', 7, 0, 3, 8],
  ['serialize', 7, 0, 3, 14],
  ['amx_bf16', 7, 0, 3, 22],
  ['avx512_fp16', 7, 0, 3, 23],
  ['amx_tile', 7, 0, 3, 24],
  ['amx_int8', 7, 0, 3, 25],
  ['avx_vnni', 7, 1, 0, 4],
  ['avx512_bf16', 7, 1, 0, 5],
  ['avx_ifma', 7, 1, 0, 23],
  ['lzcnt', 0x80000001, 0, 2, 5],
  ['sse4a', 0x80000001, 0, 2, 6],
  ['xop', 0x80000001, 0, 2, 11],
  ['fma4', 0x80000001, 0, 2, 16],
  ['tbm', 0x80000001, 0, 2, 21],
]

/** FPU TSC MSR PAE CX8 APIC SEP MTRR PGE CMOV PAT CLFSH MMX FXSR SSE SSE2: what every x86-64 CPU says in EDX of leaf 1. */
const baselineEdx = 0x0789_ab79 | (1 << 0)
const vendor = { ebx: 0x756e_6547, edx: 0x4965_6e69, ecx: 0x6c65_746e } // GenuineIntel

export function cpuidModel(features: ReadonlySet<string>): CpuidModel {
  const registers = new Map<string, [number, number, number, number]>()
  for (const [name, leaf, subleaf, register, bit] of featureBits) {
    if (!features.has(name)) continue
    const key = `${leaf}.${subleaf}`
    const entry = registers.get(key) ?? [0, 0, 0, 0]
    entry[register] |= 1 << bit
    registers.set(key, entry)
  }
  const of = (leaf: number, subleaf: number): [number, number, number, number] => registers.get(`${leaf}.${subleaf}`) ?? [0, 0, 0, 0]
  const avx = features.has('avx')
  const avx512 = features.has('avx512f')
  return {
    features,
    xcr0: avx ? (avx512 ? 0xe7 : 7) : 0,
    query(leaf, subleaf) {
      switch (leaf >>> 0) {
        case 0:
          return [0xd, vendor.ebx, vendor.ecx, vendor.edx]
        case 1: {
          const [, , ecx] = of(1, 0)
          return [0x0001_06a5, 0x0001_0800, ecx, baselineEdx]
        }
        case 7: {
          const [eax, ebx, ecx, edx] = of(7, subleaf)
          return [subleaf === 0 ? 1 : eax, ebx, ecx, edx]
        }
        case 0x8000_0000:
          return [0x8000_0008 | 0, 0, 0, 0]
        case 0x8000_0001: {
          const [, , ecx] = of(0x80000001, 0)
          return [0, 0, ecx | 1, 0x2810_0800]
        }
        default:
          return [0, 0, 0, 0]
      }
    },
  }
}
