import { X86Decoder } from '../../../../isa/x86/decode.ts'
import { executableRanges } from '../../read/address-space.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import type { Declaration } from '../declared.ts'
import { GoCode } from '../go-code.ts'
import { Occurrences } from '../occurrences.ts'
import { runTimeChecks } from '../run-time-checks.ts'

/** What every processor has that Linux runs on, the operating system's own, and what never traps. */
const everywhere = /^(?:i?x?87|fpu|x86|intel\d+|int|cpuid|tsc|rdtsc|msr|cyrix.*|fpu(?:287|387).*|multibyte_nop|pause|smm|tzcnt|cet_ibt|cet_ss|not.*|hle_or_rtm)$/
/** From what the psABI's i386 baseline does not have to the level that distributions are built for. */
const levels: readonly (readonly [level: string, features: readonly string[]])[] = [
  ['i486', ['intel486', 'cmpxchg', 'xadd', 'bswap']],
  ['i586', ['cmpxchg8b', 'cx8']],
  ['i686', ['cmov', 'fcomi']],
  ['i686+mmx', ['mmx']],
  ['i686+sse', ['sse', 'fxsr']],
  ['i686+sse2', ['sse2', 'clflush']],
]

/** Which features occur in i386 code. Control flow is not followed: where the file asks CPUID, most of them may be guarded. */
export function scanI386File(file: ElfFile, declared: readonly Declaration[]): CpuAnalysis {
  const decoder = new X86Decoder(32)
  const sets = decoder.tables.featureSets
  const occurrences = new Occurrences()
  const checks = runTimeChecks(file, false)
  const go = GoCode.of(file)
  let asks: number | undefined
  for (const range of executableRanges(file)) {
    const code = file.bytes.subarray(range.offset, range.offset + range.size)
    occurrences.addCode(range.address, range.size)
    for (let at = 0; at < code.length; ) {
      const length = decoder.decode(code, at)
      if (length > 0 && code[at] === 0x0f && code[at + 1] === 0xa2) asks ??= range.address + at
      const set = length > 0 && decoder.feature !== 0 ? sets[decoder.feature]! : []
      for (const name of set) {
        if (everywhere.test(name)) continue
        const here = at
        occurrences.add(name, range.address + at, () => Buffer.from(code.subarray(here, here + length)).toString('hex'), go?.isChecked(range.address + at))
      }
      at += length || 1
    }
  }
  if (asks !== undefined) checks.unshift(`CPUID at 0x${asks.toString(16)}`)
  // what Go's compiler emits was granted by GO386, whether the build information says so or not
  const granted = go === undefined ? [] : ['sse', 'sse2'].filter((name) => occurrences.isUnchecked(name)).map((feature) => ({ feature, source: 'used by compiled Go code' }))
  const analysis = occurrences.analysis([...granted, ...declared], checks, () => false)
  const required = new Set(analysis.requirements.filter(({ need }) => need === 'required').map(({ name }) => name))
  const level = levels.findLast(([, features]) => features.some((feature) => required.has(feature)))?.[0] ?? 'i386'
  return { ...analysis, properties: { ...analysis.properties, cpuLevel: { required: level, possible: null } } }
}
