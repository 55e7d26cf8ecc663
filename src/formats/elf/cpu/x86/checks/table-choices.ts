import { Access } from '../../program/sweep.ts'
import type { Program } from '../code/program.ts'
import { followTableChoice, type StepBudget } from '../evaluation/evaluate.ts'
import type { Surroundings, TableChoice } from '../evaluation/evaluation.ts'
import type { Variables } from './variables.ts'

/** What a function takes from tables by what checks found out, where it does nothing else with that. */
export interface ChosenEntries {
  /** Does the instruction at an address name such a table? */
  isChoice(at: number): boolean
  readonly addressesUsed: ReadonlySet<number>
}

/**
 * Functions that read variables of checks only to call what a table holds there: 270 in bun, large ones, which name Highway's mask of targets.
 * They are followed from the variable to the call, and all else that they do is left as if nothing were known of it.
 */
export class TableChoices {
  readonly #program: Program
  readonly #variables: Variables
  readonly #found = new Map<number, ChosenEntries>()

  constructor(program: Program, variables: Variables) {
    this.#program = program
    this.#variables = variables
  }

  get found(): ReadonlyMap<number, ChosenEntries> {
    return this.#found
  }

  /** Function `index` is followed as a whole. */
  drop(index: number): void {
    this.#found.delete(index)
  }

  /** Follows what function `index` chooses. False where it does something else with what it reads. */
  follow(index: number, surroundings: Surroundings, budget: StepBudget): boolean {
    const { landingPads, isGo } = this.#program
    if (isGo || [...landingPads.entering(index)].length > 0) return false
    const choices = this.#choicesOf(index, surroundings)
    if (choices === undefined) return false
    const { base } = this.#program.functions.get(index)!
    const addressesUsed = new Set<number>()
    for (const choice of choices) {
      budget.left -= choice.steps
      for (const address of choice.addressesUsed) addressesUsed.add(address)
    }
    this.#found.set(index, { isChoice: (at) => choices.some(({ start, end }) => at - base >= start && at - base < end), addressesUsed })
    return true
  }

  #choicesOf(index: number, surroundings: Surroundings): readonly TableChoice[] | undefined {
    const { graph, sweep, decoder, entrances } = this.#program
    const target = this.#program.functions.get(index)!
    const kind = sweep.accessKind.values()
    const from = sweep.accessFrom.values()
    const to = sweep.accessTo.values()
    const choices: TableChoice[] = []
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (!this.#variables.overlaps(to[access]!)) continue
      const choice = kind[access] === Access.load ? followTableChoice(decoder, target, surroundings, (from[access]! - target.base) | 0) : undefined
      if (choice === undefined) return undefined
      const { start, end } = choice
      // from elsewhere, another variable may have been read
      if (entrances.jumpsInto(index).some(({ to }) => to - target.base > start && to - target.base < end)) return undefined
      choices.push(choice)
    }
    return choices.length === 0 ? undefined : choices
  }
}
