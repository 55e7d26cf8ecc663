import { ContextCounts } from './context-counts.ts'
import { letters, letterUnits } from './letters.ts'
import type { NameGraph } from './name-graph.ts'

const LETTERS = letters.length
/** Bindings that may have to change for one exchange. */
export const MOST_HOLDERS = 6

/**
 * The letters of all bindings, the text that they stand in, and how often each letter stands in each context: kept in
 * step. A letter that neighbours hold can be had from them in exchange for the own one.
 */
export class LetterState {
  readonly graph: NameGraph
  /** Bindings that can change, in text order. */
  readonly order: Int32Array
  /** What each letter would be worth to the binding looked at last. */
  readonly scores: Float32Array = new Float32Array(LETTERS)
  /** How many neighbours of that binding hold each letter. */
  readonly holders: Int32Array = new Int32Array(LETTERS)
  readonly #units: Uint16Array
  readonly #counts: ContextCounts
  readonly #other: Float32Array = new Float32Array(LETTERS)
  /** Holders of each letter, as chains. */
  readonly #firstHolder: Int32Array = new Int32Array(LETTERS)
  readonly #nextHolder: Int32Array

  constructor(graph: NameGraph, units: Uint16Array) {
    this.graph = graph
    this.#units = units
    this.#counts = new ContextCounts(units, graph.places.length)
    this.#nextHolder = new Int32Array(graph.size)
    const { size, movable, places, placeStarts } = graph
    this.order = Int32Array.from({ length: size }, (_, node) => node)
      .filter((node) => movable[node] === 1 && placeStarts[node] !== placeStarts[node + 1])
      .sort((a, b) => places[placeStarts[a]!]! - places[placeStarts[b]!]!)
  }

  countAll(): void {
    this.#counts.clear()
    for (let node = 0; node < this.graph.size; node++) this.count(node, 1)
  }

  count(node: number, sign: 1 | -1): void {
    const { places, placeStarts, letters } = this.graph
    const letter = letters[node]!
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) {
      if (sign === 1) this.#counts.add(places[i]!, letter)
      else this.#counts.remove(places[i]!, letter)
    }
  }

  /** Fills `holders` and `scores` for a binding whose own letters are not counted at the moment. */
  lookAt(node: number): void {
    const { letters, neighbours, neighbourStarts } = this.graph
    const holders = this.holders.fill(0)
    const first = this.#firstHolder.fill(-1)
    for (let i = neighbourStarts[node]!; i < neighbourStarts[node + 1]!; i++) {
      const other = neighbours[i]!
      const letter = letters[other]!
      this.#nextHolder[other] = first[letter]!
      first[letter] = other
      holders[letter]!++
    }
    this.#score(node, this.scores)
  }

  forbids(node: number, letter: number): boolean {
    const mask = letter < 32 ? this.graph.forbiddenLow[node]! : this.graph.forbiddenHigh[node]!
    return (mask & (1 << (letter & 31))) !== 0
  }

  /** May `node`, looked at last, have a letter from those that hold it? */
  canExchange(node: number, letter: number): boolean {
    const { movable, letters, neighbours, neighbourStarts } = this.graph
    const old = letters[node]!
    for (let holder = this.#firstHolder[letter]!; holder !== -1; holder = this.#nextHolder[holder]!) {
      if (movable[holder] === 0 || this.forbids(holder, old)) return false
      for (let i = neighbourStarts[holder]!; i < neighbourStarts[holder + 1]!; i++) {
        const other = neighbours[i]!
        if (other !== node && letters[other] === old) return false
      }
    }
    return true
  }

  /** What the holders of a letter gain or lose when they get the old letter of `node`; stops below `enough`. */
  exchangeGain(node: number, letter: number, gain: number, enough: number): number {
    const old = this.graph.letters[node]!
    for (let other = this.#firstHolder[letter]!; other !== -1; other = this.#nextHolder[other]!) {
      this.count(other, -1)
      this.#score(other, this.#other)
      gain += this.#other[old]! - this.#other[letter]!
      this.count(other, 1)
      if (gain <= enough) break
    }
    return gain
  }

  /** The bindings that change when `node`, looked at last, takes a letter. */
  movedBy(node: number, letter: number): number[] {
    const moved = [node]
    for (let other = this.#firstHolder[letter]!; other !== -1; other = this.#nextHolder[other]!) moved.push(other)
    return moved
  }

  /** Gives `node`, looked at last and not counted, a letter, and its old one to those that held it. */
  take(node: number, letter: number): void {
    const old = this.graph.letters[node]!
    for (let other = this.#firstHolder[letter]!; other !== -1; other = this.#nextHolder[other]!) {
      this.count(other, -1)
      this.write(other, old)
      this.count(other, 1)
    }
    this.write(node, letter)
  }

  /** Changes the letter in graph and text; counts are the caller's. */
  write(node: number, letter: number): void {
    const { places, placeStarts, letters } = this.graph
    letters[node] = letter
    const unit = letterUnits[letter]!
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) this.#units[places[i]!] = unit
  }

  #score(node: number, scores: Float32Array): void {
    const { places, placeStarts } = this.graph
    scores.fill(0)
    for (let i = placeStarts[node]!; i < placeStarts[node + 1]!; i++) this.#counts.score(places[i]!, scores)
  }
}
