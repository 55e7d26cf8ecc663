import { DF_1, DT, EM, ET, PT, SHF, SHT, STT } from '../../constants.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import { executableRanges, type MappedRange } from '../../read/address-space.ts'
import { readDynamic } from '../../read/dynamic.ts'
import { dynamicRelocations, type Relocation, sectionRelocations } from '../../read/relocations.ts'
import { readDynamicSymbols, readSymtab, type SymbolTable } from '../../read/symbols.ts'
import { itemAtMost, NumberList } from './number-list.ts'
import { PointerTable } from './pointer-table.ts'

/** What a pointer-sized place in memory holds once the loader is done. */
export interface Slot {
  /** Address of something in this file. */
  readonly address?: number
  /** The address is a resolver's: an IFUNC. */
  readonly indirect?: boolean
  /** Name of something in another file. */
  readonly import?: string
}

export interface NamedFunction {
  readonly address: number
  readonly size: number
  readonly name: string
  readonly exported: boolean
  readonly indirect: boolean
}

export interface NamedObject {
  readonly address: number
  readonly size: number
  readonly name: string
}

interface DataRange {
  readonly address: number
  readonly end: number
  /** File space; undefined for zero-filled memory. */
  readonly offset: number | undefined
  readonly writable: boolean
  /** Written by the loader only: RELRO, GOT. */
  readonly constant: boolean
  /** Each place in it is a pointer of its own: GOT. */
  readonly separate: boolean
}

/** The file as it stands in memory after loading: where code and data are, what pointers hold, what has which name. */
export interface MemoryImage {
  readonly file: ElfFile
  readonly view: DataView
  readonly positionDependent: boolean
  /** Code, without PLT stubs. Sorted by address. */
  readonly code: readonly MappedRange[]
  /** PLT stubs. */
  readonly stubs: readonly MappedRange[]
  readonly data: readonly DataRange[]
  readonly slots: ReadonlyMap<number, Slot>
  /** Places in data that hold the address of code. */
  readonly codePointers: PointerTable
  /** Places in data that hold the address of data. */
  readonly dataPointers: PointerTable
  readonly functions: readonly NamedFunction[]
  readonly objects: readonly NamedObject[]
  readonly imports: ReadonlySet<string>
  readonly isLibrary: boolean
  inCode(address: number): boolean
  inStubs(address: number): boolean
  /** The data range that holds `address`. */
  dataAt(address: number): DataRange | undefined
}

interface RelocationTypes {
  readonly absolute: number
  readonly globalData: number
  readonly jumpSlot: number
  readonly relative: number
  readonly irelative: number
}

/** R_X86_64_*: psABI table 4.9. */
const x86Relocations: RelocationTypes = { absolute: 1, globalData: 6, jumpSlot: 7, relative: 8, irelative: 37 }
/** R_AARCH64_*: ELF for the Arm 64-bit Architecture, 5.7. */
const arm64Relocations: RelocationTypes = { absolute: 257, globalData: 1025, jumpSlot: 1026, relative: 1027, irelative: 1032 }

