import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { MalformedError } from '../../../core/errors.ts'
import { SHT } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'
import { findSection, sectionContents } from './elf-file.ts'
import { DW_EH_PE, isPcRelative, isRelative, readPointer } from './encoded-pointer.ts'

/** The code that one frame description entry covers: in practice one function, or a part of one. */
export interface FrameRange {
  /** Memory space. */
  readonly address: number
  readonly size: number
  /** Where its language-specific data is: its call sites and landing pads. */
  readonly lsda?: number
}

/** How the FDEs of a CIE write their pointers. */
interface Encodings {
  readonly code: number
  readonly lsda: number
  /** Augmentation data with a length. */
  readonly hasData: boolean
}

/**
 * Code ranges of the FDEs in .eh_frame (LSB core, exception frames), in file order. Empty without the section.
 * @throws MalformedError
 */
export function readFrameRanges(file: ElfFile): FrameRange[] {
  const section = findSection(file, '.eh_frame')
  if (section === undefined || section.sh_type === SHT.NOBITS) return []
  const reader = sectionContents(file, section)
  const base = Number(section.sh_addr)
  const encodings = new Map<number, Encodings>()
  const ranges: FrameRange[] = []
  while (reader.remaining >= 4) {
    let length = reader.u32('length')
    if (length === 0) continue // a terminator in the middle: crtend.o of another link
    if (length === 0xffff_ffff) length = reader.fileSize64('extended length')
    const idAt = reader.offset
    const end = idAt + length
    if (length < 4 || length > reader.remaining) {
      throw new MalformedError(`${reader.what}: length ${length} leaves the section`, { offset: reader.base + idAt })
    }
    const id = reader.u32('CIE pointer')
    if (id !== 0) {
      const cieAt = idAt - id
      let encoding = encodings.get(cieAt)
      if (encoding === undefined) encodings.set(cieAt, (encoding = cieEncodings(reader, cieAt, file.is64)))
      const range = readRange(reader, encoding, base, file.is64)
      if (range !== undefined) ranges.push(range)
    }
    reader.offset = end
  }
  return ranges
}

/** The `R` and the `L` of the augmentation. */
function cieEncodings(section: ByteReader, start: number, is64: boolean): Encodings {
  if (start < 0) throw new MalformedError(`${section.what}: CIE pointer leaves the section`, { offset: section.base })
  const reader = section.window(start, section.size - start, section.what)
  if (reader.u32('length') === 0xffff_ffff) reader.skip(8, 'extended length')
  reader.skip(4, 'CIE id')
  const version = reader.u8('version')
  const augmentation = reader.cstringAt(reader.offset, 'augmentation')
  reader.skip(augmentation.length + 1, 'augmentation')
  if (augmentation.startsWith('eh')) reader.skip(is64 ? 8 : 4, 'eh data')
  skipLeb(reader)
  skipLeb(reader)
  if (version === 1) reader.skip(1, 'return address register')
  else skipLeb(reader)
  let code: number = DW_EH_PE.absptr
  let lsda: number = DW_EH_PE.omit
  const hasData = augmentation.startsWith('z')
  if (!hasData) return { code, lsda, hasData }
  skipLeb(reader)
  for (const letter of augmentation.slice(1)) {
    if (letter === 'R') code = reader.u8('FDE encoding')
    else if (letter === 'L') lsda = reader.u8('LSDA encoding')
    else if (letter === 'P') skipPointer(reader, reader.u8('personality encoding'), is64)
    else if (letter !== 'S' && letter !== 'B' && letter !== 'G') break // unknown data: nothing after it can be found
  }
  return { code, lsda, hasData }
}

function readRange(reader: ByteReader, { code, lsda: lsdaEncoding, hasData }: Encodings, base: number, is64: boolean): FrameRange | undefined {
  const at = reader.offset
  let address = readPointer(reader, code, is64)
  const size = readPointer(reader, code & 7, is64)
  if (address === 0 && isRelative(code)) return undefined // discarded by the linker
  if (isPcRelative(code)) address += base + at
  if (!is64) address >>>= 0
  if (size <= 0 || address <= 0) return undefined
  if (!hasData || lsdaEncoding === DW_EH_PE.omit) return { address, size }
  skipLeb(reader)
  const lsdaAt = reader.offset
  let lsda = readPointer(reader, lsdaEncoding, is64)
  if (lsda === 0) return { address, size }
  if (isPcRelative(lsdaEncoding)) lsda += base + lsdaAt
  return { address, size, lsda: is64 ? lsda : lsda >>> 0 }
}

function skipPointer(reader: ByteReader, encoding: number, is64: boolean): void {
  if (encoding !== DW_EH_PE.omit) readPointer(reader, encoding, is64)
}

function skipLeb(reader: ByteReader): void {
  while ((reader.u8('LEB128') & 0x80) !== 0);
}
