import { deflateRawSync } from 'node:zlib'
import { letters, letterUnits } from './letters.ts'
import { type LetterState, MOST_HOLDERS } from './letter-state.ts'

const LETTERS = letters.length
/** How far back deflate finds repeats. */
const REACH = 32 * 1024
/** Bytes behind the last change whose repeats may point back to it; the whole reach costs twice the time for 0.2 %. */
const AFTER = 6000
/** Changes that lie further apart are not tried: what they do to each other is not what they cost. */
const WIDEST = 96 * 1024
/** Letters that are tried on a binding each time. */
const TRIES = 6
/** How much worse by contexts a letter may be and still be tried. */
const SLACK = 4
/** Bytes by which a step may be wrong in the beginning; none in the last fifth of the passes. */
const WARMTH = 0.5

export interface ClimbOptions {
  /** Times that every binding is looked at. */
  readonly passes: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Hill climbing: gives bindings other letters, those that contexts speak for first, and keeps what makes the part of
 * the text that feels it shorter when it is deflated; in the beginning also what makes it a little longer. Counts
 * steps, not time, and draws from a fixed series: the same text has the same result.
 *
 * @param bytes the text in UTF-8; changed with the state
 * @param places where each place of the graph lies in `bytes`
 * @returns the letters of all bindings after the best pass, as a copy
 */
export function climbLetters(
  state: LetterState,
  bytes: Uint8Array,
  places: Int32Array,
  { passes, signal }: ClimbOptions,
): Uint8Array {
  const climber = new Climber(state, bytes, places)
  let best = state.graph.letters.slice()
  let bestSize = deflatedSize(bytes, 0, bytes.byteLength)
  for (let pass = 0; pass < passes; pass++) {
    const warmth = passes < 3 ? 0 : WARMTH * Math.max(0, 1 - (1.25 * pass) / (passes - 1))
    const changed = climber.pass(pass % 2 === 1, warmth, signal)
    const size = deflatedSize(bytes, 0, bytes.byteLength)
    if (size < bestSize) {
      best = state.graph.letters.slice()
      bestSize = size
    }
    if (changed === 0 && warmth === 0) break
  }
  return best
}

interface Try {
  readonly letter: number
  readonly gain: number
  /** The bindings that change: the first takes the letter, the others its old one. */
  readonly moved: readonly number[]
}

class Climber {
  readonly #state: LetterState
  readonly #bytes: Uint8Array
  readonly #places: Int32Array
  #random = 0x2545f491

  constructor(state: LetterState, bytes: Uint8Array, places: Int32Array) {
    this.#state = state
    this.#bytes = bytes
    this.#places = places
  }

  pass(backwards: boolean, warmth: number, signal: AbortSignal | undefined): number {
    const { order } = this.#state
    this.#state.countAll()
    let changed = 0
    for (let i = 0; i < order.length; i++) {
      signal?.throwIfAborted()
      if (this.#climb(order[backwards ? order.length - 1 - i : i]!, warmth)) changed++
    }
    return changed
  }

  #climb(node: number, warmth: number): boolean {
    const state = this.#state
    const tries = this.#tries(node)
    if (tries.length === 0) return false
    const { from, to } = this.#extent(tries)
    if (to - from > WIDEST) return false
    const end = Math.min(this.#bytes.byteLength, to + AFTER)
    const old = state.graph.letters[node]!
    let best: Try | undefined
    let bestSize = deflatedSize(this.#bytes, from, end) + (warmth > 0 ? Math.floor(-warmth * Math.log(this.#draw())) : 0)
    for (const one of tries) {
      this.#write(one.moved, one.letter, old)
      const size = deflatedSize(this.#bytes, from, end)
      this.#write(one.moved, old, one.letter)
      if (size < bestSize || (size === bestSize && best === undefined && (one.gain > 0 || this.#draw() < 0.5))) {
        best = one
        bestSize = size
      }
    }
    if (best === undefined) return false
    this.#write(best.moved, best.letter, old)
    state.count(node, -1)
    state.take(node, best.letter)
    state.count(node, 1)
    return true
  }

  /** The letters that are worth most by context, best first. */
  #tries(node: number): readonly Try[] {
    const state = this.#state
    const { scores, holders } = state
    const old = state.graph.letters[node]!
    state.count(node, -1)
    state.lookAt(node)
    const found: { letter: number; gain: number }[] = []
    for (let letter = 0; letter < LETTERS; letter++) {
      if (letter === old || state.forbids(node, letter) || holders[letter]! > MOST_HOLDERS) continue
      let gain = scores[letter]! - scores[old]!
      if (gain >= -SLACK && holders[letter] !== 0) {
        if (!state.canExchange(node, letter)) continue
        gain = state.exchangeGain(node, letter, gain, -SLACK)
      }
      if (gain >= -SLACK) found.push({ letter, gain })
    }
    state.count(node, 1)
    return found
      .sort((a, b) => b.gain - a.gain || a.letter - b.letter)
      .slice(0, TRIES)
      .map(({ letter, gain }) => ({ letter, gain, moved: state.movedBy(node, letter) }))
  }

  /** From the first byte that one of the tries may change to behind the last. */
  #extent(tries: readonly Try[]): { from: number; to: number } {
    const { placeStarts } = this.#state.graph
    let from = Infinity
    let to = 0
    for (const { moved } of tries) {
      for (const node of moved) {
        from = Math.min(from, this.#places[placeStarts[node]!]!)
        to = Math.max(to, this.#places[placeStarts[node + 1]! - 1]! + 1)
      }
    }
    return { from, to }
  }

  #write(moved: readonly number[], own: number, others: number): void {
    const { placeStarts } = this.#state.graph
    for (const [index, node] of moved.entries()) {
      const unit = letterUnits[index === 0 ? own : others]!
      for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) this.#bytes[this.#places[i]!] = unit
    }
  }

  /** Between 0 and 1 (xorshift32). */
  #draw(): number {
    let x = this.#random
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    this.#random = x
    return (x >>> 0) / 2 ** 32
  }
}

/** Bytes that a part of the text takes when it is deflated behind what comes before it. */
function deflatedSize(bytes: Uint8Array, from: number, to: number): number {
  const dictionary = bytes.subarray(Math.max(0, from - REACH), from)
  return deflateRawSync(bytes.subarray(from, to), {
    level: 9,
    memLevel: 9,
    ...(dictionary.byteLength > 0 ? { dictionary } : {}),
  }).byteLength
}