export function readMemoryImage(file: ElfFile): MemoryImage {
  const executable = executableRanges(file)
  const code = executable.filter((range) => !range.name.startsWith('.plt'))
  const stubs = executable.filter((range) => range.name.startsWith('.plt'))
  const isIn = (ranges: readonly MappedRange[], address: number): boolean => {
    for (const range of ranges) if (address >= range.address && address < range.address + range.size) return true
    return false
  }
  const inCode = (address: number): boolean => isIn(code, address)
  const data = dataRanges(file)
  const dataStarts = Float64Array.from(data, (range) => range.address)
  const dataAt = (address: number): DataRange | undefined => {
    const range = itemAtMost(data, dataStarts, address)
    return range !== undefined && address < range.end ? range : undefined
  }
  const dynamic = readDynamic(file)
  const dynamicSymbols = readDynamicSymbols(file, dynamic)
  const functions: NamedFunction[] = []
  const objects: NamedObject[] = []
  const imports = new Set<string>()
  if (dynamicSymbols !== undefined) collectSymbols(dynamicSymbols, true, functions, objects, imports)
  const symtab = readSymtab(file)
  if (symtab !== undefined && file.header.e_type !== ET.REL) collectSymbols(symtab, false, functions, objects, undefined)
  const slots = new Map<number, Slot>()
  const toCode = new Pointers()
  const toData = new Pointers()
  const view = file.reader.view
  const types = file.header.e_machine === EM.AARCH64 ? arm64Relocations : x86Relocations
  // says where there is room to patch functions, and leads nowhere
  const entries = file.sections.find(({ name }) => name === patchableEntries)
  const isEntry = (place: number): boolean => entries !== undefined && place >= Number(entries.sh_addr) && place < Number(entries.sh_addr) + entries.sh_size
  const note = (relocation: Relocation): void => isEntry(relocation.offset) ? undefined : noteRelocation(relocation, types, dynamicSymbols, slots, (place, target) => (inCode(target) ? toCode : toData).add(place, target), readWord)
  const readWord = (address: number): number | undefined => {
    const range = dataAt(address)
    if (range?.offset === undefined || address + 8 > range.end) return undefined
    const at = range.offset + address - range.address
    return view.getUint32(at, true) + view.getUint32(at + 4, true) * 0x1_0000_0000
  }
  if (dynamic !== undefined) for (const relocation of dynamicRelocations(file, dynamic)) note(relocation)
  else {
    for (const section of file.sections) {
      if (section.sh_type === SHT.RELA && (section.sh_flags & SHF.ALLOC) !== 0) {
        for (const relocation of sectionRelocations(file, section)) note(relocation)
      }
    }
  }
  const positionDependent = file.header.e_type === ET.EXEC
  if (positionDependent) absolutePointers(file, data, inCode, toCode, toData)
  return {
    file,
    view,
    positionDependent,
    code,
    stubs,
    data,
    slots,
    codePointers: toCode.table(),
    dataPointers: toData.table(),
    functions,
    objects,
    imports,
    // glibc's libc.so.6 can be run, and is a library all the same
    isLibrary: file.header.e_type === ET.DYN && (dynamic?.value(DT.SONAME) !== undefined || !(isStaticPie(dynamic) || file.segments.some((segment) => segment.p_type === PT.INTERP))),
    inCode,
    inStubs: (address) => isIn(stubs, address),
    dataAt,
  }
}

class Pointers {
  readonly #places = new NumberList()
  readonly #targets = new NumberList()

  add(place: number, target: number): void {
    this.#places.push(place)
    this.#targets.push(target)
  }

