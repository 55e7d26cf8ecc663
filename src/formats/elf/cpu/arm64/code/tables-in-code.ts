import type { MemoryImage } from '../../program/memory-image.ts'
import { itemAtMost } from '../../program/number-list.ts'
import type { Sweep } from '../../program/sweep.ts'

/** Bytes between words that are no instructions, within one table: one in six random words is none. */
const GAP = 128
/** Words of a table that are no instructions: at least so many, and one in so many of all. */
const LEAST = 8
const SHARE = 10
/** A table of so many of them goes on behind so many bytes without any, and without a RET. */
const LARGE = { words: 64, gap: 512 } as const
const RET = 0xd65f_03c0 | 0

/**
 * Leaves out what tables of constants among code (those of P-256 in OpenSSL have 150 KB) look like when they are decoded:
 * calls, jumps and addresses, which make functions begin in the middle of others. Code that a frame describes is no table.
 *
 * @returns does a table hold the address?
 */
export function leaveOutTables(image: MemoryImage, sweep: Sweep, frames: readonly { readonly address: number; readonly size: number }[]): (address: number) => boolean {
  const tables = findTables(image, sweep.undecodableAt.values()).filter(({ start }) => !frames.some(({ address, size }) => start >= address && start < address + size))
  if (tables.length === 0) return () => false
  const starts = Float64Array.from(tables, ({ start }) => start)
  const isInTable = (at: number): boolean => {
    const table = itemAtMost(tables, starts, at)
    return table !== undefined && at <= table.last
  }
  keep([sweep.transferFrom, sweep.transferTo, sweep.transferKind], (at) => !isInTable(at))
  keep([sweep.accessFrom, sweep.accessTo, sweep.accessKind], (at) => !isInTable(at))
  return isInTable
}

interface List {
  length: number
  values(): Float64Array | Uint8Array
}

/** Keeps the entries of parallel lists whose number in the first one is wanted. */
function keep(lists: readonly [List, ...List[]], isWanted: (at: number) => boolean): void {
  const all = lists.map((list) => list.values())
  const first = all[0]!
  let kept = 0
  for (let index = 0; index < first.length; index++) {
    if (!isWanted(first[index]!)) continue
    if (kept !== index) for (const values of all) values[kept] = values[index]!
    kept++
  }
  for (const list of lists) list.length = kept
}

/** @param undecodable addresses of words that are no instructions, in order */
function findTables(image: MemoryImage, undecodable: Float64Array): { readonly start: number; readonly last: number }[] {
  const tables: { start: number; last: number; count: number }[] = []
  let first = 0
  for (let index = 1; index <= undecodable.length; index++) {
    if (index < undecodable.length && undecodable[index]! - undecodable[index - 1]! <= GAP) continue
    const [start, last, count] = [undecodable[first]!, undecodable[index - 1]!, index - first]
    first = index
    if (count < LEAST || count * SHARE * 4 < last - start) continue
    const before = tables.at(-1)
    if (before !== undefined && start - before.last <= LARGE.gap && Math.max(before.count, count) >= LARGE.words && !hasReturn(image, before.last, start)) {
      before.last = last
      before.count += count
    } else tables.push({ start, last, count })
  }
  return tables
}

function hasReturn({ code, view }: MemoryImage, from: number, to: number): boolean {
  const range = code.find(({ address, size }) => from >= address && to <= address + size)
  if (range === undefined) return true
  for (let at = from; at < to; at += 4) if (view.getInt32(range.offset + at - range.address, true) === RET) return true
  return false
}
