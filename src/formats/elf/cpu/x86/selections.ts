import { lengthAt } from '../../../../isa/x86/length.ts'
import type { Evaluation } from './evaluation.ts'
import type { Program } from './program.ts'
import { lastAtMost } from '../program/number-list.ts'

/** Bytes between a test and the branch on it. */
const MASK_DISTANCE = 24
const LOOK_BACK = 60
const LOOK_AHEAD = 45
/** A function and its twin do the same: they are of similar size. */
const twinRatio = { least: 0.15, most: 8 }

const Kind = { other: 0, branch: 1, jump: 2, call: 3, end: 4 } as const

interface Listing {
  /** Offset of each instruction in the code. */
  readonly at: readonly number[]
  readonly kind: Uint8Array
  readonly target: Float64Array
  /** By offset from the first instruction's: -1 where none begins. */
  readonly indexes: Int32Array
  /** Instructions that jump to an offset. */
  readonly jumpsTo: ReadonlyMap<number, readonly number[]>
  /** Addresses of instructions that test bits. */
  readonly masks: Float64Array
}

/**
 * Recognises choices between a function and its twin by their shape, where the flag they are made on came by a way that
 * could not be followed (a field of some object, a parameter).
 */
export class Selections {
  readonly #program: Program
  readonly #featuresOf: (index: number) => ReadonlySet<number> | undefined
  readonly #listings = new Map<number, Listing | undefined>()
  readonly #twins = new Map<number, boolean>()

  constructor(program: Program, featuresOf: (index: number) => ReadonlySet<number> | undefined) {
    this.#program = program
    this.#featuresOf = featuresOf
  }

  /**
   * Is one of `branches` on a test of some flag bits? Where `ending` runs, the program ends: a test there is the one that
   * ends it, and chooses nothing.
   */
  testsMask(index: number, branches: readonly number[], ending: Evaluation | undefined): boolean {
    const listing = this.#listing(index)
    if (listing === undefined) return false
    return branches.some((branch) => {
      const last = lastAtMost(listing.masks, branch)
      return last >= 0 && branch - listing.masks[last]! < MASK_DISTANCE && !runsIn(ending, branch)
    })
  }

  /**
   * Does a branch near the call at `at` lead, on its other side, to a like function without the features of `target`?
   * What is called where `ending` runs (see `chosenByMask`) is no alternative to anything.
   */
  hasTwin(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    let known = this.#twins.get(at)
    if (known === undefined) {
      known = this.#findTwin(index, at, target, ending)
      this.#twins.set(at, known)
    }
    return known
  }

  #findTwin(index: number, at: number, target: number, ending: Evaluation | undefined): boolean {
    const listing = this.#listing(index)
    const base = this.#baseOf(index)
    if (listing === undefined || base === undefined) return false
    const call = indexOf(listing, at - base)
    if (call === undefined) return false
    const { graph } = this.#program
    const others: number[] = []
    if (listing.kind[call] === Kind.branch && !asksCallee(listing, call)) others.push(call + 1)
    for (let place = call, steps = 0; place >= 0 && steps < LOOK_BACK; place--, steps++) {
      for (const jump of listing.jumpsTo.get(listing.at[place]!) ?? []) {
        if (listing.kind[jump] === Kind.branch && !asksCallee(listing, jump)) others.push(jump + 1)
      }
      if (place === 0) break
      const before = listing.kind[place - 1]
      if (before === Kind.branch && asksCallee(listing, place - 1)) break
      if (before === Kind.branch) {
        const inside = indexOf(listing, listing.target[place - 1]!)
        if (inside !== undefined) others.push(inside)
        else {
          const other = graph.functionAt(listing.target[place - 1]! + base)
          const ends = runsIn(ending, listing.at[place - 1]! + base)
          if (other !== undefined && other !== target && !ends && this.#featuresOf(other) === undefined) return true
        }
        if (others.length > 2) break
      }
      if (before === Kind.jump || before === Kind.end) break
    }
    return others.some((other) => !leadsTo(listing, other, call) && this.#leadsToTwin(listing, base, other, target, ending))
  }

  #leadsToTwin(listing: Listing, base: number, from: number, target: number, ending: Evaluation | undefined): boolean {
    const { graph } = this.#program
    let place = from
    for (let steps = 0; place < listing.at.length && steps < LOOK_AHEAD; steps++) {
      const kind = listing.kind[place]!
      const to = listing.target[place]!
      const inside = indexOf(listing, to)
      if (kind === Kind.call || (kind === Kind.jump && inside === undefined)) {
        const other = graph.functionAt(to + base)
        if (other === target) return false
        if (other !== undefined) return !runsIn(ending, listing.at[place]! + base) && this.isTwin(other, target)
      }
      if (kind === Kind.end || (kind === Kind.jump && inside === undefined)) return false
      place = kind === Kind.jump ? inside! : place + 1
    }
    return false
  }

  /** Are the two of similar size, and does `other` do without the features of `target`? */
  isTwin(other: number, target: number): boolean {
    const { graph } = this.#program
    const ours = this.#featuresOf(target)
    const theirs = this.#featuresOf(other)
    if (ours !== undefined && theirs !== undefined && [...ours].some((feature) => theirs.has(feature))) return false
    const ratio = (graph.ends[other]! - graph.starts[other]!) / (graph.ends[target]! - graph.starts[target]!)
    return ratio > twinRatio.least && ratio < twinRatio.most
  }

