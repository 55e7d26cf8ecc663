import { ContextCounts } from './context-counts.ts'
import { letters, letterUnits } from './letters.ts'
import type { NameGraph } from './name-graph.ts'

const LETTERS = letters.length
/** Letters tried that other bindings must give up. */
const EXCHANGES = 8
/** Bindings that may have to change for one exchange. */
const HOLDERS = 6

export interface ChooseOptions {
  /** Times that every binding is looked at. */
  readonly passes: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Gives every binding the letter that has most often stood in the contexts it stands in, where that letter is free or
 * its holders can take the old one. Changes `graph.letters` and `units` together.
 *
 * @returns how many bindings changed in each pass
 */
export function chooseLetters(graph: NameGraph, units: Uint16Array, options: ChooseOptions): number[] {
  return new LetterChooser(graph, units).run(options)
}

class LetterChooser {
  readonly #graph: NameGraph
  readonly #units: Uint16Array
  readonly #counts: ContextCounts
  readonly #scores: Float32Array = new Float32Array(LETTERS)
  readonly #other: Float32Array = new Float32Array(LETTERS)
  /** Holders of each letter among the neighbours of the binding in hand, as chains. */
  readonly #firstHolder: Int32Array = new Int32Array(LETTERS)
  readonly #nextHolder: Int32Array
  readonly #holders: Int32Array = new Int32Array(LETTERS)

  constructor(graph: NameGraph, units: Uint16Array) {
    this.#graph = graph
    this.#units = units
    this.#counts = new ContextCounts(units, graph.places.length)
    this.#nextHolder = new Int32Array(graph.size)
  }

  run({ passes, signal }: ChooseOptions): number[] {
    const { size, movable, places, placeStarts } = this.#graph
    const order = Int32Array.from({ length: size }, (_, node) => node)
      .filter((node) => movable[node] === 1 && placeStarts[node] !== placeStarts[node + 1])
      .sort((a, b) => places[placeStarts[a]!]! - places[placeStarts[b]!]!)
    const changes: number[] = []
    for (let pass = 0; pass < passes; pass++) {
      signal?.throwIfAborted()
      this.#countAll()
      let changed = 0
      for (let i = 0; i < order.length; i++) {
        if (this.#improve(order[pass % 2 === 0 ? i : order.length - 1 - i]!)) changed++
      }
      changes.push(changed)
      if (changed === 0) break
    }
    return changes
  }

  #countAll(): void {
    this.#counts.clear()
    for (let node = 0; node < this.#graph.size; node++) this.#count(node, 1)
  }

  #count(node: number, sign: 1 | -1): void {
    const { places, placeStarts, letters } = this.#graph
    const letter = letters[node]!
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) {
      if (sign === 1) this.#counts.add(places[i]!, letter)
      else this.#counts.remove(places[i]!, letter)
    }
  }

  #score(node: number, scores: Float32Array): void {
    const { places, placeStarts } = this.#graph
    scores.fill(0)
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) this.#counts.score(places[i]!, scores)
  }

  #set(node: number, letter: number): void {
    const { places, placeStarts, letters } = this.#graph
    letters[node] = letter
    const unit = letterUnits[letter]!
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) this.#units[places[i]!] = unit
  }

  #forbids(node: number, letter: number): boolean {
    const mask = letter < 32 ? this.#graph.forbiddenLow[node]! : this.#graph.forbiddenHigh[node]!
    return (mask & (1 << (letter & 31))) !== 0
  }

  #improve(node: number): boolean {
    const { letters, neighbours, neighbourStarts } = this.#graph
    const old = letters[node]!
    const holders = this.#holders.fill(0)
    const first = this.#firstHolder.fill(-1)
    for (let i = neighbourStarts[node]!; i < neighbourStarts[node + 1]!; i++) {
      const other = neighbours[i]!
      const letter = letters[other]!
      this.#nextHolder[other] = first[letter]!
      first[letter] = other
      holders[letter]!++
    }
    this.#count(node, -1)
    const scores = this.#scores
    this.#score(node, scores)
    const base = scores[old]!
    let best = old
    let bestGain = 1e-4
    for (let letter = 0; letter < LETTERS; letter++) {
      if (letter === old || holders[letter] !== 0 || this.#forbids(node, letter)) continue
      if (scores[letter]! - base > bestGain) {
        bestGain = scores[letter]! - base
        best = letter
      }
    }
    // letters that others hold, the most promising first
    for (let tries = 0; tries < EXCHANGES; tries++) {
      let candidate = -1
      let gain = bestGain
      for (let letter = 0; letter < LETTERS; letter++) {
        if (letter === old || holders[letter]! <= 0 || holders[letter]! > HOLDERS) continue
        if (scores[letter]! - base > gain && !this.#forbids(node, letter)) {
          gain = scores[letter]! - base
          candidate = letter
        }
      }
      if (candidate === -1) break
      const holder = first[candidate]!
      holders[candidate] = -1 // tried
      if (!this.#canGive(node, holder, old)) continue
      for (let other = holder; other !== -1; other = this.#nextHolder[other]!) {
        this.#count(other, -1)
        this.#score(other, this.#other)
        gain += this.#other[old]! - this.#other[candidate]!
        this.#count(other, 1)
        if (gain <= bestGain) break
      }
      if (gain > bestGain) {
        bestGain = gain
        best = candidate
      }
    }
    if (best !== old && holders[best] !== 0) {
      for (let other = first[best]!; other !== -1; other = this.#nextHolder[other]!) {
        this.#count(other, -1)
        this.#set(other, old)
        this.#count(other, 1)
      }
    }
    if (best !== old) this.#set(node, best)
    this.#count(node, 1)
    return best !== old
  }

  /** May all holders of the letter that `node` wants take `node`'s own? */
  #canGive(node: number, firstHolder: number, old: number): boolean {
    const { movable, letters, neighbours, neighbourStarts } = this.#graph
    for (let holder = firstHolder; holder !== -1; holder = this.#nextHolder[holder]!) {
      if (movable[holder] === 0 || this.#forbids(holder, old)) return false
      for (let i = neighbourStarts[holder]!; i < neighbourStarts[holder + 1]!; i++) {
        const other = neighbours[i]!
        if (other !== node && letters[other] === old) return false
      }
    }
    return true
  }
}
