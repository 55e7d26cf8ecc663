/** A labelled range of a file. */
export interface SizeRange {
  readonly label: string
  /** What kind of thing it is: section, function, package, gap, header, padding, tail, … */
  readonly kind: string
  /** File space, bytes. */
  readonly offset: number
  /** Bytes in the file. */
  readonly size: number
  /** Bytes in memory where that differs (`.bss`). */
  readonly memorySize?: number
}

/** Ranges, in file order, that do not overlap and together are exactly the file. */
export interface SizeMap {
  readonly byteLength: number
  readonly ranges: readonly SizeRange[]
}

/** Bytes under one label, summed over its ranges. */
export interface SizeTotal {
  readonly label: string
  readonly kind: string
  readonly size: number
  readonly memorySize?: number
  readonly count: number
}

/** Says what a stretch that nobody claims is: ranges that cover it. */
export type NameGap = (offset: number, size: number) => Iterable<SizeRange>

/**
 * Makes a size map that sums to `byteLength` whatever the claims say.
 *
 * Claims that overlap are cut: the earlier offset wins, and of two with the same offset the one given first. Claims
 * past the end are cut at the end. What nobody claims becomes a `gap`, or what `nameGap` makes of it. Claims with no
 * bytes in the file but a `memorySize` are kept.
 * @param claims sorted in place: there can be hundreds of thousands
 */
export function buildSizeMap(byteLength: number, claims: SizeRange[], nameGap: string | NameGap = '[gap]'): SizeMap {
  const sorted = claims
  const isSorted = sorted.every((claim, index) => index === 0 || sorted[index - 1]!.offset <= claim.offset)
  if (!isSorted) sorted.sort((a, b) => a.offset - b.offset) // stable: of equal offsets the first given stays first
  const ranges: SizeRange[] = []
  const pushGap = (offset: number, size: number): void => {
    if (typeof nameGap === 'string') ranges.push({ label: nameGap, kind: 'gap', offset, size })
    else ranges.push(...nameGap(offset, size))
  }
  let end = 0
  for (const claim of sorted) {
    const from = Math.min(Math.max(claim.offset, end), byteLength)
    const to = Math.min(Math.max(claim.offset + claim.size, from), byteLength)
    if (to === from && claim.memorySize === undefined) continue
    if (from > end) pushGap(end, from - end)
    ranges.push(from === claim.offset && to - from === claim.size ? claim : { ...claim, offset: from, size: to - from })
    end = to
  }
  if (end < byteLength) pushGap(end, byteLength - end)
  return { byteLength, ranges }
}

/** Bytes per label, largest first, ties by label. The sizes sum to the map's `byteLength`. */
export function totalsByLabel(map: SizeMap): SizeTotal[] {
  const totals = new Map<string, { label: string; kind: string; size: number; memorySize?: number; count: number }>()
  for (const range of map.ranges) {
    const total = totals.get(range.label)
    if (total === undefined) {
      totals.set(range.label, {
        label: range.label,
        kind: range.kind,
        size: range.size,
        count: 1,
        ...(range.memorySize === undefined ? {} : { memorySize: range.memorySize }),
      })
      continue
    }
    total.size += range.size
    total.count += 1
    if (range.memorySize !== undefined) total.memorySize = (total.memorySize ?? 0) + range.memorySize
  }
  return largestFirst([...totals.values()])
}

/** By size, then by label. There can be hundreds of thousands: sizes are sorted as numbers, labels only among equals. */
function largestFirst<T extends { readonly label: string; readonly size: number }>(totals: readonly T[]): T[] {
  const bySize = new Map<number, T[]>()
  for (const total of totals) {
    const equals = bySize.get(total.size)
    if (equals === undefined) bySize.set(total.size, [total])
    else equals.push(total)
  }
  const sizes = Float64Array.from(bySize.keys()).sort().reverse()
  return [...sizes].flatMap((size) => bySize.get(size)!.sort((a, b) => (a.label < b.label ? -1 : 1)))
}
