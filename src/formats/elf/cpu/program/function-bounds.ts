import type { MemoryImage } from './memory-image.ts'
import { CodeAddresses } from './code-addresses.ts'
import type { Jump } from './edges.ts'
import { lastAtMost } from './number-list.ts'
import { Access, type Sweep, Transfer } from './sweep.ts'

/** Code that frames and symbols know: starts, and ends where a frame states them. */
export interface KnownCode {
  readonly frames: readonly { readonly address: number; readonly size: number }[]
  readonly names: ReadonlyMap<number, string>
  readonly starts: ReadonlySet<number>
  /** Does an instruction store to what is there, or take its address? */
  isChanged(address: number): boolean
  /** Of every instruction. */
  readonly alignment?: number
  /** Does control run on from the instruction before an address to it? Asked of aligned places among code without frames. */
  isRunInto?(address: number): boolean
  /**
   * Pointers that lead into the middle of functions: 1 for each of them, in the order of `codePointers`. Given the functions
   * known by something else, to which others may be added, which of them only jumps lead to (those that turn out to be within another are taken
   * out), and what frames cover, where there are some.
   */
  labels?(others: CodeAddresses, jumpedTo: CodeAddresses, isCovered: ((address: number) => boolean) | undefined): Uint8Array | undefined
  /** Is what some instruction names, and looks like an address of code, a number? Given the functions that are known by something else. */
  numbers?(others: CodeAddresses): (address: number) => boolean
  /** May a function begin at an address that another function jumps to, neither of which has a frame? */
  isJumpedTo?(address: number): boolean
  /** Is the jump at `from` made where its function, which begins where `startOf` says, has let go of its frame, or made none, and `target` behind the end of another? */
  isTailCall?(startOf: (address: number) => number, from: number, target: number): boolean
  /** Does a linker's filling of traps come before an address, as it does between functions? */
  isBehindTraps?(address: number): boolean
  /** Short jumps out of functions without frames, and where those begin. */
  leftByShortJumps?(starts: Float64Array, isFramed: (address: number) => boolean): Iterable<Jump & { readonly start: number }>
  /** Does a short branch of what begins at `from` lead on to `address`, so that this is a part of it? */
  isBranchedTo?(from: number, address: number): boolean
  /** Is `address` in the middle of an instruction, as they are counted from `from` on? */
  isInInstruction?(from: number, address: number): boolean
  /** Jumps to where functions turned out to begin that the sweep took for parts of others, in the order of addresses. Given all that begin. */
  shortJumps?(starts: Float64Array): readonly Jump[]
  /** Is a jump (`always`: not a branch) to that address a tail call, by what is there? Asked where there are no frames. */
  isTailCalled?(address: number, always: boolean): boolean
}

/** Where functions begin and end: by frames, symbols, calls, addresses taken, pointers in data, and what lies between frames. */
export function functionBounds(image: MemoryImage, sweep: Sweep, known: KnownCode): { addresses: CodeAddresses; starts: Float64Array; ends: Float64Array } {
  const frames = [...known.frames].filter((frame) => image.inCode(frame.address)).sort((a, b) => a.address - b.address)
  const frameStarts = Float64Array.from(frames, (frame) => frame.address)
  const frameEnds = Float64Array.from(frames, (frame) => frame.address + frame.size)
  const covered = (address: number): boolean => {
    const index = lastAtMost(frameStarts, address)
    return index >= 0 && address < frameEnds[index]!
  }
  const all = new CodeAddresses(image.code, known.alignment)
  for (const start of known.starts) all.add(start)
  for (const start of frameStarts) all.add(start)
  for (const gap of gapStarts(image, frameStarts, frameEnds, known)) all.add(gap)
  const jumpedTo = new CodeAddresses(image.code, known.alignment)
  if (frames.length > 0) {
    addTargets(all, sweep, frameStarts, frameEnds, covered)
    addJumpedTo(all, jumpedTo, sweep, covered, known)
  } else addCalled(all, jumpedTo, sweep, known)
  const isNumber = frames.length > 0 ? undefined : known.numbers?.(all)
  addTaken(all, image, sweep, (address) => covered(address) || isNumber?.(address) === true)
  addPointed(all, image, covered, known.labels?.(all, jumpedTo, frames.length > 0 ? covered : undefined))
  // told by bytes of x86 instructions
  if (frames.length > 0 && known.alignment === undefined) for (const start of unnamedStarts(image, sweep, all, { frameStarts, frameEnds }, known)) all.add(start)
  if (frames.length > 0) {
    for (const { start, from, to } of known.leftByShortJumps?.(all.sorted(), covered) ?? []) {
      if (!all.has(to) && !covered(to) && (known.isJumpedTo?.(to) === true || known.isTailCall?.(() => start, from, to) === true)) all.add(to)
    }
  }
  const starts = all.sorted()
  return { addresses: all, starts, ends: endsOf(image, starts, frameStarts, frameEnds) }
}

// Each loop by itself: V8 compiles a function anew for each long loop in it, and throws that away at its end.

