import { ShrinkError } from '../../../core/errors.ts'
import { SHN, STT } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { executableRanges } from '../read/address-space.ts'
import { readFrameRanges } from '../read/eh-frame.ts'
import type { SymbolTable } from '../read/symbols.ts'
import { readSymtab } from '../read/symbols.ts'
import { linkerCode } from '../sizes/file-layout.ts'
import { disjoint } from '../sizes/symbol-intervals.ts'

/** The functions of a file by address, from its symbol tables and exception frames. */
export interface FunctionTable {
  readonly count: number
  readonly starts: Float64Array
  readonly ends: Float64Array
  /**
   * Bits, of which the one numbered by the low bits of an address is set where a function starts there: nearly every number
   * that is looked up is no start, and must be told so quickly. A power of two of bytes.
   */
  readonly filter: Uint8Array
  /** The function that starts at an address exactly, or -1. */
  at(address: number): number
  /** The linker's name of a function, where a symbol table has it. */
  name(index: number): string | undefined
}

/** Undefined without functions, and for damaged tables, which other places report. */
export function functionTable(tables: ElfTables): FunctionTable | undefined {
  try {
    return build(tables)
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return undefined
  }
}

function build({ file, symbols }: ElfTables): FunctionTable | undefined {
  const code = executableRanges(file).filter((range) => !linkerCode.test(range.name))
  const named = [readSymtab(file), symbols].filter((table) => table !== undefined)
  const starts: number[] = []
  const ends: number[] = []
  const add = (start: number, size: number): void => {
    if (size <= 0 || !code.some((range) => start >= range.address && start + size <= range.address + range.size)) return
    starts.push(start)
    ends.push(start + size)
  }
  for (const table of named) forEachFunction(table, (index) => add(table.value(index), table.size(index)))
  for (const { address, size } of readFrameRanges(file)) add(address, size)
  if (starts.length === 0) return undefined
  const intervals = disjoint(Float64Array.from(starts), Float64Array.from(ends), Uint32Array.from(starts.keys()))
  const filter = filterOf(
    intervals.starts.subarray(0, intervals.count),
    code.reduce((sum, range) => sum + range.size, 0),
  )
  return {
    count: intervals.count,
    starts: intervals.starts,
    ends: intervals.ends,
    filter,
    at: (address) => ((filter[((address | 0) >>> 3) & (filter.length - 1)]! & (1 << (address & 7))) === 0 ? -1 : indexOf(intervals.starts, intervals.count, address)),
    name: (index) => nameAt(named, intervals.starts[index]!),
  }
}

function forEachFunction(table: SymbolTable, visit: (index: number) => void): void {
  for (let i = 1; i < table.count; i++) {
    const section = table.section(i)
    const type = table.type(i)
    if (section !== SHN.UNDEF && section < SHN.LORESERVE && (type === STT.FUNC || type === STT.GNU_IFUNC)) visit(i)
  }
}

function filterOf(starts: Float64Array, bytes: number): Uint8Array {
  const filter = new Uint8Array(2 ** Math.max(0, Math.ceil(Math.log2(bytes / 8))))
  const mask = filter.length - 1
  for (const start of starts) filter[((start | 0) >>> 3) & mask]! |= 1 << (start & 7)
  return filter
}

function indexOf(starts: Float64Array, count: number, address: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (starts[middle]! < address) low = middle + 1
    else high = middle
  }
  return low < count && starts[low] === address ? low : -1
}

function nameAt(tables: readonly SymbolTable[], address: number): string | undefined {
  for (const table of tables) {
    for (let i = 1; i < table.count; i++) {
      if (table.value(i) === address && table.type(i) === STT.FUNC) return table.name(i)
    }
  }
  return undefined
}
