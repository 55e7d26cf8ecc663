import { readRecord } from '../../../bytes/record.ts'
import { MalformedError } from '../../../core/errors.ts'
import { DT } from '../constants.ts'
import { versionDefinition, versionDefinitionAux, versionNeed, versionNeedAux } from '../records.ts'
import { windowAt } from './address-space.ts'
import type { Dynamic } from './dynamic.ts'
import { safeNumber } from './dynamic.ts'
import type { ElfFile } from './elf-file.ts'

/** A version of a library that the loader must find. */
export interface NeededVersion {
  /** The library (vn_file). */
  readonly library: string
  /** `GLIBC_2.34`. */
  readonly version: string
  /** VER_FLG_WEAK: its absence only draws a warning. */
  readonly weak: boolean
  /** Number that `symbolVersion` gives for the symbols of this version. */
  readonly index: number
}

export interface DefinedVersion {
  readonly version: string
  readonly index: number
}

export interface SymbolVersions {
  readonly needed: readonly NeededVersion[]
  readonly defined: readonly DefinedVersion[]
  /** Version index of a dynamic symbol (without the hidden bit): 0 local, 1 global, or one of the above. */
  symbolVersion(symbol: number): number
}

/** Reads DT_VERNEED, DT_VERDEF and DT_VERSYM (LSB core, symbol versioning). @throws MalformedError */
export function readVersions(file: ElfFile, dynamic: Dynamic): SymbolVersions {
  const address = dynamic.value(DT.VERSYM)
  const versym = address === undefined ? undefined : windowAt(file, address, 'DT_VERSYM')
  return {
    needed: readNeeded(file, dynamic),
    defined: readDefined(file, dynamic),
    symbolVersion(symbol) {
      const at = symbol * 2
      return versym === undefined || at + 2 > versym.size ? 0 : versym.view.getUint16(at, file.littleEndian) & 0x7fff
    },
  }
}

function readNeeded(file: ElfFile, dynamic: Dynamic): NeededVersion[] {
  const address = dynamic.value(DT.VERNEED)
  const strings = dynamic.stringTable
  if (address === undefined || strings === undefined) return []
  const table = windowAt(file, address, 'DT_VERNEED')
  const needed: NeededVersion[] = []
  let at = 0
  let count = safeNumber(dynamic.value(DT.VERNEEDNUM) ?? BigInt(table.size))
  while (count-- > 0) {
    const need = readRecord(table.window(at, 16, 'Verneed'), versionNeed)
    const library = strings.cstringAt(need.vn_file, 'vn_file')
    let auxAt = at + need.vn_aux
    for (let left = need.vn_cnt; left > 0; left--) {
      if (needed.length > table.size / 16) throw new MalformedError('DT_VERNEED: entries overlap', { offset: table.base })
      const aux = readRecord(table.window(auxAt, 16, 'Vernaux'), versionNeedAux)
      const version = strings.cstringAt(aux.vna_name, 'vna_name')
      needed.push({ library, version, weak: (aux.vna_flags & 2) !== 0, index: aux.vna_other & 0x7fff })
      if (aux.vna_next === 0) break
      auxAt += aux.vna_next
    }
    if (need.vn_next === 0) break
    at += need.vn_next
  }
  return needed
}

function readDefined(file: ElfFile, dynamic: Dynamic): DefinedVersion[] {
  const address = dynamic.value(DT.VERDEF)
  const strings = dynamic.stringTable
  if (address === undefined || strings === undefined) return []
  const table = windowAt(file, address, 'DT_VERDEF')
  const defined: DefinedVersion[] = []
  let at = 0
  let count = safeNumber(dynamic.value(DT.VERDEFNUM) ?? BigInt(table.size))
  while (count-- > 0) {
    const definition = readRecord(table.window(at, 20, 'Verdef'), versionDefinition)
    const aux = readRecord(table.window(at + definition.vd_aux, 8, 'Verdaux'), versionDefinitionAux)
    const base = (definition.vd_flags & 1) !== 0 // VER_FLG_BASE names the file itself
    if (!base) defined.push({ version: strings.cstringAt(aux.vda_name, 'vda_name'), index: definition.vd_ndx & 0x7fff })
    if (definition.vd_next === 0) break
    at += definition.vd_next
  }
  return defined
}
