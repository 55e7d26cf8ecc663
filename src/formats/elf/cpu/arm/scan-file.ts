import { chancesPerMillion, isWide, scanA32, scanT32 } from '../../../../isa/arm/scan.ts'
import { executableRanges } from '../../read/address-space.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import type { CpuAnalysis } from '../cpu-analysis.ts'
import type { Declaration } from '../declared.ts'
import { GoCode } from '../go-code.ts'
import { Occurrences } from '../occurrences.ts'
import { runTimeChecks } from '../run-time-checks.ts'
import { codeKinds } from './code-kinds.ts'

/** What the scanner would have found, of the names that attributes have for it. */
const scanned: ReadonlySet<string> = new Set(['neon', 'vfpv3', 'vfpv3d16', 'vfpv4', 'fp-armv8', 'idiva', 'thumb2'])

/** What Go's compiler uses where GOARM allows it, without asking. */
const usedByGo = ['armv6', 'thumb2', 'armv7-a', 'vfpv2', 'vfpv3']
/** What it puts a check before wherever it uses it (`math.FMA`). */
const askedByGo = 'vfpv4'

/** Share of the words that may be constants, in code without mapping symbols; a generous guess. */
const DATA = 0.05
/** In Go's code, which has fewer among it, how many times less. */
const DATA_OF_GO = 0.05
/** What is met now and then where an instruction set was taken for the other. */
const LEAST = 0.5

/** Which features occur in Arm code, beside what `.ARM.attributes` declares. */
export function scanArmFile(file: ElfFile, declared: readonly Declaration[]): CpuAnalysis {
  const occurrences = new Occurrences()
  const { view } = file.reader
  const guessed = { a32: 0, t32: 0 }
  const go = GoCode.of(file)
  for (const range of executableRanges(file)) {
    const code = new DataView(file.bytes.buffer, file.bytes.byteOffset + range.offset, range.size)
    const { stretches, marked } = codeKinds(file, range, go)
    for (const { from, to, kind } of stretches) {
      if (kind === 'data') continue
      if (!marked) guessed[kind] += ((to - from) / 4) * (go?.has(range.address + from) === true ? DATA_OF_GO : 1)
      occurrences.addCode(range.address + from, to - from)
      const isChecked = (at: number, feature: string): boolean => go !== undefined && (go.isChecked(at) || (feature === askedByGo && go.has(at)))
      const found = (at: number, feature: string): void => occurrences.add(feature, range.address + at, () => textOf(view, range.offset + at, kind), isChecked(range.address + at, feature))
      if (kind === 'a32') scanA32(code, from, to, found)
      else scanT32(code, from, to, found)
    }
  }
  // constants among the code look like instructions now and then
  const stated = new Set(declared.map(({ feature }) => feature))
  const byChance = (name: string, set: 'a32' | 't32'): number => (guessed[set] * DATA * chancesPerMillion(name, set)) / 1e6
  if (guessed.a32 + guessed.t32 > 0) {
    occurrences.weigh((name) => (stated.has(name) ? 0 : Math.max(LEAST, byChance(name, 'a32') + byChance(name, 't32'))))
  }
  const checks = runTimeChecks(file, true)
  if (go !== undefined) {
    checks.push(GoCode.check)
    for (const feature of usedByGo) if (!stated.has(feature) && occurrences.isCertain(feature)) declared = [...declared, { feature, source: 'used by compiled Go code' }]
  }
  const used = declared.map((declaration) => ({ ...declaration, feature: nameInCode(declaration.feature, occurrences) }))
  return occurrences.analysis(used, checks, (name) => scanned.has(name))
}

/** VFPv3 with 16 registers is what the code is, unless it uses the other 16. */
function nameInCode(feature: string, occurrences: Occurrences): string {
  return feature === 'vfpv3d16' && occurrences.has('vfpv3') ? 'vfpv3' : feature
}

function textOf(view: DataView, at: number, kind: 'a32' | 't32'): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  if (kind === 'a32') return hex(view.getUint32(at, true), 8)
  const half = view.getUint16(at, true)
  return isWide(half) && at + 4 <= view.byteLength ? `${hex(half, 4)} ${hex(view.getUint16(at + 2, true), 4)}` : hex(half, 4)
}
