import { letters } from './letters.ts'
import { type LetterState, MOST_HOLDERS } from './letter-state.ts'

const LETTERS = letters.length
/** Letters tried that other bindings must give up. */
const EXCHANGES = 8
/** No letter is better by less than this. */
const MARGIN = 1e-4
const tried = new Uint8Array(LETTERS)

export interface ChooseOptions {
  /** Times that every binding is looked at. */
  readonly passes: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Gives every binding the letter that has most often stood in the contexts it stands in, where that letter is free or
 * its holders can take the old one.
 *
 * @returns how many bindings changed in each pass
 */
export function chooseLetters(state: LetterState, { passes, signal }: ChooseOptions): number[] {
  const { order } = state
  const changes: number[] = []
  for (let pass = 0; pass < passes; pass++) {
    signal?.throwIfAborted()
    state.countAll()
    let changed = 0
    for (let i = 0; i < order.length; i++) {
      if (improve(state, order[pass % 2 === 0 ? i : order.length - 1 - i]!)) changed++
    }
    changes.push(changed)
    if (changed === 0) break
  }
  return changes
}

function improve(state: LetterState, node: number): boolean {
  const old = state.graph.letters[node]!
  state.count(node, -1)
  state.lookAt(node)
  const { scores, holders } = state
  const base = scores[old]!
  let best = old
  let bestGain = MARGIN
  for (let letter = 0; letter < LETTERS; letter++) {
    if (letter === old || holders[letter] !== 0 || state.forbids(node, letter)) continue
    if (scores[letter]! - base > bestGain) {
      bestGain = scores[letter]! - base
      best = letter
    }
  }
  // letters that others hold, the most promising first
  tried.fill(0)
  for (let tries = 0; tries < EXCHANGES; tries++) {
    let candidate = -1
    let gain = bestGain
    for (let letter = 0; letter < LETTERS; letter++) {
      if (letter === old || holders[letter] === 0 || holders[letter]! > MOST_HOLDERS || tried[letter] === 1) continue
      if (scores[letter]! - base > gain && !state.forbids(node, letter)) {
        gain = scores[letter]! - base
        candidate = letter
      }
    }
    if (candidate === -1) break
    tried[candidate] = 1
    if (!state.canExchange(node, candidate)) continue
    gain = state.exchangeGain(node, candidate, gain, bestGain)
    if (gain > bestGain) {
      bestGain = gain
      best = candidate
    }
  }
  if (best !== old) state.take(node, best)
  state.count(node, 1)
  return best !== old
}
