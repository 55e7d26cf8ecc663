import { ShrinkError } from '../../../core/errors.ts'
import { DT, EM, ET, SHF, SHN, SHT } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { executableRanges } from '../read/address-space.ts'
import { isAllocated, sectionContents } from '../read/elf-file.ts'
import { dynamicRelocations } from '../read/relocations.ts'
import type { FunctionTable } from './function-table.ts'
import { functionTable } from './function-table.ts'

/** Functions that nothing in the file leads to: what a linker that collects sections would have left out. */
export interface UnreferencedFunctions {
  readonly count: number
  readonly bytes: number
  /** Largest first. */
  readonly largest: readonly { readonly name: string; readonly size: number }[]
}

/** How many are named. */
const listed = 5

/** Sections that speak of every function and keep none. */
const describing = /^\.(eh_frame|eh_frame_hdr|gcc_except_table|dynsym|dynstr|rela?\.)/

/**
 * Follows calls, addresses taken and pointers in data from everything that is reached from outside. What merely looks
 * like a reference counts as one, and all data is taken to be used, so that the answer errs on the side of too little.
 * Undefined for machines whose code is not read here, and for objects.
 */
export function unreferencedFunctions(tables: ElfTables): UnreferencedFunctions | undefined {
  const { file } = tables
  const machine = file.header.e_machine
  const readable = file.is64 && file.littleEndian && (machine === EM.X86_64 || machine === EM.AARCH64)
  if (!readable || (file.header.e_type !== ET.EXEC && file.header.e_type !== ET.DYN)) return undefined
  const functions = functionTable(tables)
  if (functions === undefined) return undefined
  const graph = new References(functions)
  fromOutside(tables, graph)
  fromData(tables, functions, graph)
  for (const range of executableRanges(file)) {
    const code = file.bytes.subarray(range.offset, range.offset + range.size)
    if (machine === EM.X86_64) fromX86(code, range.address, file.header.e_type === ET.EXEC, functions, graph)
    else fromArm64(code, range.address, graph)
  }
  const unreached = graph.unreached()
  const size = (index: number): number => functions.ends[index]! - functions.starts[index]!
  const largest = [...unreached].sort((a, b) => size(b) - size(a) || a - b).slice(0, listed)
  return {
    count: unreached.length,
    bytes: unreached.reduce((sum, index) => sum + size(index), 0),
    largest: largest.map((index) => ({ name: functions.name(index) ?? `0x${functions.starts[index]!.toString(16)}`, size: size(index) })),
  }
}

/** Who refers to whom. */
class References {
  readonly #functions: FunctionTable
  readonly #roots = new Set<number>()
  readonly #edges = new Map<number, Set<number>>()
  #current = -1

  constructor(functions: FunctionTable) {
    this.#functions = functions
  }

  /** Something outside of functions has this address. */
  addRoot(address: number): void {
    const target = this.#functions.at(address)
    if (target >= 0) this.#roots.add(target)
  }

  /** Code at `from` may refer to `address`. Places must be given in rising order within a range of code. */
  add(from: number, address: number): void {
    const target = this.#functions.at(address)
    if (target < 0) return
    const source = this.#functionAround(from)
    if (source === target) return
    if (source < 0) {
      this.#roots.add(target)
      return
    }
    const edges = this.#edges.get(source)
    if (edges === undefined) this.#edges.set(source, new Set([target]))
    else edges.add(target)
  }

