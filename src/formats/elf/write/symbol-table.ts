import { UnsupportedError } from '../../../core/errors.ts'
import { SHN, SHT, STB } from '../constants.ts'
import type { ElfFile, Section } from '../read/elf-file.ts'
import { sectionContents } from '../read/elf-file.ts'
import { readSymbolTable, symbolSize } from '../read/symbols.ts'

/**
 * A symbol table that stays although sections go: symbols of removed sections are left out, the others name their
 * section by its new index. Undefined when nothing changes.
 * @throws UnsupportedError for tables with extended section indexes
 */
export function renumberSymbols(
  file: ElfFile,
  section: Section,
  indexes: ReadonlyMap<number, number>,
): { contents: Uint8Array; info: number } | undefined {
  if (file.sections.some((other) => other.sh_type === SHT.SYMTAB_SHNDX && other.sh_link === section.index)) {
    throw new UnsupportedError(`section ${section.name}: extended section indexes`, { offset: section.sh_offset })
  }
  const symbols = readSymbolTable(file, section)
  const size = symbolSize(file)
  const old = sectionContents(file, section).bytes
  // Relocations name symbols by index: where a table is named so, what goes becomes empty instead.
  const isNamed = file.sections.some(
    (other) => (other.sh_type === SHT.RELA || other.sh_type === SHT.REL) && other.sh_link === section.index && other.sh_size > 0,
  )
  const contents = new Uint8Array(old.byteLength)
  const view = new DataView(contents.buffer)
  let count = 0
  let locals = 0
  let changed = false
  for (let i = 0; i < symbols.count; i++) {
    const index = symbols.section(i)
    const ordinary = index !== SHN.UNDEF && index < SHN.LORESERVE
    const now = ordinary ? indexes.get(index) : index
    if (now === undefined && !isNamed) {
      changed = true
      continue
    }
    if (now !== undefined) contents.set(old.subarray(i * size, i * size + size), count * size)
    if (now !== index) {
      changed = true
      if (now !== undefined) view.setUint16(count * size + (file.is64 ? 6 : 14), now, file.littleEndian)
    }
    if (symbols.binding(i) === STB.LOCAL) locals = count + 1
    count++
  }
  return changed ? { contents: contents.subarray(0, count * size), info: isNamed ? section.sh_info : locals } : undefined
}
