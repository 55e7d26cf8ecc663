import { x86Levels } from '../../../isa/x86/features.ts'
import { EM, SHT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { sectionContents } from '../read/elf-file.ts'
import { readGoBuildInfo } from '../read/go-build-info.ts'
import { readNotes } from '../read/notes.ts'

/** A feature that the build says the code may use without asking. */
export interface Declaration {
  readonly feature: string
  /** Where it is said. */
  readonly source: string
}

/** GNU_PROPERTY_X86_ISA_1_NEEDED (x86-64 psABI, program property). */
const ISA_1_NEEDED = 0xc0008002
const NT_GNU_PROPERTY_TYPE_0 = 5

/**
 * What the file itself says its code needs. Exact for Go and RISC-V; for C and C++ on x86 the note is there only when
 * the linker was told so: `gcc -march=x86-64-v3` says baseline.
 */
export function declaredFeatures(file: ElfFile): readonly Declaration[] {
  switch (file.header.e_machine) {
    case EM.X86_64:
      return [...goLevel(file, 'GOAMD64'), ...isaNeededNote(file)]
    case EM.I386:
      return goLevel(file, 'GO386')
    case EM.AARCH64:
      return goLevel(file, 'GOARM64')
    case EM.RISCV:
      return [...riscvAttributes(file), ...goLevel(file, 'GORISCV64')]
    case EM.ARM:
      return [...armAttributes(file), ...goArm(file)]
    default:
      return []
  }
}

function x86LevelFeatures(level: number, source: string): Declaration[] {
  return x86Levels.slice(1, level).flatMap((entry) => entry.features.map((feature) => ({ feature, source })))
}

/** What Go's compiler uses without asking: cmd/compile, GOAMD64 and GOARM64 in `go help environment`. */
function goLevel(file: ElfFile, name: 'GOAMD64' | 'GO386' | 'GOARM64' | 'GORISCV64'): Declaration[] {
  const value = readGoBuildInfo(file)?.settings[name]
  if (value === undefined) return []
  const source = `${name}=${value}`
  if (name === 'GOAMD64') {
    const level = /^v([1-4])$/.exec(value)?.[1]
    return level === undefined ? [] : x86LevelFeatures(Number(level), source)
  }
  if (name === 'GO386') return value === 'sse2' ? ['sse', 'sse2'].map((feature) => ({ feature, source })) : []
  if (name === 'GOARM64') {
    const features = [
      ...(/^v(?:8\.[1-9]|9)/.test(value) || value.includes(',lse') ? ['lse'] : []),
      ...(value.includes(',crypto') ? ['aes', 'pmull', 'sha1', 'sha2'] : []),
    ]
    return features.map((feature) => ({ feature, source }))
  }
  const extensions = value === 'rva22u64' ? ['zba', 'zbb', 'zbs'] : value === 'rva23u64' ? ['zba', 'zbb', 'zbs', 'v', 'zicond', 'zfa'] : []
  return extensions.map((feature) => ({ feature, source }))
}

/** GOARM, `go help environment`: Armv5 computes floating point in software unless told otherwise, the others in hardware. */
function goArm(file: ElfFile): Declaration[] {
  const value = readGoBuildInfo(file)?.settings['GOARM']
  const [, level, float] = /^([567])(?:,(soft|hard)float)?$/.exec(value ?? '') ?? []
  if (level === undefined) return []
  const hard = level === '5' ? float === 'hard' : float !== 'soft'
  const features = level === '7' ? ['armv6', 'thumb2', 'armv7-a'] : level === '6' ? ['armv6'] : []
  if (hard) features.push('vfpv2', ...(level === '7' ? ['vfpv3'] : []))
  return features.map((feature) => ({ feature, source: `GOARM=${value}` }))
}

function isaNeededNote(file: ElfFile): Declaration[] {
  for (const note of readNotes(file, () => {})) {
    if (note.owner !== 'GNU' || note.type !== NT_GNU_PROPERTY_TYPE_0) continue
    const reader = note.description
    while (reader.remaining >= 8) {
      const type = reader.u32('pr_type')
      const size = reader.u32('pr_datasz')
      if (type === ISA_1_NEEDED && size >= 4 && reader.remaining >= 4) {
        const level = 32 - Math.clz32(reader.u32('isa needed') & 15)
        return level < 2 ? [] : x86LevelFeatures(level, 'GNU_PROPERTY_X86_ISA_1_NEEDED')
      }
      reader.skip(Math.min(reader.remaining, (size + 7) & ~7), 'property')
    }
  }
  return []
}

/** Tag_RISCV_arch of .riscv.attributes (RISC-V psABI, attributes). Extensions of RV64GC and versions are left out. */
function riscvAttributes(file: ElfFile): Declaration[] {
  const arch = attributeText(file, SHT.RISCV_ATTRIBUTES, 'riscv', 5)
  if (arch === undefined) return []
  const [base = '', ...long] = arch.toLowerCase().split('_')
  const single = [...base.replace(/^rv(?:32|64)/, '').matchAll(/([a-z])(?:\d+p\d+)?/g)].map((match) => match[1]!)
  const names = [...single, ...long.map((extension) => extension.replace(/\d+p\d+$/, ''))]
  const general = new Set(['i', 'e', 'g', 'm', 'a', 'f', 'd', 'c', 'zicsr', 'zifencei', 'zmmul', 'zca', 'zcd', 'zaamo', 'zalrsc'])
  return [...new Set(names)].filter((name) => !general.has(name)).map((feature) => ({ feature, source: `Tag_RISCV_arch ${arch}` }))
}

/** Values of the Arm build attributes (Addenda to the Arm ABI, 2.4) that stand for features. */
function armAttributes(file: ElfFile): Declaration[] {
  const tags = armTags(file)
  const declare = (feature: string, source: string): Declaration => ({ feature, source })
  const found: Declaration[] = []
  const arch = tags.get(6) ?? 0
  if (arch >= 14) found.push(declare('armv8-a', `Tag_CPU_arch ${arch}`))
  else if (arch >= 10) found.push(declare('armv7-a', `Tag_CPU_arch ${arch}`))
  else if (arch >= 6) found.push(declare('armv6', `Tag_CPU_arch ${arch}`))
  const fp = tags.get(10) ?? 0
  const fpNames = ['', 'vfp', 'vfpv2', 'vfpv3', 'vfpv3d16', 'vfpv4', 'vfpv4', 'fp-armv8', 'fp-armv8']
  if (fp > 0) found.push(declare(fpNames[fp] ?? 'fp-armv8', `Tag_FP_arch ${fp}`))
  if ((tags.get(12) ?? 0) > 0) found.push(declare('neon', `Tag_Advanced_SIMD_arch ${tags.get(12)}`))
  if (tags.get(44) === 2) found.push(declare('idiva', 'Tag_DIV_use 2'))
  if ((tags.get(9) ?? 0) >= 2) found.push(declare('thumb2', `Tag_THUMB_ISA_use ${tags.get(9)}`))
  return found
}

function armTags(file: ElfFile): Map<number, number> {
  const tags = new Map<number, number>()
  for (const { tag, value } of attributes(file, SHT.ARM_ATTRIBUTES, 'aeabi')) if (typeof value === 'number') tags.set(tag, value)
  return tags
}

function attributeText(file: ElfFile, type: number, vendor: string, tag: number): string | undefined {
  for (const attribute of attributes(file, type, vendor)) {
    if (attribute.tag === tag && typeof attribute.value === 'string') return attribute.value
  }
  return undefined
}

interface Attribute {
  readonly tag: number
  readonly value: number | string
}

/** File-scope attributes of a vendor: version 'A', vendor sections, sub-sections, pairs (Addenda to the Arm ABI, 2.2). */
function* attributes(file: ElfFile, type: number, vendor: string): Iterable<Attribute> {
  const section = file.sections.find((candidate) => candidate.sh_type === type)
  if (section === undefined || section.sh_size < 10) return
  const reader = sectionContents(file, section)
  if (reader.u8('format version') !== 0x41) return
  while (reader.remaining >= 5) {
    const start = reader.offset
    const length = reader.u32('vendor section length')
    const name = reader.cstringAt(reader.offset, 'vendor')
    const end = start + length
    if (length < 5 || end > reader.size) return
    reader.skip(name.length + 1, 'vendor')
    if (name === vendor) {
      while (reader.offset + 5 <= end) {
        const subStart = reader.offset
        const scope = reader.u8('scope')
        const subEnd = subStart + reader.u32('sub-section length')
        if (subEnd > end || subEnd <= reader.offset) break
        if (scope === 1) while (reader.offset < subEnd) yield readAttribute()
        reader.offset = subEnd
      }
    }
    reader.offset = end
  }
  function readAttribute(): Attribute {
    const tag = leb()
    // Tag_CPU_raw_name and Tag_CPU_name; from 32 on odd tags are strings; RISC-V: all odd ones
    const isText = vendor === 'aeabi' ? tag === 4 || tag === 5 || (tag > 32 && tag % 2 === 1) : tag % 2 === 1
    if (tag === 32 && vendor === 'aeabi') leb() // Tag_compatibility has a flag before its string
    if (!isText && !(tag === 32 && vendor === 'aeabi')) return { tag, value: leb() }
    const value = reader.cstringAt(reader.offset, 'attribute')
    reader.skip(Buffer.byteLength(value) + 1, 'attribute')
    return { tag, value }
  }
  function leb(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = reader.u8('LEB128')
      value += (byte & 0x7f) * 2 ** shift
      if ((byte & 0x80) === 0) break
    }
    return value
  }
}