  #baseOf(index: number): number | undefined {
    const start = this.#program.graph.starts[index]!
    return this.#program.image.code.find((range) => start >= range.address && start < range.address + range.size)?.address
  }

  #listing(index: number): Listing | undefined {
    if (!this.#listings.has(index)) {
      if (this.#listings.size > 2000) this.#listings.clear()
      this.#listings.set(index, this.#list(index))
    }
    return this.#listings.get(index)
  }

  #list(index: number): Listing | undefined {
    const { graph, image, decoder } = this.#program
    const base = this.#baseOf(index)
    const range = image.code.find((candidate) => candidate.address === base)
    const start = graph.starts[index]!
    const end = graph.ends[index]!
    if (base === undefined || range === undefined || end - start > 100_000) return undefined
    const code = image.file.bytes.subarray(range.offset, range.offset + range.size)
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
    const at: number[] = []
    const kinds: number[] = []
    const targets: number[] = []
    const indexes = new Int32Array(end - start).fill(-1)
    const jumpsTo = new Map<number, number[]>()
    const masks: number[] = []
    for (let place = start - base; place < end - base; ) {
      const length = lengthAt(decoder, code, place) || 1
      const next = place + length
      let opcodeAt = place
      while (code[opcodeAt] === 0x66 || code[opcodeAt] === 0xf2 || code[opcodeAt] === 0x3e) opcodeAt++
      if ((code[opcodeAt]! & 0xf0) === 0x40) opcodeAt++
      const byte = code[opcodeAt]!
      const second = code[opcodeAt + 1]!
      let kind: number = Kind.other
      let target = -1
      if (next <= code.length) {
        if (byte >= 0x70 && byte < 0x80) [kind, target] = [Kind.branch, next + view.getInt8(next - 1)]
        else if (byte === 0x0f && (second & 0xf0) === 0x80) [kind, target] = [Kind.branch, next + view.getInt32(next - 4, true)]
        else if (byte === 0xeb) [kind, target] = [Kind.jump, next + view.getInt8(next - 1)]
        else if (byte === 0xe9) [kind, target] = [Kind.jump, next + view.getInt32(next - 4, true)]
        else if (byte === 0xe8) [kind, target] = [Kind.call, next + view.getInt32(next - 4, true)]
        else if (byte === 0xff && (second === 0x15 || second === 0x25)) {
          // through the GOT, as Rust calls what other crates have
          const address = image.slots.get(base + next + view.getInt32(next - 4, true))?.address
          kind = second === 0x15 ? Kind.call : address === undefined ? Kind.end : Kind.jump
          if (address !== undefined) target = address - base
        }
        else if (byte === 0xc3 || (byte === 0x0f && second === 0x0b) || (byte === 0xff && ((second >> 3) & 7) === 4)) kind = Kind.end
      }
      if (isMaskTest(byte, second, code[opcodeAt + 2]!)) masks.push(base + place)
      indexes[place - (start - base)] = at.length
      if (kind === Kind.branch || kind === Kind.jump) {
        const jumps = jumpsTo.get(target)
        if (jumps === undefined) jumpsTo.set(target, [at.length])
        else jumps.push(at.length)
      }
      at.push(place)
      kinds.push(kind)
      targets.push(target)
      place = next
    }
    return { at, kind: Uint8Array.from(kinds), target: Float64Array.from(targets), indexes, jumpsTo, masks: Float64Array.from(masks) }
  }
}

/** Index of the instruction at an offset in the code. */
function indexOf({ at, indexes }: Listing, offset: number): number | undefined {
  const index = indexes[offset - (at[0] ?? 0)]
  return index === undefined || index < 0 ? undefined : index
}

function runsIn(evaluation: Evaluation | undefined, at: number): boolean {
  return evaluation !== undefined && (evaluation.seen[at - evaluation.start]! & 1) !== 0
}

/**
 * Does the branch look at what a call has just returned? Calls whose results depend on the CPU were followed, so this one
 * is about something else (an environment variable, an error).
 */
function asksCallee(listing: Listing, branch: number): boolean {
  for (let back = 1; back <= 3 && branch - back >= 0; back++) {
    const kind = listing.kind[branch - back]
    if (kind === Kind.call) return true
    if (kind !== Kind.other) return false
  }
  return false
}

/** Does the way from one instruction run into another, whatever else it calls before? Then it is no alternative to it. */
function leadsTo(listing: Listing, from: number, goal: number): boolean {
  let place = from
  for (let steps = 0; place < listing.at.length && steps < 4 * LOOK_AHEAD; steps++) {
    if (place === goal) return true
    const kind = listing.kind[place]!
    if (kind === Kind.end) return false
    if (kind !== Kind.jump) place++
    else {
      const inside = indexOf(listing, listing.target[place]!)
      if (inside === undefined) return false
      place = inside
    }
  }
  return false
}

/** TEST or AND with an immediate, BT with an immediate. */
function isMaskTest(byte: number, second: number, third: number): boolean {
  const slash = (second >> 3) & 7
  if ((byte === 0xf6 || byte === 0xf7) && slash < 2) return true
  if (byte === 0xa8 || byte === 0xa9 || byte === 0x24 || byte === 0x25) return true
  if (byte === 0x0f && second === 0xba && ((third >> 3) & 7) === 4) return true
  return (byte === 0x80 || byte === 0x81 || byte === 0x83) && slash === 4
}
