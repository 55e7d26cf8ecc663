import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { CodeAddresses } from '../../program/code-addresses.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access, type Sweep } from '../../program/sweep.ts'
import type { AccessIndex } from '../../program/access-index.ts'
import { type Code, codeRanges } from './code.ts'
import { opcodeOf } from './opcode-of.ts'
import { endsFrame, makesFrame } from './tail-calls.ts'
import { isTransferAway } from './transfers-away.ts'

/** Instructions from the start of a function within which it makes its frame. */
const PROLOGUE = 12

/** A jump through a table in data, and the table's pointers in the list of all pointers to code. */
interface Table {
  readonly from: number
  readonly first: number
  readonly last: number
}

/** What is known of functions by something else than pointers in data. */
export interface KnownFunctions {
  /** Those within a function that has a switch are taken out. */
  readonly others: CodeAddresses
  /** Which of them only jumps lead to: tail calls, or parts of a function that lie where one may begin. */
  readonly jumpedTo: CodeAddresses
  /** What frames cover, where there are some: the rest may be hand-written assembly, or units that were compiled without (musl's bun). */
  readonly isCovered: ((address: number) => boolean) | undefined
}

/**
 * Pointers to code that begin no function, in code that is linked to fixed addresses: numbers that look like pointers, and the cases of a switch
 * (`jmp [table + index * 8]`), which are those of a jump that is made while the function's frame stands, so that it is no tail call, and that all lead
 * into the function the jump is in. 1 for each of them, in the order of `image.codePointers`.
 */
export function caseLabels(image: MemoryImage, sweep: Sweep, accesses: AccessIndex, decoder: X86Decoder, { others, jumpedTo, isCovered }: KnownFunctions): Uint8Array | undefined {
  if (!image.positionDependent) return undefined
  const { places, targets } = image.codePointers
  const labels = new Uint8Array(places.length)
  const tables = tablesOf(image, sweep, accesses).filter(({ from }) => isCovered?.(from) !== true)
  const inTables = new Uint8Array(places.length)
  for (const { first, last } of tables) inTables.fill(1, first, last)
  const codeAt = codeRanges(image)
  const certain = others.sorted()
  const isNumber = (pointer: number): boolean => {
    const target = targets[pointer]!
    if (isCovered === undefined && target % MEGABYTE === 0) return true
    const place = placeOf(decoder, codeAt, certain, target)
    const isAligned = target % ALIGNED === 0
    if (target % ROUND === 0) return place !== Place.behindEnd
    // among hand-written assembly, which frames do not cover, may be data that decodes into what comes behind
    if (place === Place.inside) return isCovered === undefined || !isAligned
    // and it may be entered anywhere, by pointers that stand beside others
    const isAlone = places[pointer - 1] !== places[pointer]! - 8 && places[pointer + 1] !== places[pointer]! + 8
    return place === Place.runInto && !isAligned && isAlone
  }
  for (let pointer = 0; pointer < targets.length; pointer++) {
    const target = targets[pointer]!
    if (inTables[pointer] === 1 || others.has(target) || isCovered?.(target) === true) continue
    if (isNumber(pointer)) labels[pointer] = 1
    else others.add(target)
  }
  const starts = others.sorted()
  for (const { from, first, last } of tables) {
    let index = lastAtMost(starts, from)
    while (index > 0 && jumpedTo.has(starts[index]!) && !isInFrame(decoder, codeAt, starts[index]!, from)) index--
    if (index < 0 || !isInFrame(decoder, codeAt, starts[index]!, from)) continue
    const start = starts[index]!
    let next = index + 1
    while (next < starts.length && jumpedTo.has(starts[next]!)) next++
    const end = starts[next] ?? Infinity
    const cases = targets.subarray(first, last)
    if (!cases.every((target) => target > start && target < end)) continue
    labels.fill(1, first, last)
    const behind = cases.reduce((last, target) => Math.max(last, target), from)
    for (let part = index + 1; part < next && starts[part]! <= behind; part++) others.delete(starts[part]!)
  }
  return labels
}

/**
 * Which addresses of code that instructions name are numbers, in code that is linked to fixed addresses: those in the middle of an instruction
 * (`min(delay, 60000000)`), and round ones.
 *
 * @param others functions that are known by something else
 */
export function numbersLikeAddresses(image: MemoryImage, decoder: X86Decoder, others: CodeAddresses): (address: number) => boolean {
  if (!image.positionDependent) return () => false
  const codeAt = codeRanges(image)
  const certain = others.sorted()
  return (address) => {
    if (others.has(address)) return false
    const place = address % MEGABYTE === 0 ? Place.inside : placeOf(decoder, codeAt, certain, address)
    return place === Place.inside || (place === Place.runInto && address % ROUND === 0)
  }
}

/** One of 65,536 functions begins at a multiple of it; numbers often are (`0x180_0000`). */
const MEGABYTE = 0x10_0000

/** Functions of hand-written assembly begin at multiples of it, also where another runs on into them. */
const ALIGNED = 16

