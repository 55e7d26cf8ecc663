import { ShrinkError } from '../../../core/errors.ts'
import type { SizeRange } from '../../../core/size-map.ts'
import { EM } from '../constants.ts'
import type { ElfTables } from '../tables.ts'
import { executableRanges } from '../read/address-space.ts'
import { dynamicRelocations, relativeTypes } from '../read/relocations.ts'
import { range } from './file-layout.ts'

/** A stretch of code that no table names. */
export interface UnnamedCode {
  /** Memory space. */
  readonly start: number
  readonly end: number
  /** File space. */
  readonly offset: number
}

/** A stretch of less than this is not cut into functions, nor are stretches that are less than this share of the code. */
const worthCutting = 64
const worthCuttingShare = 0.001

/**
 * Code without symbols and without exception frames, in a file that has frames: hand-written, or compiled with
 * -fno-asynchronous-unwind-tables. It is cut where direct calls and the addresses in relocations say that functions
 * start; what lies before the first of them, or is never named so, stays `[code without frames]`.
 * @param gaps sorted by address
 */
export function unframedRanges(tables: ElfTables, gaps: readonly UnnamedCode[]): SizeRange[] {
  const ranges: SizeRange[] = []
  const starts = functionStarts(tables, gaps)
  let next = 0
  for (const gap of gaps) {
    let from = gap.start
    let label = '[code without frames]'
    while (next < starts.length && starts[next]! < gap.start) next++
    for (; next < starts.length && starts[next]! < gap.end; next++) {
      const start = starts[next]!
      if (start > from) ranges.push(piece(label, gap, from, start))
      label = `[function at 0x${start.toString(16)}]`
      from = start
    }
    ranges.push(piece(label, gap, from, gap.end))
  }
  return ranges
}

function piece(label: string, gap: UnnamedCode, from: number, to: number): SizeRange {
  const kind = label.startsWith('[function') ? 'function' : 'code'
  return { ...range(label, kind, gap.offset + from - gap.start, to - from), memorySize: to - from }
}

/** Addresses in the gaps, sorted, each once, that calls and relocations name. */
function functionStarts(tables: ElfTables, gaps: readonly UnnamedCode[]): Float64Array {
  const wide = gaps.filter((gap) => gap.end - gap.start >= worthCutting)
  const code = executableRanges(tables.file).reduce((sum, { size }) => sum + size, 0)
  if (wide.reduce((sum, gap) => sum + gap.end - gap.start, 0) <= code * worthCuttingShare) return new Float64Array()
  const inGap = gapFinder(wide)
  const found = new Set<number>()
  const add = (address: number): void => {
    if (inGap(address)) found.add(address)
  }
  relocatedAddresses(tables, add)
  callTargets(tables, add)
  return Float64Array.from(found).sort()
}

function gapFinder(gaps: readonly UnnamedCode[]): (address: number) => boolean {
  const starts = Float64Array.from(gaps, (gap) => gap.start)
  const ends = Float64Array.from(gaps, (gap) => gap.end)
  return (address) => {
    let low = 0
    let high = starts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (starts[middle]! <= address) low = middle + 1
      else high = middle
    }
    return low > 0 && address < ends[low - 1]!
  }
}

/** Pointers to functions in tables (vtables, structures of callbacks). */
function relocatedAddresses({ file, dynamic }: ElfTables, add: (address: number) => void): void {
  if (dynamic === undefined) return
  const relative = relativeTypes[file.header.e_machine]
  try {
    for (const { type, addend } of dynamicRelocations(file, dynamic)) {
      if (type === relative && addend !== undefined) add(addend)
    }
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error // a damaged table names nothing more
  }
}

/** Direct calls, found without decoding what lies between them: most of what only looks like one leads nowhere. */
function callTargets({ file }: ElfTables, add: (address: number) => void): void {
  for (const { address, offset, size } of executableRanges(file)) {
    const view = new DataView(file.bytes.buffer, file.bytes.byteOffset + offset, size)
    switch (file.header.e_machine) {
      case EM.X86_64: {
        // e8 rel32. One byte in 256 looks like it: the target must look like the start of a function too.
        const code = file.bytes.subarray(offset, offset + size)
        for (let at = code.indexOf(0xe8); at >= 0 && at + 5 <= size; at = code.indexOf(0xe8, at + 1)) {
          const target = at + 5 + view.getInt32(at + 1, true)
          if (target > 0 && target < size && followsFunction(code, target)) add(address + target)
        }
        break
      }
      case EM.AARCH64: // BL: 100101 imm26
        for (let at = 0; at + 4 <= size; at += 4) {
          const word = view.getInt32(at, true)
          if (word >>> 26 === 0b100101) add(address + at + ((word << 6) >> 4))
        }
        break
      case EM.S390: // BRASL: c0 x5, a signed count of halfwords
        for (let at = 0; at + 6 <= size; at += 2) {
          if ((view.getUint16(at) & 0xff0f) === 0xc005) add(address + at + view.getInt32(at + 2) * 2)
        }
        break
      default:
        break
    }
  }
}

/** Is the byte before the end of a function or filling, or does `endbr64` stand there, or a multiple of 16? */
function followsFunction(code: Uint8Array, target: number): boolean {
  const before = code[target - 1]!
  return target % 16 === 0 || before === 0xc3 || before === 0xcc || before === 0x90 || before === 0 || (code[target] === 0xf3 && code[target + 1] === 0x0f && code[target + 2] === 0x1e)
}
