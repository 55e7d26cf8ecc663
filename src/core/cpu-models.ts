import type { Architecture } from './requirement.ts'

/** A CPU, or a level that an ABI defines, and every feature it has. */
export interface CpuModel {
  readonly architecture: Architecture
  readonly title: string
  /** Canonical names, see `canonicalFeature`. */
  readonly features: ReadonlySet<string>
}

/** Names of one feature in CPUID manuals, HWCAP, /proc/cpuinfo, LLVM and GCC, brought to one spelling. */
const synonyms: Readonly<Record<string, string>> = {
  pni: 'sse3',
  abm: 'lzcnt',
  cx16: 'cmpxchg16b',
  lahf: 'lahf_sahf',
  'lahf-lm': 'lahf_sahf',
  lahf_lm: 'lahf_sahf',
  sahf: 'lahf_sahf',
  pclmul: 'pclmulqdq',
  rdrnd: 'rdrand',
  sha: 'sha_ni',
  'sha-ni': 'sha_ni',
  sse4_1: 'sse4.1',
  sse41: 'sse4.1',
  sse4_2: 'sse4.2',
  sse42: 'sse4.2',
  bmi: 'bmi1',
  tzcnt: 'bmi1',
  'avx512-vnni': 'avx512vnni',
  avx512_vnni: 'avx512vnni',
  avx512_vbmi2: 'avx512vbmi2',
  avx512_bitalg: 'avx512bitalg',
  avx512_vpopcntdq: 'avx512vpopcntdq',
  avx512_bf16: 'avx512bf16',
  avx512_fp16: 'avx512fp16',
  avx_vnni: 'avxvnni',
  fxsave: 'fxsr',
  cx8: 'cmpxchg8b',
  // AArch64: HWCAP and LLVM names
  atomics: 'lse',
  neon: 'asimd',
  advsimd: 'asimd',
  simd: 'asimd',
  asimddp: 'dotprod',
  asimdhp: 'fp16',
  fphp: 'fp16',
  fullfp16: 'fp16',
  asimdrdm: 'rdm',
  rdma: 'rdm',
  crc: 'crc32',
  lrcpc: 'rcpc',
  jscvt: 'jsconv',
  asimdfhm: 'fp16fml',
  fhm: 'fp16fml',
  'rand': 'rng',
  ilrcpc: 'rcpc2',
  dcpop: 'dpb',
  pauth: 'pac',
  paca: 'pac',
  pacg: 'pac',
}

/** `SSE4_1`, `sse41` and `sse4.1` are one feature. */
export function canonicalFeature(name: string): string {
  const lower = name.toLowerCase()
  const known = synonyms[lower]
  if (known !== undefined) return known
  if (/^avx512[_-]/.test(lower)) return lower.replace(/[_-]/g, '')
  return lower
}

