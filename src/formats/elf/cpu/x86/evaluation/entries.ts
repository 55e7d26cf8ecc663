import type { Program } from '../code/program.ts'
import type { Evaluation } from './evaluation.ts'
import type { State } from './state.ts'
import { Places } from '../../program/places.ts'
import { joinVectors, noVectors } from './vectors.ts'
import { join } from '../../program/value.ts'

/** Where control comes into a function, and what it brings. */
export interface Entries {
  /** Something calls it, or has its address. */
  readonly start: boolean
  /** By address: what registers hold where others jump into its middle. */
  readonly inside: ReadonlyMap<number, State>
}

const onlyStart: Entries = { start: true, inside: new Map() }

/** How function `index` is entered, where `evaluations` tell what those who jump into it know. */
export function entriesOf({ entrances, landingPads }: Pick<Program, 'entrances' | 'landingPads'>, index: number, evaluations: ReadonlyMap<number, Evaluation>): Entries {
  const jumps = entrances.jumpsInto(index)
  const pads = [...landingPads.entering(index)]
  if (jumps.length === 0 && pads.length === 0) return onlyStart
  const inside = new Map<number, State>(pads.map((pad) => [pad, unknownState()]))
  for (const { from, to } of jumps) {
    const evaluation = evaluations.get(from)
    const state = evaluation === undefined ? unknownState() : evaluation.exits.get(to)
    if (state === undefined) continue // on this CPU it does not jump there
    const known = inside.get(to)
    inside.set(to, known === undefined ? state : either(known, state))
  }
  return { start: entrances.isEnteredAtStart(index), inside }
}

/** The same where nothing is known of those who jump into it. */
export function entriesFromAnywhere({ entrances, landingPads }: Pick<Program, 'entrances' | 'landingPads'>, index: number): Entries {
  const places = [...entrances.jumpsInto(index).map(({ to }) => to), ...landingPads.entering(index)]
  return places.length === 0 ? onlyStart : { start: true, inside: new Map(places.map((place) => [place, unknownState()])) }
}

/** What holds whichever of the two it is. */
function either(a: State, b: State): State {
  const registers = a.registers.slice()
  for (let register = 0; register < registers.length; register++) {
    const value = registers[register]
    const other = b.registers[register]
    registers[register] = value === undefined || other === undefined ? undefined : join(value, other)
  }
  return { registers, memory: new Places(), flags: undefined, vectors: joinVectors(a.vectors, b.vectors) }
}

function unknownState(): State {
  return { registers: Array.from({ length: 16 }), memory: new Places(), flags: undefined, vectors: noVectors }
}