  unreached(): number[] {
    const reached = new Set(this.#roots)
    const waiting = [...reached]
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const target of this.#edges.get(next) ?? []) {
        if (reached.has(target)) continue
        reached.add(target)
        waiting.push(target)
      }
    }
    return Array.from({ length: this.#functions.count }, (_, index) => index).filter((index) => !reached.has(index))
  }

  #functionAround(address: number): number {
    const { starts, ends, count } = this.#functions
    if (this.#current >= 0 && address < starts[this.#current]!) this.#current = -1
    while (this.#current + 1 < count && starts[this.#current + 1]! <= address) this.#current++
    return this.#current >= 0 && address < ends[this.#current]! ? this.#current : -1
  }
}

/** The entry point, initialisers, and every function that other files can name. */
function fromOutside({ file, dynamic, symbols }: ElfTables, graph: References): void {
  graph.addRoot(Number(file.header.e_entry))
  for (const tag of [DT.INIT, DT.FINI]) {
    const address = dynamic?.value(tag)
    if (address !== undefined) graph.addRoot(Number(address))
  }
  for (let i = 1; i < (symbols?.count ?? 0); i++) {
    if (symbols!.section(i) !== SHN.UNDEF) graph.addRoot(symbols!.value(i))
  }
}

/** Pointers, absolute or relative to their own place, in everything that is loaded and is no code; and relocations. */
function fromData({ file, dynamic }: ElfTables, { filter }: FunctionTable, graph: References): void {
  const mask = filter.length - 1
  for (const section of file.sections) {
    if (!isAllocated(section) || (section.sh_flags & SHF.EXECINSTR) !== 0 || section.sh_type === SHT.NOBITS || describing.test(section.name)) continue
    const { view, size } = sectionContents(file, section)
    const address = Number(section.sh_addr)
    const base = address | 0
    for (let at = 0; at + 8 <= size; at += 4) {
      const low = view.getInt32(at, true)
      if ((filter[(low >>> 3) & mask]! & (1 << (low & 7))) !== 0) graph.addRoot(view.getUint32(at + 4, true) * 0x1_0000_0000 + (low >>> 0))
      const relative = (base + at + low) | 0
      if ((filter[(relative >>> 3) & mask]! & (1 << (relative & 7))) !== 0) graph.addRoot(address + at + low)
    }
  }
  if (dynamic === undefined) return
  for (const { addend } of dynamicRelocations(file, dynamic)) if (addend !== undefined) graph.addRoot(addend)
}

/**
 * Instructions are not decoded: at every byte that may be the opcode of a jump or call, or a ModRM byte that means
 * "relative to the instruction pointer" (of LEA, which has no operand behind it), the displacement that follows counts.
 * In programs at fixed addresses every four bytes may be an address too.
 */
function fromX86(code: Uint8Array, address: number, isFixed: boolean, { filter }: FunctionTable, graph: References): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const mask = filter.length - 1
  const base = address | 0
  const last = code.byteLength - 5
  for (let at = 0; at <= last; at++) {
    if (isFixed) {
      const word = view.getInt32(at, true)
      if ((filter[(word >>> 3) & mask]! & (1 << (word & 7))) !== 0) graph.add(address + at, word >>> 0)
    }
    const form = forms[code[at]!]!
    if (form === Form.none || (form === Form.nearBehind0F && code[at - 1] !== 0x0f)) continue
    const distance = form === Form.short ? 2 + ((code[at + 1]! << 24) >> 24) : (5 + view.getInt32(at + 1, true)) | 0
    const target = (base + at + distance) | 0
    if ((filter[(target >>> 3) & mask]! & (1 << (target & 7))) !== 0) graph.add(address + at, address + at + distance)
  }
}

const Form = { none: 0, near: 1, nearBehind0F: 2, short: 3 } as const

/** By byte: what a displacement behind it may belong to. */
const forms = Uint8Array.from({ length: 256 }, (_, byte) => {
  if (byte === 0xe8 || byte === 0xe9 || (byte & 0xc7) === 0x05) return Form.near
  if ((byte & 0xf0) === 0x80) return Form.nearBehind0F
  return byte === 0xeb || (byte & 0xf0) === 0x70 || (byte & 0xfc) === 0xe0 ? Form.short : Form.none
})

/** B, BL, conditional branches, ADR, and ADRP with the ADD that follows it somewhere (Arm ARM, C4.1). */
function fromArm64(code: Uint8Array, address: number, graph: References): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const pages = new Float64Array(32)
  for (let at = 0; at + 4 <= code.byteLength; at += 4) {
    const word = view.getInt32(at, true)
    const from = address + at
    if (((word >>> 26) & 0x1f) === 0b00101) graph.add(from, from + ((word << 6) >> 4))
    else if (word >>> 24 === 0x54 || ((word >>> 25) & 0x3f) === 0b011010) graph.add(from, from + (((word << 8) >> 13) << 2))
    else if (((word >>> 24) & 0x9f) === 0x10) graph.add(from, from + signedImmediate(word))
    else if (((word >>> 24) & 0x9f) === 0x90) pages[word & 31] = from - (from % 4096) + signedImmediate(word) * 4096
    else if (word >>> 22 === 0b1001000100) graph.add(from, pages[(word >>> 5) & 31]! + ((word >>> 10) & 0xfff))
  }
}

/** immhi:immlo of ADR and ADRP. */
function signedImmediate(word: number): number {
  return (((word << 8) >> 13) << 2) | ((word >>> 29) & 3)
}

/** The same, and undefined where a table that it needs is damaged. */
export function unreferencedFunctionsOrNothing(tables: ElfTables): UnreferencedFunctions | undefined {
  try {
    return unreferencedFunctions(tables)
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return undefined
  }
}
