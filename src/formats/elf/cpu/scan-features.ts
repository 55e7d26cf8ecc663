import { arm64Features, scanArm64 } from '../../../isa/arm64/scan.ts'
import { riscvExtensions, scanRiscv } from '../../../isa/riscv/scan.ts'
import { scanX86 } from '../../../isa/x86/scan.ts'
import { opcodeTables } from '../../../isa/x86/expand-tables.ts'
import type { Evidence, Need, Requirement } from '../../../core/requirement.ts'
import { EM } from '../constants.ts'
import { executableRanges } from '../read/address-space.ts'
import { readDynamic } from '../read/dynamic.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { readDynamicSymbols } from '../read/symbols.ts'
import type { Declaration } from './declared.ts'
import type { CpuAnalysis } from './cpu-analysis.ts'

interface Found {
  count: number
  /** Address and text of the first one. */
  readonly address: number
  readonly text: string
}

/** RV64GC, what Linux distributions for RISC-V are built for. */
const riscvGeneral = new Set(['', 'm', 'a', 'f', 'd', 'c'])

/** Which features occur in the code of an i386, AArch64, RISC-V or Arm file, without following control flow. */
export function scanFeatures(file: ElfFile, declared: readonly Declaration[]): CpuAnalysis {
  const found = new Map<string, Found>()
  for (const range of executableRanges(file)) {
    const code = file.bytes.subarray(range.offset, range.offset + range.size)
    if (file.header.e_machine === EM.AARCH64 && file.littleEndian) scanA64(code, range.address, found)
    else if (file.header.e_machine === EM.RISCV) scanRv(code, range.address, found)
    else if (file.header.e_machine === EM.I386) scanI386(code, range.address, found)
  }
  const guards = guardsOf(file, found)
  const stated = new Set(declared.map(({ feature }) => feature))
  const requirements: Requirement[] = declared.map(({ feature, source }) => ({
    kind: 'cpu-feature',
    name: feature,
    need: 'required',
    evidence: [{ text: source }],
  }))
  for (const [name, { count, address, text }] of [...found].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (stated.has(name)) continue
    const evidence: Evidence[] = [{ text: `${text}, first of ${count}`, address: `0x${address.toString(16)}` }]
    const guard = guards.get(name)
    const need: Need = guard?.need ?? (guards.has('*') ? 'possible' : 'required')
    requirements.push({ kind: 'cpu-feature', name, need, evidence: guard === undefined ? evidence : [...evidence, { text: guard.text }] })
  }
  return { requirements, properties: {}, data: undefined }
}

function note(found: Map<string, Found>, name: string, address: number, text: () => string): void {
  const known = found.get(name)
  if (known === undefined) found.set(name, { count: 1, address, text: text() })
  else known.count++
}

function scanA64(code: Uint8Array, base: number, found: Map<string, Found>): void {
  // A copy, for alignment. Not `code.slice`: of a Buffer, that is a view of all the file.
  const words = new Int32Array(code.length >> 2)
  new Uint8Array(words.buffer).set(code.subarray(0, words.byteLength))
  scanArm64(words, (at, feature) => {
    note(found, arm64Features[feature]!, base + at * 4, () => (words[at]! >>> 0).toString(16).padStart(8, '0'))
  })
}

function scanRv(code: Uint8Array, base: number, found: Map<string, Found>): void {
  scanRiscv(code, (at, extension) => {
    const name = riscvExtensions[extension]!
    if (!riscvGeneral.has(name)) {
      note(found, name, base + at, () => Buffer.from(code.subarray(at, at + 4)).reverse().toString('hex'))
    }
  })
}

function scanI386(code: Uint8Array, base: number, found: Map<string, Found>): void {
  const counts = scanX86(code, 32)
  for (const [id, set] of opcodeTables().featureSets.entries()) {
    if (counts.counts[id] === 0) continue
    const at = counts.first[id]!
    for (const name of set) {
      const known = found.get(name)
      const address = base + at
      if (known !== undefined && known.address <= address) known.count += counts.counts[id]!
      else {
        const text = Buffer.from(code.subarray(at, at + 8)).toString('hex')
        found.set(name, { count: (known?.count ?? 0) + counts.counts[id]!, address, text })
      }
    }
  }
}

/** What may keep the instructions from running where they do not exist. `*`: something that could guard any feature. */
function guardsOf(file: ElfFile, found: ReadonlyMap<string, Found>): Map<string, { need: Need; text: string }> {
  const guards = new Map<string, { need: Need; text: string }>()
  const machine = file.header.e_machine
  if (machine === EM.I386) guards.set('*', { need: 'possible', text: 'control flow of i386 code is not followed' })
  if ((machine !== EM.AARCH64 && machine !== EM.RISCV) || found.size === 0) return guards
  const symbols = readDynamicSymbols(file, readDynamic(file))
  if (symbols === undefined || symbols.count <= 1) {
    // Go's runtime and static C libraries read AT_HWCAP where no import shows it.
    guards.set('*', { need: 'possible', text: 'a static program can read the auxiliary vector itself' })
    return guards
  }
  for (let index = 1; index < symbols.count; index++) {
    if (symbols.section(index) !== 0) continue
    const name = symbols.name(index)
    if (/^(?:getauxval|elf_aux_info|__getauxval|_rtld_global_ro|android_getCpuFeatures|__riscv_hwprobe)$/.test(name)) {
      guards.set('*', { need: 'possible', text: `import ${name}` })
    }
  }
  return guards
}
