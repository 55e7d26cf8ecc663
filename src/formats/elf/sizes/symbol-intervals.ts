import { EM, ET, SHF, SHN, SHT, STB, STT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { isAllocated } from '../read/elf-file.ts'
import type { SymbolTable } from '../read/symbols.ts'

/** Named stretches of memory, sorted, without overlaps. Parallel arrays: there can be a million of them. */
export interface Intervals {
  readonly count: number
  readonly starts: Float64Array
  readonly ends: Float64Array
  /** Index of the symbol (or other source) that names the stretch. */
  readonly sources: Uint32Array
}

/**
 * The functions and objects of a symbol table. Of symbols at one address the largest counts; where one begins inside
 * another, the outer one is cut.
 * @param which `sized`: those that state their size; `unsized`: hand-written functions that do not, up to the next
 */
export function symbolIntervals(file: ElfFile, symbols: SymbolTable, which: 'sized' | 'unsized'): Intervals {
  const names = namingSymbols(file, symbols, which)
  const starts = new Float64Array(names.length)
  const ends = new Float64Array(names.length)
  const isArm = file.header.e_machine === EM.ARM
  for (const [place, i] of names.entries()) {
    let start = symbols.value(i)
    if (isArm && start % 2 === 1 && isFunction(symbols.type(i))) start -= 1 // the bit that says Thumb
    if (file.header.e_type === ET.REL) start += file.sections[symbols.section(i)]?.sh_offset ?? 0
    starts[place] = start
    ends[place] = start + symbols.size(i)
  }
  return disjoint(starts, ends, names)
}

/** Indexes of the symbols that stand for loaded bytes. */
function namingSymbols(file: ElfFile, symbols: SymbolTable, which: 'sized' | 'unsized'): Uint32Array {
  const executable = file.sections.map((section) => (section.sh_flags & SHF.EXECINSTR) !== 0)
  const loaded = file.sections.map((section) => isAllocated(section) && (section.sh_flags & SHF.TLS) === 0)
  const chosen: number[] = []
  for (let i = 1; i < symbols.count; i++) {
    const section = symbols.section(i)
    if (section === SHN.UNDEF || section >= SHN.LORESERVE || loaded[section] === false) continue
    const type = symbols.type(i)
    if (!isFunction(type) && type !== STT.OBJECT && type !== STT.NOTYPE) continue
    const size = symbols.size(i)
    if ((size === 0) !== (which === 'unsized')) continue
    if (size === 0 && !(executable[section] === true && (isFunction(type) || symbols.binding(i) !== STB.LOCAL))) continue
    chosen.push(i)
  }
  return Uint32Array.from(chosen)
}

function isFunction(type: number): boolean {
  return type === STT.FUNC || type === STT.GNU_IFUNC
}

/** Sorts by start, drops what begins where something larger begins, cuts what reaches into the next. */
export function disjoint(starts: Float64Array, ends: Float64Array, sources: Uint32Array): Intervals {
  const order = sortedOrder(starts, ends)
  const result = { starts: new Float64Array(order.length), ends: new Float64Array(order.length), sources: new Uint32Array(order.length) }
  let count = 0
  for (const index of order) {
    const start = starts[index]!
    if (count > 0 && result.starts[count - 1] === start) continue
    if (count > 0) {
      const previousEnd = result.ends[count - 1]!
      // Size zero: up to here. (What follows the last one of a section is cut at the section's end.)
      if (previousEnd > start || previousEnd === result.starts[count - 1]) result.ends[count - 1] = start
    }
    result.starts[count] = start
    result.ends[count] = ends[index]!
    result.sources[count] = sources[index]!
    count++
  }
  return { count, ...result }
}

/** By start; of equal starts the largest first; else as given. */
function sortedOrder(starts: Float64Array, ends: Float64Array): Uint32Array {
  const order = new Uint32Array(starts.length)
  for (let i = 0; i < order.length; i++) order[i] = i
  let sorted = true
  for (let i = 1; i < starts.length && sorted; i++) sorted = starts[i - 1]! < starts[i]!
  if (sorted) return order
  // Sorting plain numbers is several times faster than calling a comparison: start and index in one number.
  const highest = starts.reduce((most, start) => Math.max(most, start), 0)
  if (highest * starts.length < Number.MAX_SAFE_INTEGER) {
    const keys = Float64Array.from(starts, (start, index) => start * starts.length + index).sort()
    for (let i = 0; i < keys.length; i++) order[i] = keys[i]! % starts.length
    return largestFirst(order, starts, ends)
  }
  return order.sort((a, b) => starts[a]! - starts[b]! || ends[b]! - ends[a]! || a - b)
}

/** Within a run of equal starts, moves the largest to the front. */
function largestFirst(order: Uint32Array, starts: Float64Array, ends: Float64Array): Uint32Array {
  for (let from = 0; from < order.length; ) {
    let to = from + 1
    let largest = from
    while (to < order.length && starts[order[to]!] === starts[order[from]!]) {
      if (ends[order[to]!]! > ends[order[largest]!]!) largest = to
      to++
    }
    const first = order[from]!
    order[from] = order[largest]!
    order[largest] = first
    from = to
  }
  return order
}

/** A loaded section, or a segment of a file without sections, as memory with a place in the file. */
export interface Area {
  readonly label: string
  readonly start: number
  readonly end: number
  readonly offset: number
  /** Bytes in the file: none for SHT_NOBITS. */
  readonly fileSize: number
  readonly executable: boolean
}

/** Sorted by address. In relocatable objects, where addresses are all zero, by file offset instead. */
export function loadedAreas(file: ElfFile): Area[] {
  const relocatable = file.header.e_type === ET.REL
  const sections = file.sections.filter((section) => isAllocated(section) && (section.sh_flags & SHF.TLS) === 0 && section.sh_size > 0)
  const areas =
    sections.length > 0
      ? sections.map((section) => {
          const start = relocatable ? section.sh_offset : Number(section.sh_addr)
          return {
            label: section.name,
            start,
            end: start + section.sh_size,
            offset: section.sh_offset,
            fileSize: section.sh_type === SHT.NOBITS ? 0 : section.sh_size,
            executable: (section.sh_flags & SHF.EXECINSTR) !== 0,
          }
        })
      : file.segments
          .filter((segment) => segment.p_type === 1)
          .map((segment) => ({
            label: `PT_LOAD ${segment.index}`,
            start: Number(segment.p_vaddr),
            end: Number(segment.p_vaddr) + segment.p_memsz,
            offset: segment.p_offset,
            fileSize: segment.p_filesz,
            executable: (segment.p_flags & 1) !== 0,
          }))
  return areas.sort((a, b) => a.start - b.start)
}
