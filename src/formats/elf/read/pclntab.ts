import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { type GoFunctionTable, looksLikeGoTable, readGoFunctionTable } from '../../../bytes/go-function-table.ts'
import { MalformedError } from '../../../core/errors.ts'
import { SHT } from '../constants.ts'
import { loadSegments } from './address-space.ts'
import { readDynamic } from './dynamic.ts'
import type { ElfFile } from './elf-file.ts'
import { findSection, sectionContents } from './elf-file.ts'
import { textOfGoModule } from './go-module.ts'
import { dynamicRelocations } from './relocations.ts'

const sectionNames = ['.gopclntab', '.data.rel.ro.gopclntab', '.gopclntab.data', '.data.rel.ro..gopclntab']

/** Reads the pclntab, by its section or, without section headers, by its magic. Undefined for other languages. @throws MalformedError */
export function readGoFunctions(file: ElfFile): GoFunctionTable | undefined {
  const table = findTable(file)
  if (table === undefined) return undefined
  return readGoFunctionTable(table, (stored, pointerSize) => textStart(file, table, stored, pointerSize))
}

function findTable(file: ElfFile): ByteReader | undefined {
  for (const name of sectionNames) {
    const section = findSection(file, name)
    if (section === undefined || section.sh_type === SHT.NOBITS) continue
    const reader = sectionContents(file, section)
    if (looksLikeGoTable(reader, 0)) return reader
  }
  return file.sections.length === 0 || findSection(file, '.go.buildinfo') !== undefined ? scanForTable(file) : undefined
}

/** Looks at every place where the last bytes of a magic, two zeros, a quantum and a pointer size stand. */
function scanForTable(file: ElfFile): ByteReader | undefined {
  const pattern = file.littleEndian ? [0xff, 0xff, 0xff, 0, 0] : [0xff, 0xff, 0xff]
  for (const segment of loadSegments(file)) {
    const end = Math.min(segment.p_offset + segment.p_filesz, file.bytes.byteLength)
    if (end <= segment.p_offset) continue
    const reader = file.reader.window(segment.p_offset, end - segment.p_offset, 'pclntab')
    const bytes = Buffer.from(reader.bytes.buffer, reader.bytes.byteOffset, reader.size)
    for (let at = bytes.indexOf(Buffer.from(pattern)); at >= 0; at = bytes.indexOf(Buffer.from(pattern), at + 1)) {
      const start = file.littleEndian ? at - 1 : at
      if (start >= 0 && start % 4 === 0 && looksLikeGoTable(reader, start)) {
        return reader.window(start, reader.size - start, 'pclntab')
      }
    }
  }
  return undefined
}

/** Where the addresses of the table count from: the field, its relocation in position-independent programs, what the module says, or .text. */
function textStart(file: ElfFile, table: ByteReader, stored: number, pointerSize: number): number {
  if (stored !== 0) return stored
  const fieldOffset = table.base + 8 + 2 * pointerSize
  const segment = loadSegments(file).find(
    (candidate) => fieldOffset >= candidate.p_offset && fieldOffset < candidate.p_offset + candidate.p_filesz,
  )
  const dynamic = readDynamic(file)
  if (segment !== undefined && dynamic !== undefined) {
    const address = Number(segment.p_vaddr) + (fieldOffset - segment.p_offset)
    for (const relocation of dynamicRelocations(file, dynamic)) {
      if (relocation.offset === address && relocation.addend !== undefined) return relocation.addend
    }
  }
  const told = textOfGoModule(file, table, pointerSize)
  if (told !== undefined) return told
  const text = findSection(file, '.text')
  if (text !== undefined) return Number(text.sh_addr)
  const code = loadSegments(file).find((candidate) => (candidate.p_flags & 1) !== 0)
  if (code === undefined) throw new MalformedError('pclntab: the file has no code', { offset: table.base })
  // Without sections: Go links .text right behind the headers' page in its executables.
  return Number(code.p_vaddr) + (code.p_offset === 0 ? 0x1000 : 0)
}
