import type { ByteReader } from '../../../bytes/byte-reader.ts'
import { loadSegments, mappedSegments } from './address-space.ts'
import { readDynamic } from './dynamic.ts'
import type { ElfFile } from './elf-file.ts'
import { dynamicRelocations } from './relocations.ts'

/** Words of `runtime.moduledata`, since Go 1.18: `pcHeader`, six slices, `findfunctab`, then these. */
const MINPC = 20
const MAXPC = 21
const TEXT = 22
const ETEXT = 23

/**
 * Where Go's code begins (`runtime.text`), as its `moduledata` says, which begins with the address of the pclntab. With C linked in, that is not
 * where `.text` begins, and since Go 1.26 the table's header does not tell it.
 */
export function textOfGoModule(file: ElfFile, table: ByteReader, pointerSize: number): number | undefined {
  const segment = loadSegments(file).find(({ p_offset, p_filesz }) => table.base >= p_offset && table.base < p_offset + p_filesz)
  if (segment === undefined) return undefined
  const address = Number(segment.p_vaddr) + table.base - segment.p_offset
  const relocated = relocatedWords(file, address, pointerSize)
  for (const place of [...relocated.places, ...placesOf(file, address, pointerSize)]) {
    const word = (index: number): number => relocated.words.get(place + index * pointerSize) ?? wordAt(file, place + index * pointerSize, pointerSize)
    const text = word(TEXT)
    const end = word(ETEXT)
    if (text > 0 && text <= word(MINPC) && word(MINPC) < word(MAXPC) && word(MAXPC) <= end && isCode(file, text, end)) return text
  }
  return undefined
}

function isCode(file: ElfFile, from: number, to: number): boolean {
  return mappedSegments(file).some(({ executable, address, size }) => executable && from >= address && to <= address + size)
}

/** Places that the loader puts `address` into, and what it puts where the words are that are asked for behind those. */
function relocatedWords(file: ElfFile, address: number, pointerSize: number): { readonly places: readonly number[]; readonly words: ReadonlyMap<number, number> } {
  const places: number[] = []
  const words = new Map<number, number>()
  const dynamic = readDynamic(file)
  if (dynamic === undefined) return { places, words }
  for (const { offset, addend } of dynamicRelocations(file, dynamic)) if (addend === address) places.push(offset)
  if (places.length === 0) return { places, words }
  const wanted = new Set(places.flatMap((place) => [MINPC, MAXPC, TEXT, ETEXT].map((index) => place + index * pointerSize)))
  for (const { offset, addend } of dynamicRelocations(file, dynamic)) if (addend !== undefined && wanted.has(offset)) words.set(offset, addend)
  return { places, words }
}

/** Places in writable memory that hold `address` in the file. */
function* placesOf(file: ElfFile, address: number, pointerSize: number): Generator<number> {
  const pattern = Buffer.alloc(pointerSize)
  const view = new DataView(pattern.buffer, pattern.byteOffset, pointerSize)
  if (pointerSize === 8) view.setBigUint64(0, BigInt(address), file.littleEndian)
  else view.setUint32(0, address, file.littleEndian)
  for (const range of mappedSegments(file)) {
    if (!range.writable) continue
    const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset + range.offset, range.size)
    for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) if (at % pointerSize === 0) yield range.address + at
  }
}

function wordAt(file: ElfFile, address: number, pointerSize: number): number {
  const range = mappedSegments(file).find((candidate) => address >= candidate.address && address + pointerSize <= candidate.address + candidate.size)
  if (range === undefined) return -1
  const { view } = file.reader
  const offset = range.offset + address - range.address
  return pointerSize === 8 ? Number(view.getBigUint64(offset, file.littleEndian)) : view.getUint32(offset, file.littleEndian)
}
