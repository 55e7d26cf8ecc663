import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { PT, SHT } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'
import { sectionContents } from './elf-file.ts'

/** An entry of a PT_NOTE segment or SHT_NOTE section. */
export interface Note {
  /** `GNU`, `Go`, `stapsdt`, …, without the final NUL. */
  readonly owner: string
  readonly type: number
  readonly description: ByteReader
  /** Section that holds it, where known. */
  readonly section: string | undefined
}

/**
 * All notes, in file order, each once, from sections and from segments (which may name the same bytes). An area that
 * breaks off or lies outside the file is given to `onBroken`; the notes before the break and the other areas count.
 */
export function readNotes(file: ElfFile, onBroken: (error: MalformedError) => void): Note[] {
  const areas = [
    ...file.sections
      .filter((section) => section.sh_type === SHT.NOTE)
      .map((section) => ({ open: () => sectionContents(file, section), align: section.sh_addralign, section: section.name })),
    ...file.segments
      .filter((segment) => segment.p_type === PT.NOTE && segment.p_filesz > 0 && isPresent(file, segment.p_offset))
      .map((segment) => ({
        open: () => file.reader.window(segment.p_offset, segment.p_filesz, `PT_NOTE ${segment.index}`),
        align: segment.p_align,
        section: undefined,
      })),
  ]
  const seen = new Set<number>()
  const notes: Note[] = []
  for (const { open, align, section } of areas) {
    try {
      for (const note of readNoteEntries(open(), align, section)) {
        if (seen.has(note.description.base)) continue
        seen.add(note.description.base)
        notes.push(note)
      }
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      onBroken(error)
    }
  }
  return notes.sort((a, b) => a.description.base - b.description.base)
}

/** Split debug files keep the program headers of the program; their notes are then found by section. */
function isPresent(file: ElfFile, offset: number): boolean {
  return !file.sections.some((section) => section.sh_type === SHT.NOBITS && section.sh_offset === offset && section.sh_size > 0)
}

/** Elf_Nhdr: three words, the owner, the description, each padded to 4 bytes, or to 8 where the area says so. */
function* readNoteEntries(reader: ByteReader, areaAlign: number, section: string | undefined): Generator<Note> {
  const align = areaAlign === 8 ? 8 : 4
  while (reader.remaining >= 12) {
    const ownerSize = reader.u32('n_namesz')
    const descriptionSize = reader.u32('n_descsz')
    const type = reader.u32('n_type')
    const name = reader.slice(ownerSize, 'note owner')
    skipPadding(reader, align)
    const at = reader.offset
    reader.skip(descriptionSize, 'note description')
    const end = name.indexOf(0)
    yield {
      owner: latin1(end < 0 ? name : name.subarray(0, end)),
      type,
      description: reader.window(at, descriptionSize, `note ${section ?? ''}`),
      section,
    }
    skipPadding(reader, align)
  }
}

function skipPadding(reader: ByteReader, align: number): void {
  const padding = -reader.offset & (align - 1)
  reader.offset += Math.min(padding, reader.remaining)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
