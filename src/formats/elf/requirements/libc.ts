import type { Evidence, Requirement } from '../../../core/requirement.ts'
import { DF_1, DT, ET, SHN, STB } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { compareVersions, symbolsOfVersion } from './symbol-versions.ts'

/** `static`: brings its own, or needs none. `none`: takes it from whatever loads it, or is no program at all. */
export type Libc = 'glibc' | 'musl' | 'bionic' | 'static' | 'none'

/** The C library a file is linked against, from what the loader will look at. */
export function libcOf({ file, interpreter, dynamic, versions, symbols }: ElfTables): Libc {
  const needed = dynamic?.strings(DT.NEEDED) ?? []
  if (interpreter !== undefined && /\/ld-musl-/.test(interpreter)) return 'musl'
  if (interpreter !== undefined && /\/linker(64)?$/.test(interpreter)) return 'bionic'
  if (needed.some((name) => /^libc\.musl-|^ld-musl-/.test(name))) return 'musl'
  if (needed.some((name) => /^libc\.so\.6(\.1)?$|^ld-linux/.test(name))) return 'glibc'
  // Both musl and bionic call their library libc.so; bionic's symbols are versioned LIBC.
  if (needed.includes('libc.so')) {
    return versions?.needed.some((need) => need.version.startsWith('LIBC')) ? 'bionic' : 'musl'
  }
  // After the names: libgcc_s.so.1 of a musl system has GLIBC_2.0 for its frame registry, whatever the C library.
  if (versions?.needed.some((need) => need.version.startsWith('GLIBC_'))) return 'glibc'
  if (interpreter !== undefined) return 'glibc'
  return needed.length === 0 && isStaticProgram({ file, dynamic, symbols }) ? 'static' : 'none'
}

/**
 * Old linkers give plug-ins and libraries an entry point too, and position-independent programs no DF_1_PIE: what has
 * a name for others, or takes symbols from whatever loads it, is no program.
 */
function isStaticProgram({ file, dynamic, symbols }: Pick<ElfTables, 'file' | 'dynamic' | 'symbols'>): boolean {
  const { e_type, e_entry } = file.header
  if (e_type === ET.EXEC) return true
  if (e_type !== ET.DYN || e_entry === 0n) return false
  if (((dynamic?.value(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) !== 0n) return true
  return dynamic?.value(DT.SONAME) === undefined && !takesSymbols(symbols)
}

function takesSymbols(symbols: ElfTables['symbols']): boolean {
  for (let i = 1; i < (symbols?.count ?? 0); i++) {
    if (symbols!.section(i) === SHN.UNDEF && symbols!.binding(i) === STB.GLOBAL) return true
  }
  return false
}

/** The C library with the lowest version that has every symbol version asked for. */
export function libcRequirements(tables: ElfTables): Requirement[] {
  const libc = libcOf(tables)
  if (libc === 'static' || libc === 'none') return []
  const highest = libc === 'glibc' ? highestGlibc(tables) : undefined
  if (highest === undefined) return [{ kind: 'libc', name: libc, need: 'required', evidence: [linkEvidence(tables)] }]
  return [{ kind: 'libc', name: libc, version: highest.version, need: highest.need, evidence: highest.evidence }]
}

/** Marker versions that no symbol carries, and the release that brought each. */
const markers: Readonly<Record<string, string>> = { GLIBC_ABI_DT_RELR: '2.36', GLIBC_ABI_GNU_TLS: '2.42', GLIBC_ABI_DT_X86_64_PLT: '2.42' }

function highestGlibc(tables: ElfTables): Pick<Requirement, 'need' | 'evidence'> & { version: string } | undefined {
  let highest: { version: string; need: Requirement['need']; evidence: Evidence[] } | undefined
  for (const needed of tables.versions?.needed ?? []) {
    const version = /^GLIBC_(\d[\d.]*)$/.exec(needed.version)?.[1] ?? markers[needed.version]
    if (version === undefined || needed.weak) continue // VER_FLG_WEAK: the loader only warns
    if (highest !== undefined && compareVersions(version, highest.version) <= 0) continue
    highest = { version, need: 'required', evidence: symbolsOfVersion(tables, needed) }
  }
  return highest
}

function linkEvidence({ dynamic, interpreter }: ElfTables): Evidence {
  const needed = dynamic?.strings(DT.NEEDED).find((name) => /^libc\b|^ld-/.test(name))
  return { text: needed === undefined ? `PT_INTERP ${interpreter ?? ''}` : `DT_NEEDED ${needed}` }
}