/** Bytes that are decoded to see where instructions begin. */
const LONGEST = 6000
/** Where no function begins so near, bytes after which decoding has come upon where instructions begin, whatever byte it began with. */
const IN_STEP = 1024
/** Bytes with which it begins, one after another: all have to say the same. */
const BEGINNINGS = 3

/** What numbers in data are multiples of more often than addresses are. */
const ROUND = 0x1_0000

/** What an address is in the code before it. */
const Place = {
  /** Behind an end, or where nothing is known. */
  behindEnd: 0,
  /** An instruction of code that goes on there. */
  runInto: 1,
  /** The middle of an instruction. */
  inside: 2,
} as const

/**
 * Where pointers have no relocations, a number may look like one: pairs of 16-bit numbers do, such as tables of Unicode have by the thousand. (Most functions
 * come behind the end of another, so that there is nothing to decode.)
 */
function placeOf(decoder: X86Decoder, codeAt: Code['codeAt'], starts: Float64Array, address: number): number {
  const range = codeAt(address)
  if (range === undefined || isBehindEnd(range.code, address - range.base)) return Place.behindEnd
  const { code, base } = range
  const to = address - base
  const before = (starts[lastAtMost(starts, address - 1)] ?? -Infinity) - base
  if (before < 0) return Place.behindEnd
  const isNear = to - before <= LONGEST
  let place: number | undefined
  for (let beginning = 0; beginning < (isNear ? 1 : BEGINNINGS); beginning++) {
    const found = placeFrom(decoder, code, isNear ? before : to - IN_STEP + beginning, to)
    if (place !== undefined && found !== place) return Place.behindEnd
    place = found
  }
  return place!
}

/** The same of the byte at `to`, decoding from `from`. */
function placeFrom(decoder: X86Decoder, code: Uint8Array, from: number, to: number): number {
  let at = from
  let last = from
  while (at < to) {
    const length = lengthAt(decoder, code, at) || 1
    if (!isFiller(code, at)) last = at
    at += length
  }
  if (at !== to) return Place.inside
  return isTransferAway(code, last) ? Place.behindEnd : Place.runInto
}

/** NOP, and LEA of a register into itself, which older assemblers fill up with. */
function isFiller(code: Uint8Array, at: number): boolean {
  const opcodeAt = opcodeOf(code, at)
  const second = code[opcodeAt + 1]!
  return code[opcodeAt] === 0x90 || (code[opcodeAt] === 0x0f && second === 0x1f) || (code[opcodeAt] === 0x8d && (second === 0x74 || second === 0x76 || second === 0xb4))
}

/** INT3, NOP, RET, JMP, UD2, or a call that does not come back. */
function isBehindEnd(code: Uint8Array, end: number): boolean {
  const last = code[end - 1]
  return last === 0xcc || last === 0x90 || last === 0xc3 || (last === 0x0b && code[end - 2] === 0x0f) || code[end - 5] === 0xe9 || code[end - 5] === 0xe8 || code[end - 2] === 0xeb
}

/** Tables that are jumped through: up to the next thing that something names. */
function tablesOf(image: MemoryImage, sweep: Sweep, { addresses }: AccessIndex): Table[] {
  const { places } = image.codePointers
  const to = sweep.accessTo.values()
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const codeAt = codeRanges(image)
  const tables: Table[] = []
  for (let access = 0; access < to.length; access++) {
    if (kind[access] !== Access.take || !isJumpThroughTable(codeAt, from[access]!)) continue
    const first = lastAtMost(places, to[access]!)
    if (first < 0 || places[first] !== to[access]) continue
    const next = addresses[lastAtMost(addresses, to[access]!) + 1] ?? Infinity
    let last = first + 1
    while (last < places.length && places[last] === places[last - 1]! + 8 && places[last]! < next) last++
    tables.push({ from: from[access]!, first, last })
  }
  return tables
}

/** FF /4 with an index and 32 bits of displacement, of a constant table. */
function isJumpThroughTable(codeAt: Code['codeAt'], address: number): boolean {
  const range = codeAt(address)
  if (range === undefined) return false
  let at = address - range.base
  if (range.code[at] === 0x3e) at++ // NOTRACK
  if ((range.code[at]! & 0xf0) === 0x40) at++
  return range.code[at] === 0xff && range.code[at + 1] === 0x24
}

/** Does the function that begins at `start` have a frame, and not just let go of it, when it comes to the jump at `from`? */
function isInFrame(decoder: X86Decoder, codeAt: Code['codeAt'], start: number, from: number): boolean {
  const range = codeAt(start)
  if (range === undefined) return false
  const { code, base } = range
  const jump = from - base
  if (endsFrame(decoder, code, jump)) return false
  let at = start - base
  for (let count = 0; count < PROLOGUE && at < jump; count++) {
    if (makesFrame(code, at)) return true
    const length = lengthAt(decoder, code, at)
    if (length === 0) return false
    at += length
  }
  return false
}
