import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { DT, PT, SHT } from '../constants.ts'
import { windowAt } from './address-space.ts'
import type { ElfFile } from './elf-file.ts'
import { sectionContents } from './elf-file.ts'

/** The dynamic section (gABI chapter 5): tags in file order, up to DT_NULL. */
export interface Dynamic {
  readonly entries: readonly { readonly tag: number; readonly value: bigint }[]
  /** Value of the first entry with the tag. */
  value(tag: number): bigint | undefined
  /** String that the value of each entry with the tag points to. @throws MalformedError */
  strings(tag: number): string[]
  /** DT_STRTAB, cut to DT_STRSZ. */
  readonly stringTable: ByteReader | undefined
}

/**
 * Reads the dynamic section by the program headers, as loaders do; by the section headers in files that have no
 * segments. Undefined for static files.
 * @throws MalformedError
 */
export function readDynamic(file: ElfFile): Dynamic | undefined {
  const reader = dynamicContents(file)
  if (reader === undefined) return undefined
  const entrySize = file.is64 ? 16 : 8
  const entries: { tag: number; value: bigint }[] = []
  while (reader.remaining >= entrySize) {
    const tag = file.is64 ? Number(reader.u64('d_tag')) : reader.u32('d_tag')
    const value = file.is64 ? reader.u64('d_val') : BigInt(reader.u32('d_val'))
    if (tag === DT.NULL) break
    entries.push({ tag, value })
  }
  const value = (tag: number): bigint | undefined => entries.find((entry) => entry.tag === tag)?.value
  const address = value(DT.STRTAB)
  const size = value(DT.STRSZ)
  const stringTable =
    address === undefined || file.segments.length === 0
      ? undefined
      : windowAt(file, address, 'DT_STRTAB', size === undefined ? undefined : safeNumber(size))
  const strings = (tag: number): string[] =>
    entries
      .filter((entry) => entry.tag === tag)
      .map((entry) => stringTable?.cstringAt(safeNumber(entry.value), `string of dynamic tag 0x${tag.toString(16)}`) ?? '')
  return { entries, value, strings, stringTable }
}

function dynamicContents(file: ElfFile): ByteReader | undefined {
  const segment = file.segments.find((candidate) => candidate.p_type === PT.DYNAMIC && candidate.p_filesz > 0)
  if (segment !== undefined) {
    // Split debug files keep the program headers of the program, not its bytes.
    const section = file.sections.find((candidate) => candidate.name === '.dynamic')
    if (section?.sh_type === SHT.NOBITS) return undefined
    return file.reader.window(segment.p_offset, segment.p_filesz, 'PT_DYNAMIC')
  }
  const section = file.sections.find((candidate) => candidate.sh_type === SHT.DYNAMIC)
  return section === undefined || file.segments.length > 0 ? undefined : sectionContents(file, section)
}

/** A target value used as an offset or size of this file: too large ones become larger than any file. */
export function safeNumber(value: bigint): number {
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value)
}