/** What is called, and what framed code jumps to and no frame covers. */
function addTargets(all: CodeAddresses, { transferFrom, transferTo, transferKind }: Sweep, frameStarts: Float64Array, frameEnds: Float64Array, covered: (address: number) => boolean): void {
  const from = transferFrom.values()
  const to = transferTo.values()
  const kinds = transferKind.values()
  let frame = -1
  for (let index = 0; index < to.length; index++) {
    const kind = kinds[index]!
    if (kind === Transfer.indirectCall || kind === Transfer.indirectJump) continue
    const target = to[index]!
    if (kind === Transfer.call) {
      all.add(target)
      continue
    }
    // what is jumped from comes in order, and most jumps stay in their frame
    while (frame + 1 < frameStarts.length && frameStarts[frame + 1]! <= from[index]!) frame++
    const isCovered = frame >= 0 && from[index]! < frameEnds[frame]!
    if (isCovered && (target < frameStarts[frame]! || target >= frameEnds[frame]!) && !all.has(target) && !covered(target)) all.add(target)
  }
}

/** What one function jumps to of what seems to be another's, where neither has a frame: some units of a program may be compiled without. It is in `jumpedTo` as well. */
function addJumpedTo(all: CodeAddresses, jumpedTo: CodeAddresses, { transferFrom, transferTo, transferKind }: Sweep, covered: (address: number) => boolean, known: KnownCode): void {
  const from = transferFrom.values()
  const to = transferTo.values()
  const kinds = transferKind.values()
  const startOf = (address: number): number => startBefore(all, address)
  for (let index = 0; index < to.length; index++) {
    if (kinds[index] !== Transfer.jump || covered(from[index]!)) continue
    const target = to[index]!
    if (all.has(target) || covered(target)) continue
    const isOfAnother = beginsBetween(all, from[index]!, target)
    if (isOfAnother ? known.isJumpedTo?.(target) !== true && known.isTailCall?.(startOf, from[index]!, target) !== true : known.isBehindTraps?.(target) !== true) continue
    all.add(target)
    jumpedTo.add(target)
  }
}

/** What is called, and what is jumped to as a tail call: without frames. What is not called is in `jumpedTo` as well. */
function addCalled(all: CodeAddresses, jumpedTo: CodeAddresses, { transferFrom, transferTo, transferKind }: Sweep, known: KnownCode): void {
  const from = transferFrom.values()
  const to = transferTo.values()
  const kinds = transferKind.values()
  const startOf = (address: number): number => startBefore(all, address)
  for (let index = 0; index < to.length; index++) if (kinds[index] === Transfer.call) all.add(to[index]!)
  for (let index = 0; index < to.length; index++) {
    const kind = kinds[index]!
    if (kind === Transfer.call || kind === Transfer.indirectCall || kind === Transfer.indirectJump || all.has(to[index]!)) continue
    const isJump = kind === Transfer.jump
    if (known.isTailCalled?.(to[index]!, isJump) !== true && !(isJump && known.isTailCall?.(startOf, from[index]!, to[index]!) === true && beginsBetween(all, from[index]!, to[index]!))) continue
    all.add(to[index]!)
    jumpedTo.add(to[index]!)
  }
}

/** Bytes in which it is looked for where a function begins. */
const NEAR = 1024

/** Where the function begins, as far as is known, that has an instruction at `address`; -1 where that is far away. */
function startBefore(all: CodeAddresses, address: number): number {
  return all.lastIn(Math.max(0, address - NEAR), address)
}

/** Does a function begin between a jump and its target? */
function beginsBetween(all: CodeAddresses, from: number, target: number): boolean {
  return (target < from ? all.lastIn(target + 1, from) : all.lastIn(from + 1, target - 1)) >= 0
}

function addTaken(all: CodeAddresses, image: MemoryImage, { accessTo, accessKind }: Sweep, covered: (address: number) => boolean): void {
  const to = accessTo.values()
  const kinds = accessKind.values()
  for (let index = 0; index < to.length; index++) if (kinds[index] === Access.take && image.inCode(to[index]!) && !covered(to[index]!)) all.add(to[index]!)
}

function addPointed(all: CodeAddresses, { codePointers: { targets } }: MemoryImage, covered: (address: number) => boolean, labels: Uint8Array | undefined): void {
  for (let pointer = 0; pointer < targets.length; pointer++) if (labels?.[pointer] !== 1 && !covered(targets[pointer]!)) all.add(targets[pointer]!)
}

/** Functions end where the next begins, the code ends, or a frame says so. */
function endsOf(image: MemoryImage, starts: Float64Array, frameStarts: Float64Array, frameEnds: Float64Array): Float64Array {
  const ends = new Float64Array(starts.length)
  let range = 0
  let frame = -1
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index]!
    while (image.code[range]!.address + image.code[range]!.size <= start) range++
    const rangeEnd = image.code[range]!.address + image.code[range]!.size
    ends[index] = index + 1 < starts.length ? Math.min(starts[index + 1]!, rangeEnd) : rangeEnd
    while (frame + 1 < frameStarts.length && frameStarts[frame + 1]! <= start) frame++
    if (frame >= 0 && start < frameEnds[frame]!) ends[index] = Math.min(ends[index]!, frameEnds[frame]!)
  }
  return ends
}

