import type { Context } from '../../../core/context.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { ElfTables } from '../tables.ts'
import { tolerate } from '../tables.ts'
import { EM, NT_GNU } from '../constants.ts'
import { ARM_TAG, RISCV_TAG, armArchitectures, readAttributes } from '../read/attributes.ts'
import { findSection, sectionContents } from '../read/elf-file.ts'
import { gnuProperties } from '../read/gnu-properties.ts'
import { readGoBuildInfo } from '../read/go-build-info.ts'
import { readRustBuild } from '../read/rust-crates.ts'

/** What contents beyond the loader's tables say: compilers, languages, modules, declared processor features. */
export function contentProperties(tables: ElfTables, path: string, context: Context): { [key: string]: JsonValue } {
  const { file, notes } = tables
  const attempt = <T extends JsonValue>(name: string, read: () => T | undefined): { [key: string]: JsonValue } => {
    const value = tolerate(read, undefined, path, context)
    return value === undefined ? {} : { [name]: value }
  }
  return {
    ...attempt('compilers', () => compilers(tables)),
    ...attempt('gnuProperties', () => nonEmpty(gnuProperties(file, notes))),
    ...attempt('abiTag', () => abiTag(tables)),
    ...attempt('package', () => packageNote(tables)),
    ...attempt('probes', () => notes.filter((note) => note.owner === 'stapsdt').length || undefined),
    ...attempt('attributes', () => attributes(tables)),
    ...attempt('go', () => go(tables)),
    ...attempt('rust', () => rust(tables)),
  }
}

function nonEmpty<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined
}

/** The texts of .comment, each once. */
function compilers({ file }: ElfTables): readonly string[] | undefined {
  const section = findSection(file, '.comment')
  if (section === undefined) return undefined
  const text = Buffer.from(sectionContents(file, section).bytes).toString('utf8')
  return nonEmpty([...new Set(text.split('\0'))].filter((line) => line !== '').sort())
}

/** The oldest kernel that the C library of a static program, or the program, says it works on. */
export function abiTag({ notes }: Pick<ElfTables, 'notes'>): string | undefined {
  const note = notes.find((candidate) => candidate.owner === 'GNU' && candidate.type === NT_GNU.ABI_TAG)
  if (note === undefined) return undefined
  const reader = note.description
  reader.offset = 0
  const system = ['Linux', 'GNU', 'Solaris', 'FreeBSD'][reader.u32('os')] ?? 'other'
  return `${system} ${reader.u32('major')}.${reader.u32('minor')}.${reader.u32('subminor')}`
}

/** .note.package (systemd, "Package Metadata for Executable Files"): JSON. */
function packageNote({ notes }: ElfTables): JsonValue | undefined {
  const note = notes.find((candidate) => candidate.owner === 'FDO' && candidate.type === 0xcafe1a7e)
  if (note === undefined) return undefined
  const text = new TextDecoder().decode(note.description.bytes).replace(/\0+$/, '')
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return text
  }
}

function attributes({ file }: ElfTables): JsonValue | undefined {
  const found = readAttributes(file)
  if (found === undefined) return undefined
  if (file.header.e_machine === EM.RISCV) return { arch: found.get(RISCV_TAG.ARCH) ?? null, stackAlign: found.get(RISCV_TAG.STACK_ALIGN) ?? null }
  const architecture = found.get(ARM_TAG.CPU_ARCH)
  const vfpArguments = found.get(ARM_TAG.ABI_VFP_ARGS)
  return {
    cpuName: found.get(ARM_TAG.CPU_NAME) ?? null,
    cpuArch: typeof architecture === 'number' ? (armArchitectures[architecture] ?? architecture) : null,
    fpArch: found.get(ARM_TAG.FP_ARCH) ?? null,
    advancedSimd: found.get(ARM_TAG.ADVANCED_SIMD_ARCH) ?? null,
    vfpArgs: vfpArguments === 1 ? 'registers' : vfpArguments === 3 ? 'any' : 'core registers',
  }
}

function go({ file }: ElfTables): JsonValue | undefined {
  const info = readGoBuildInfo(file)
  if (info !== undefined) {
    const { goVersion, path, main, modules, settings } = info
    return {
      version: goVersion,
      path: path ?? null,
      main: main === undefined ? null : { ...main },
      modules: modules.map((module) => ({ ...module })),
      settings,
    }
  }
  const hasTable = file.sections.some((section) => section.name.endsWith('.gopclntab'))
  return hasTable ? { version: versionText(file) ?? null } : undefined
}

/** Without build information (Bazel, -buildinfo stripped): runtime.buildVersion lies among the strings. */
function versionText(file: ElfTables['file']): string | undefined {
  const section = findSection(file, '.rodata')
  const { bytes } = section === undefined ? file : sectionContents(file, section)
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = buffer.indexOf('go1.'); at >= 0; at = buffer.indexOf('go1.', at + 4)) {
    const match = /^go1\.\d{1,2}(?:\.\d{1,2}|rc\d|beta\d)?/.exec(buffer.toString('latin1', at, at + 12))
    if (match !== null) return match[0]
  }
  return undefined
}

function rust({ file }: ElfTables): JsonValue | undefined {
  const build = readRustBuild(file)
  if (build === undefined) return undefined
  return { source: build.source, rustc: build.rustc ?? null, crates: build.crates.map((crate) => ({ ...crate })) }
}
