import type { SizeRange } from '../../../core/size-map.ts'
import { MalformedError } from '../../../core/errors.ts'
import type { ElfTables } from '../tables.ts'
import { readFrameRanges } from '../read/eh-frame.ts'
import { readGoFunctions } from '../read/pclntab.ts'
import { readSymtab } from '../read/symbols.ts'
import { fillLength, fillOf } from './code-fill.ts'
import { linkerCode, range, sectionRanges } from './file-layout.ts'
import { packageOf } from './package-of.ts'
import type { Area, Intervals } from './symbol-intervals.ts'
import { disjoint, loadedAreas, symbolIntervals } from './symbol-intervals.ts'
import type { UnnamedCode } from './unframed-code.ts'
import { unframedRanges } from './unframed-code.ts'

/** Something that names stretches of memory. */
interface Source {
  readonly intervals: Intervals
  /** Name of the stretch whose source has that number. */
  name(source: number, start: number): string
  readonly language: 'go' | 'other'
}

/**
 * A claim for each function and object, by the best that the file has: the Go function table, the full symbol table,
 * the dynamic one, and for code that none of them names the exception frames. What is left stays with its section.
 * @param by `package`: labels are Go packages, Rust crates, C++ namespaces
 */
export function symbolRanges(tables: ElfTables, by: 'symbol' | 'package', onBroken: (error: MalformedError) => void): SizeRange[] {
  const areas = loadedAreas(tables.file)
  const { sources, hasFrames } = collectSources(tables, onBroken)
  const ranges: SizeRange[] = []
  const unnamed: UnnamedCode[] = []
  const label = (source: Source, index: number, start: number): string => {
    const name = source.name(index, start)
    return by === 'symbol' ? name : packageOf(name, source.language)
  }
  const fill = fillOf(tables.file)
  const leave = (area: Area, start: number, end: number): void => {
    const rest = place(area, area.label, 'section', start, end)
    const { offset, size } = rest
    // Stubs of the linker have names of their own: those of their sections.
    if (!hasFrames || !area.executable || size < end - start || linkerCode.test(area.label)) {
      ranges.push(rest)
      return
    }
    // There can be hundreds of thousands: most are nothing but filling.
    const leading = fillLength(fill, tables.file.bytes, offset, offset + size)
    if (leading > 0) ranges.push({ label: '[padding in code]', kind: 'fill', offset, size: leading, memorySize: leading })
    if (leading < size) unnamed.push({ start: start + leading, end, offset: offset + leading })
  }
  for (const area of areas) claimArea(area, sources, 0, area.start, area.end, label, ranges, leave)
  for (const next of unframedRanges(tables, unnamed)) {
    ranges.push(by === 'package' && next.kind === 'function' ? { ...next, label: packageOf(next.label, 'other') } : next)
  }
  for (const section of restOf(tables, areas)) ranges.push(section)
  return by === 'package' ? mergeNeighbours(ranges.sort((a, b) => a.offset - b.offset)) : ranges
}


/** Sections that are not loaded, or hold thread-local data. */
function restOf({ file }: ElfTables, areas: readonly Area[]): SizeRange[] {
  const labels = new Set(areas.map((area) => area.label))
  return sectionRanges(file).filter((section) => !labels.has(section.label))
}

function collectSources(
  { file, symbols }: ElfTables,
  onBroken: (error: MalformedError) => void,
): { readonly sources: Source[]; readonly hasFrames: boolean } {
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error
      onBroken(error)
      return undefined
    }
  }
  const sources: Source[] = []
  const go = attempt(() => readGoFunctions(file))
  if (go !== undefined) {
    const starts = Float64Array.from(go.functions, (entry) => entry.address)
    const ends = Float64Array.from(go.functions, (entry) => entry.address + entry.size)
    const intervals = disjoint(starts, ends, Uint32Array.from(go.functions.keys()))
    sources.push({ intervals, name: (index) => go.functions[index]!.name, language: 'go' })
  }
  const tables = [attempt(() => readSymtab(file)), symbols].filter((table) => table !== undefined)
  const fromSymbols = (which: 'sized' | 'unsized'): Source[] =>
    tables.map((table) => ({
      intervals: symbolIntervals(file, table, which),
      name: (index) => attempt(() => table.name(index)) ?? '[name outside its table]',
      language: go === undefined ? 'other' : 'go',
    }))
  sources.push(...fromSymbols('sized'))
  const frames = attempt(() => readFrameRanges(file)) ?? []
  if (frames.length > 0) {
    const starts = Float64Array.from(frames, (frame) => frame.address)
    const ends = Float64Array.from(frames, (frame) => frame.address + frame.size)
    const intervals = disjoint(starts, ends, Uint32Array.from(frames.keys()))
    sources.push({ intervals, name: (_, start) => `[function at 0x${start.toString(16)}]`, language: 'other' })
  }
  return { sources: [...sources, ...fromSymbols('unsized')], hasFrames: frames.length > 0 }
}

/**
 * Claims `[from, to)` of an area with the sources from `depth` on; each fills what the one before it left free.
 * @param leave given what none of them names
 */
function claimArea(
  area: Area,
  sources: readonly Source[],
  depth: number,
  from: number,
  to: number,
  label: (source: Source, index: number, start: number) => string,
  ranges: SizeRange[],
  leave: (area: Area, from: number, to: number) => void,
): void {
  const source = sources[depth]
  if (source === undefined) {
    leave(area, from, to)
    return
  }
  const { starts, ends, sources: ids, count } = source.intervals
  let at = from
  for (let i = firstEndingAfter(source.intervals, from); i < count && starts[i]! < to; i++) {
    const own = starts[i]!
    const start = Math.max(own, at)
    // A function without a size that is the last: to the end of its section.
    const end = Math.min(ends[i] === own ? to : ends[i]!, to)
    if (end <= start) continue
    if (start > at) claimArea(area, sources, depth + 1, at, start, label, ranges, leave)
    ranges.push(place(area, label(source, ids[i]!, own), area.executable ? 'function' : 'object', start, end))
    at = end
  }
  if (at < to) claimArea(area, sources, depth + 1, at, to, label, ranges, leave)
}

function firstEndingAfter({ starts, ends, count }: Intervals, address: number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if (Math.max(ends[middle]!, starts[middle]! + 1) <= address) low = middle + 1
    else high = middle
  }
  return low
}

function place(area: Area, label: string, kind: string, from: number, to: number): SizeRange {
  const offset = Math.min(from - area.start, area.fileSize)
  const end = Math.min(to - area.start, area.fileSize)
  return { label, kind, offset: area.offset + offset, size: end - offset, memorySize: to - from }
}

function mergeNeighbours(ranges: readonly SizeRange[]): SizeRange[] {
  const merged: SizeRange[] = []
  for (const next of ranges) {
    const last = merged.at(-1)
    if (last !== undefined && last.label === next.label && last.kind === next.kind && last.offset + last.size === next.offset) {
      const memorySize = (last.memorySize ?? last.size) + (next.memorySize ?? next.size)
      merged[merged.length - 1] = { ...range(last.label, last.kind, last.offset, last.size + next.size), memorySize }
    } else merged.push(next)
  }
  return merged
}