const x86v1 = ['x87', 'fpu', 'cmov', 'cmpxchg8b', 'fxsr', 'mmx', 'sse', 'sse2', 'syscall', 'clflush', 'x86-64-v1']
const x86v2 = [...x86v1, 'cmpxchg16b', 'lahf_sahf', 'popcnt', 'sse3', 'ssse3', 'sse4.1', 'sse4.2', 'x86-64-v2']
const x86v3 = [...x86v2, 'avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'lzcnt', 'movbe', 'osxsave', 'xsave', 'x86-64-v3']
const x86v4 = [...x86v3, 'avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl', 'x86-64-v4']
const sandybridge = [...x86v2, 'aes', 'pclmulqdq', 'avx', 'xsave', 'osxsave', 'xsaveopt', 'rdtscp']
const haswell = [...x86v3, 'aes', 'pclmulqdq', 'rdrand', 'fsgsbase', 'xsaveopt', 'rdtscp', 'invpcid', 'erms']
const broadwell = [...haswell, 'adx', 'rdseed', 'prfchw']
const skylake = [...broadwell, 'clflushopt', 'xsavec', 'xsaves']
const skylakeServer = [...new Set([...skylake, ...x86v4])].concat('pku', 'clwb')
const icelakeServer = [
  ...skylakeServer,
  'avx512vnni',
  'avx512vbmi',
  'avx512vbmi2',
  'avx512bitalg',
  'avx512vpopcntdq',
  'avx512ifma',
  'vaes',
  'vpclmulqdq',
  'gfni',
  'sha_ni',
  'rdpid',
]
const zen1 = [...broadwell, 'clflushopt', 'xsavec', 'xsaves', 'sha_ni', 'sse4a', 'clzero']
const zen2 = [...zen1, 'clwb', 'rdpid', 'wbnoinvd']
const zen3 = [...zen2, 'vaes', 'vpclmulqdq', 'pku', 'invpcid']
const zen4 = [
  ...zen3,
  ...x86v4,
  'avx512vnni',
  'avx512vbmi',
  'avx512vbmi2',
  'avx512bitalg',
  'avx512vpopcntdq',
  'avx512ifma',
  'avx512bf16',
  'gfni',
]

const armv8 = ['fp', 'asimd', 'armv8-a', 'armv8.0-a']
const armv81 = [...armv8, 'lse', 'crc32', 'rdm', 'pan', 'lor', 'vh', 'armv8.1-a']
const armv82 = [...armv81, 'dpb', 'uao', 'ras', 'armv8.2-a']
const aarch64Crypto = ['aes', 'pmull', 'sha1', 'sha2']
const neoverseN1 = [...armv82, ...aarch64Crypto, 'fp16', 'dotprod', 'rcpc', 'ssbs', 'spe']
const armv84 = [...armv82, 'armv8.3-a', 'armv8.4-a', 'jsconv', 'fcma', 'rcpc', 'rcpc2', 'pac', 'dotprod', 'flagm', 'dit', 'lse2', 'uscat']
const neoverseV1 = [...armv84, ...aarch64Crypto, 'fp16', 'fp16fml', 'sve', 'bf16', 'i8mm', 'rng', 'ssbs', 'spe', 'sha3', 'sha512', 'sm3', 'sm4', 'svebf16', 'svei8mm', 'dpb2']
const neoverseV2 = [...neoverseV1, 'armv8.5-a', 'armv9-a', 'sve2', 'sve2-bitperm', 'svebitperm', 'bti', 'flagm2', 'frint', 'sb', 'mte']

const armv6 = ['armv6', 'vfp', 'vfpv2', 'thumb']
const armv7 = [...armv6, 'armv7-a', 'vfpv3', 'vfpv3d16', 'vfpv3-d16', 'thumb2', 'thumb-2']
const armv7neon = [...armv7, 'asimd', 'vfpv3-d32', 'vfpd32']
const cortexA53 = [...armv7neon, 'vfpv4', 'fp-armv8', 'idiva', 'idivt', 'crc32', 'armv8-a']

const rv64gc = ['i', 'm', 'a', 'f', 'd', 'c', 'zicsr', 'zifencei', 'zmmul', 'zca', 'zcd', 'zaamo', 'zalrsc', 'zicntr']
const rva22 = [...rv64gc, 'zba', 'zbb', 'zbs', 'b', 'zihpm', 'zihintpause', 'zicbo', 'zicbom', 'zicbop', 'zicboz', 'zfhmin', 'zkt', 'rva22u64']
const rva23 = [...rva22, 'v', 'zve32f', 'zve32x', 'zve64d', 'zve64f', 'zve64x', 'zvfhmin', 'zvbb', 'zvkb', 'zvkt', 'zihintntl', 'zicond', 'zimop', 'zcmop', 'zcb', 'zfa', 'zawrs', 'supm', 'rva23u64']

function model(architecture: Architecture, title: string, features: readonly string[]): CpuModel {
  return { architecture, title, features: new Set(features) }
}

/**
 * Models by name. x86-64 levels: psABI x86-64 §3.1.1; cores: the vendors' optimization manuals, as LLVM lists them
 * (`X86TargetParser.def`, `AArch64Processors.td`); RISC-V: RVA22/RVA23 profiles.
 */
export const cpuModels: Readonly<Record<string, CpuModel>> = {
  'x86-64-v1': model('x86-64', 'the base of the x86-64 psABI', x86v1),
  'x86-64-v2': model('x86-64', 'level 2 of the x86-64 psABI', x86v2),
  'x86-64-v3': model('x86-64', 'level 3 of the x86-64 psABI', x86v3),
  'x86-64-v4': model('x86-64', 'level 4 of the x86-64 psABI', x86v4),
  nehalem: model('x86-64', 'Intel Nehalem (2008)', [...x86v2, 'rdtscp']),
  westmere: model('x86-64', 'Intel Westmere (2010)', [...x86v2, 'rdtscp', 'aes', 'pclmulqdq']),
  sandybridge: model('x86-64', 'Intel Sandy Bridge (2011)', sandybridge),
  ivybridge: model('x86-64', 'Intel Ivy Bridge (2012)', [...sandybridge, 'f16c', 'rdrand', 'fsgsbase', 'erms']),
  haswell: model('x86-64', 'Intel Haswell (2013)', haswell),
  broadwell: model('x86-64', 'Intel Broadwell (2014)', broadwell),
  skylake: model('x86-64', 'Intel Skylake client (2015)', skylake),
  'skylake-avx512': model('x86-64', 'Intel Skylake server (2017)', skylakeServer),
  'icelake-server': model('x86-64', 'Intel Ice Lake server (2021)', icelakeServer),
  znver1: model('x86-64', 'AMD Zen 1 (2017)', zen1),
  znver2: model('x86-64', 'AMD Zen 2 (2019)', zen2),
  znver3: model('x86-64', 'AMD Zen 3 (2020)', zen3),
  znver4: model('x86-64', 'AMD Zen 4 (2022)', zen4),
  'armv8-a': model('aarch64', 'Armv8.0-A', armv8),
  'cortex-a53': model('aarch64', 'Arm Cortex-A53 (without the crypto option)', [...armv8, 'crc32']),
  'cortex-a72': model('aarch64', 'Arm Cortex-A72 (Raspberry Pi 4, AWS Graviton)', [...armv8, 'crc32']),
  'cortex-a76': model('aarch64', 'Arm Cortex-A76 (Raspberry Pi 5)', [...armv82, ...aarch64Crypto, 'fp16', 'dotprod', 'rcpc']),
  'neoverse-n1': model('aarch64', 'Arm Neoverse N1 (AWS Graviton2, Ampere Altra)', neoverseN1),
  'neoverse-v1': model('aarch64', 'Arm Neoverse V1 (AWS Graviton3)', neoverseV1),
  'neoverse-n2': model('aarch64', 'Arm Neoverse N2 (Azure Cobalt 100, Alibaba Yitian 710)', neoverseV2),
  'neoverse-v2': model('aarch64', 'Arm Neoverse V2 (AWS Graviton4, Google Axion)', neoverseV2),
  'apple-m1': model('aarch64', 'Apple M1', [...armv84, ...aarch64Crypto, 'fp16', 'fp16fml', 'sha3', 'sha512', 'sb', 'ssbs', 'flagm2', 'frint', 'dpb2']),
  'armv6': model('arm', 'Armv6 with VFPv2 (Raspberry Pi 1 and Zero)', armv6),
  'armv7-a': model('arm', 'Armv7-A with VFPv3-D16', armv7),
  'armv7-neon': model('arm', 'Armv7-A with NEON', armv7neon),
  'armv8-a32': model('arm', 'Armv8-A in the 32-bit state (Raspberry Pi 3 and later)', cortexA53),
  rv64gc: model('riscv64', 'RV64GC', rv64gc),
  rva20u64: model('riscv64', 'RVA20U64', [...rv64gc, 'rva20u64']),
  rva22u64: model('riscv64', 'RVA22U64', rva22),
  rva23u64: model('riscv64', 'RVA23U64', rva23),
  power8: model('ppc64le', 'POWER8', ['altivec', 'vsx', 'power8', 'crypto', 'htm']),
  power9: model('ppc64le', 'POWER9', ['altivec', 'vsx', 'power8', 'crypto', 'power9', 'darn']),
  z13: model('s390x', 'IBM z13', ['z196', 'zec12', 'z13', 'vx']),
  la464: model('loongarch64', 'Loongson LA464 (3A5000)', ['lsx', 'lasx', 'fp']),
}

/** What every machine has that the distributions of that architecture support. */
const baselines: Readonly<Partial<Record<Architecture, string>>> = {
  'x86-64': 'x86-64-v1',
  aarch64: 'armv8-a',
  arm: 'armv7-a',
  riscv64: 'rv64gc',
  ppc64le: 'power8',
}

const none: ReadonlySet<string> = new Set()

export function baselineFeatures(architecture: Architecture): ReadonlySet<string> {
  const name = baselines[architecture]
  return (name === undefined ? undefined : cpuModels[name]?.features) ?? none
}
