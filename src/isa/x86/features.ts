import type { Mode } from './expand-tables.ts'

/**
 * Microarchitecture levels of the x86-64 psABI (section 3.1.1, table 3.1), in the names of CPUID. LZCNT is told apart: see
 * `silentFeatures`. OSXSAVE is a bit of the operating system, so it stands for XSAVE here.
 */
export const x86Levels: readonly { readonly level: string; readonly features: readonly string[] }[] = [
  { level: 'x86-64-v1', features: ['cmov', 'cx8', 'fxsr', 'mmx', 'sse', 'sse2'] },
  { level: 'x86-64-v2', features: ['cmpxchg16b', 'popcnt', 'sse3', 'sse4_1', 'sse4_2', 'ssse3'] },
  { level: 'x86-64-v3', features: ['avx', 'avx2', 'bmi1', 'bmi2', 'f16c', 'fma', 'lzcnt', 'movbe', 'xsave'] },
  { level: 'x86-64-v4', features: ['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl'] },
]

/**
 * Features whose instructions older CPUs run as something else instead of refusing: LZCNT as BSR, and TZCNT as BSF. The
 * result is wrong without a trap.
 */
export const silentFeatures: ReadonlySet<string> = new Set(['lzcnt', 'tzcnt'])

const x8664Baseline: ReadonlySet<string> = new Set(x86Levels[0]!.features)
const i386Baseline: ReadonlySet<string> = new Set()

/** What every CPU has that runs programs of this mode at all. */
export function baselineFeatures(mode: Mode): ReadonlySet<string> {
  return mode === 64 ? x8664Baseline : i386Baseline
}

const levelOfFeature = new Map(x86Levels.flatMap(({ features }, index) => features.map((name) => [name, index] as const)))

/** 0-3 for x86-64-v1 to v4; undefined for features outside the levels (AES, SHA, RDRAND, AVX512_VBMI, …). */
export function x86LevelOf(feature: string): number | undefined {
  return levelOfFeature.get(feature)
}