  table(): PointerTable {
    return new PointerTable(this.#places, this.#targets)
  }
}

/** A program that is loaded anywhere and has no interpreter: it relocates itself. */
function isStaticPie(dynamic: ReturnType<typeof readDynamic>): boolean {
  return (Number(dynamic?.value(DT.FLAGS_1) ?? 0) & DF_1.PIE) !== 0
}

function dataRanges(file: ElfFile): DataRange[] {
  const ranges: DataRange[] = []
  const push = (address: number, size: number, offset: number | undefined, writable: boolean, constant: boolean, separate = false): void => {
    const available = offset === undefined ? size : Math.min(size, file.bytes.byteLength - offset)
    if (available > 0) ranges.push({ address, end: address + available, offset, writable, constant, separate })
  }
  if (file.sections.length > 0) {
    for (const section of file.sections) {
      if ((section.sh_flags & SHF.ALLOC) === 0 || (section.sh_flags & (SHF.EXECINSTR | SHF.TLS)) !== 0) continue
      const writable = (section.sh_flags & SHF.WRITE) !== 0
      const constant = !writable || /^\.(?:data\.rel\.ro|got|init_array|fini_array|dynamic)/.test(section.name)
      const offset = section.sh_type === SHT.NOBITS ? undefined : section.sh_offset
      push(Number(section.sh_addr), section.sh_size, offset, writable, constant, section.name.startsWith('.got'))
    }
  } else {
    for (const segment of file.segments) {
      if (segment.p_type !== PT.LOAD || (segment.p_flags & 1) !== 0) continue
      const address = Number(segment.p_vaddr)
      const writable = (segment.p_flags & 2) !== 0
      push(address, segment.p_filesz, segment.p_offset, writable, !writable)
      push(address + segment.p_filesz, segment.p_memsz - segment.p_filesz, undefined, writable, false)
    }
  }
  return ranges.sort((a, b) => a.address - b.address)
}

function collectSymbols(
  table: SymbolTable,
  exported: boolean,
  functions: NamedFunction[],
  objects: NamedObject[],
  imports: Set<string> | undefined,
): void {
  for (let index = 1; index < table.count; index++) {
    const type = table.type(index)
    const defined = table.section(index) !== 0
    if (!defined) {
      imports?.add(table.name(index))
      continue
    }
    const address = table.value(index)
    if (address === 0) continue
    const untypedGlobal = type === STT.NOTYPE && table.binding(index) === 1
    if (type === STT.FUNC || type === STT.GNU_IFUNC || untypedGlobal) {
      const name = table.name(index)
      functions.push({ address, size: table.size(index), name, exported: exported && !untypedGlobal, indirect: type === STT.GNU_IFUNC })
    } else if (type === STT.OBJECT) {
      objects.push({ address, size: table.size(index), name: table.name(index) })
    }
  }
}

function noteRelocation(
  relocation: Relocation,
  types: RelocationTypes,
  symbols: SymbolTable | undefined,
  slots: Map<number, Slot>,
  notePointer: (place: number, target: number) => void,
  readWord: (address: number) => number | undefined,
): void {
  const { offset, type, symbol } = relocation
  const addend = relocation.addend ?? readWord(offset) ?? 0
  if (type === types.relative) {
    slots.set(offset, { address: addend })
    notePointer(offset, addend)
  } else if (type === types.irelative) {
    slots.set(offset, { address: addend, indirect: true })
  } else if ((type === types.globalData || type === types.jumpSlot || type === types.absolute) && symbols !== undefined) {
    if (symbol === 0 || symbol >= symbols.count) return
    if (symbols.section(symbol) === 0) {
      slots.set(offset, { import: symbols.name(symbol) })
      return
    }
    const address = symbols.value(symbol) + (type === types.absolute ? addend : 0)
    const indirect = symbols.type(symbol) === STT.GNU_IFUNC
    slots.set(offset, indirect ? { address, indirect } : { address })
    if (!indirect) notePointer(offset, address)
  }
}

const linkerTables: ReadonlySet<number> = new Set([SHT.DYNSYM, SHT.STRTAB, SHT.HASH, SHT.GNU_HASH, SHT.RELA, SHT.REL, SHT.GNU_VERSYM, SHT.GNU_VERNEED, SHT.NOTE])

/** `-fpatchable-function-entry`: the address of every function. */
const patchableEntries = '__patchable_function_entries'

/** What is put into a program once it is linked holds none of its addresses: the scripts of `bun build --compile`. */
const payload = '.bun'

/** Programs linked at a fixed address have no relocations: what looks like an address of code or of data, in data, is one. */
function absolutePointers(
  file: ElfFile,
  data: readonly DataRange[],
  inCode: (address: number) => boolean,
  toCode: Pointers,
  toData: Pointers,
): void {
  const { view } = file.reader
  const first = data[0]?.address ?? 0
  const last = data.at(-1)?.end ?? 0
  // symbols, hashes and relocations have addresses in them that nothing follows
  const tables = new Set(file.sections.filter(({ name, sh_type }) => linkerTables.has(sh_type) || name === payload || name === patchableEntries).map(({ sh_addr }) => Number(sh_addr)))
  for (const range of data) {
    if (range.offset === undefined || tables.has(range.address)) continue
    const start = (8 - (range.address & 7)) & 7
    for (let at = start; at + 8 <= range.end - range.address; at += 8) {
      if (view.getUint32(range.offset + at + 4, true) !== 0) continue
      const value = view.getUint32(range.offset + at, true)
      if (value === 0) continue
      if (inCode(value)) toCode.add(range.address + at, value)
      else if (value >= first && value < last) toData.add(range.address + at, value)
    }
  }
}

/** Is this a 64-bit x86 file? (x32 keeps 32-bit pointers and is not judged.) */
export function isX86_64(file: ElfFile): boolean {
  return file.header.e_machine === EM.X86_64 && file.is64 && file.littleEndian
}