/** Hand-written assembly has no frames: what is not padding between two frames is code. */
function* gapStarts(image: MemoryImage, starts: Float64Array, ends: Float64Array, { alignment = 1, isRunInto }: KnownCode): Iterable<number> {
  const { bytes } = image.file
  for (let index = 0; index < starts.length; index++) {
    const end = ends[index]!
    const next = index + 1 < starts.length ? starts[index + 1]! : Infinity
    if (end >= next) continue
    const range = image.code.find((candidate) => end >= candidate.address && end < candidate.address + candidate.size)
    if (range === undefined) continue
    const offset = range.offset + end - range.address
    const limit = Math.min(next, end + 64, range.address + range.size) - end
    let padding = 0
    while (padding < limit && isPadding(bytes[offset + padding]!)) padding++
    if (padding === limit && next - end <= 64) continue
    yield end
    // what is no padding belongs to what begins there, as far as bytes of x86 tell
    const aligned = Math.ceil(end / 16) * 16
    if (aligned < next && (alignment > 1 ? isRunInto?.(aligned) !== true : bytes.subarray(offset, offset + aligned - end).every((byte) => isPadding(byte) || isInLongNop(byte)))) yield aligned
  }
}

/** Bytes of NOPs with operands (0F 1F 84 00), and of A64's. */
function isInLongNop(byte: number): boolean {
  return byte === 0x1f || byte === 0x40 || byte === 0x44 || byte === 0x80 || byte === 0x84 || byte === 0x20 || byte === 0x03 || byte === 0xd5
}

interface Frames {
  readonly frameStarts: Float64Array
  readonly frameEnds: Float64Array
}

/**
 * Functions of hand-written assembly that nothing names: behind the end of another one and padding. Where no jump leads there,
 * and none through a register or a table comes before it, it is no part of that one.
 */
function* unnamedStarts(image: MemoryImage, sweep: Sweep, all: CodeAddresses, { frameStarts, frameEnds }: Frames, known: KnownCode): Iterable<number> {
  const { bytes } = image.file
  let jumpedTo: CodeAddresses | undefined
  for (let index = 0; index < frameStarts.length; index++) {
    const from = frameEnds[index]!
    const next = frameStarts[index + 1] ?? Infinity
    if (next - from < 32) continue
    const range = image.code.find((candidate) => from >= candidate.address && from < candidate.address + candidate.size)
    if (range === undefined) continue
    const to = Math.min(next, range.address + range.size)
    const shift = range.offset - range.address
    const jumps = new IndirectJumps(bytes.subarray(from + shift, to + shift))
    // the last function that begins before, of those that begin up to where it was looked for
    let start = -1
    let looked = from
    for (let at = Math.ceil(from / 16) * 16; at < to; at += 16) {
      let end = at - 1
      while (end > from && at - end < 16 && isNopByte(bytes[end + shift]!)) end--
      if (end === at - 1 || bytes[end + shift] !== 0xc3 || isPadding(bytes[at + shift]!) || all.has(at)) continue
      const jump = jumps.lastUpTo(at - from)
      start = Math.max(start, all.lastIn(looked, at))
      looked = at
      if (jump >= 0 && from + jump >= start) continue
      if (jumpedTo === undefined) {
        jumpedTo = new CodeAddresses(image.code)
        for (const target of sweep.transferTo.values()) jumpedTo.add(target)
      }
      // what looks like a RET may be the last byte of another instruction, and the NOPs the beginning of the next
      const first = Math.max(start, from)
      if (known.isInInstruction?.(first, end) === true && known.isInInstruction(first, at)) continue
      // nor is it filled up where another begins behind the RET (66 0F 6F: MOVDQA)
      if (known.isInInstruction?.(end + 1, at) === true) continue
      if (!jumpedTo.has(at) && known.isBranchedTo?.(first, at) !== true) yield at
    }
  }
}

/** Jumps through registers and tables, as far as bytes look like them. */
class IndirectJumps {
  readonly #bytes: Uint8Array
  #next: number
  #last = -1

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#next = bytes.indexOf(0xff)
  }

  /** Offset of the last one that is at most `limit`, or -1. Asked in order. */
  lastUpTo(limit: number): number {
    const bytes = this.#bytes
    while (this.#next >= 0 && this.#next <= limit) {
      const modrm = bytes[this.#next + 1]!
      if ((modrm & 0xf8) === 0xe0 || modrm === 0x24) this.#last = this.#next
      this.#next = bytes.indexOf(0xff, this.#next + 1)
    }
    return this.#last
  }
}

/** Bytes of NOPs of x86, and INT3. */
export function isNopByte(byte: number): boolean {
  return byte === 0x90 || byte === 0x66 || byte === 0x0f || byte === 0x1f || byte === 0x00 || byte === 0x40 || byte === 0x44 || byte === 0x80 || byte === 0x84 || byte === 0x2e || byte === 0xcc
}

function isPadding(byte: number): boolean {
  return byte === 0xcc || byte === 0x90 || byte === 0 || byte === 0x66 || byte === 0x0f || byte === 0x2e
}
