import { Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import { detectedAs, join, plain, singleAddress, type Value } from '../../program/value.ts'
import type { Agenda } from './agenda.ts'
import { ARGUMENTS, Base, type Evaluation } from '../evaluation/evaluation.ts'
import { FewInstructions } from '../code/few-instructions.ts'
import { codeOf } from '../code/function-code.ts'
import type { AllocatedObjects } from './objects.ts'
import type { Program } from '../code/program.ts'
import { storesBehindArguments } from '../code/stores-behind-arguments.ts'
import { StoresThroughArguments } from '../code/stores-through-arguments.ts'
import type { VariableAccesses } from '../code/variable-accesses.ts'
import type { Variables } from './variables.ts'
import { CALLEES } from './variables-handed-out.ts'
import { writesThroughAddress } from '../code/writes-through-address.ts'

/** Bytes of a function that is about what it hands over. */
const LARGEST = 2048

/** Steps from a check within which variables are followed that were not before. */
const FARTHEST = 5

const argumentRegisters: readonly number[] = Array.from({ length: ARGUMENTS }, (_, register) => register)

export interface KnownForStores {
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly agenda: Agenda
  readonly variables: Variables
  readonly accesses: VariableAccesses
  readonly objects: AllocatedObjects
}

/** Hands what functions store to variables on to those that read it. */
export class VariableStores {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #agenda: Agenda
  readonly #variables: Variables
  readonly #accesses: VariableAccesses
  readonly #objects: AllocatedObjects
  readonly #few: FewInstructions
  readonly #through: StoresThroughArguments

  constructor(program: Program, { evaluations, agenda, variables, accesses, objects }: KnownForStores) {
    this.#program = program
    this.#evaluations = evaluations
    this.#agenda = agenda
    this.#variables = variables
    this.#accesses = accesses
    this.#objects = objects
    this.#few = new FewInstructions(program)
    this.#through = new StoresThroughArguments(program)
  }

  /**
   * Takes over what function `index`, so many steps from a check, stores: whoever reads it is followed where that is new.
   * @param chooses does it set up what others use, by a check?
   * @param parameters what all of its callers pass
   */
  spread(index: number, evaluation: Evaluation, distance: number, chooses: boolean, parameters: readonly (Value | undefined)[] | undefined): void {
    for (const store of evaluation.globalStores) {
      let { value } = store
      // of a number from elsewhere only some bits are known: somebody overrides what the check says
      if (value?.hull === true && !value.detected) value = undefined
      // what was chosen by a check tells as much as what it returned
      if (value !== undefined && chooses && value.base === plain && value.partial !== true && !value.detected) value = detectedAs(value, true)
      if (value?.base !== undefined && value.base >= Base.firstObject && !this.#objects.tells(value.base)) value = undefined
      const others = value === undefined || !this.#canBeForced(store.address, store.size) ? undefined : evaluation.storesOnSomeWays.get(store.address)
      if (others !== undefined) value = join(value, others.value) ?? value
      this.#storeVariable(store.address, store.size, index, value, distance)
    }
    // what a check stores as well, and only that
    for (const { address, size, value } of evaluation.storesOnSomeWays.values()) {
      const isCounted = evaluation.globalStores.some((store) => store.address === address)
      if (!isCounted && this.#canBeForced(address, size)) this.#storeVariable(address, size, index, value, distance)
    }
    if (chooses) this.#spreadRuledOut(index, evaluation, distance, parameters ?? [])
  }

  /** May what a check stored be replaced by what has nothing to do with it? */
  #canBeForced(at: number, size: number): boolean {
    return this.#variables.overlaps(at, size) && !this.#accesses.isNamedOften(at, size)
  }

  /** Variables that are written only where the CPU has more keep what the file says they hold. */
  #spreadRuledOut(index: number, evaluation: Evaluation, distance: number, parameters: readonly (Value | undefined)[]): void {
    const { graph, sweep, image } = this.#program
    const from = sweep.accessFrom.values()
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (kind[access] === Access.store) this.#ruleOut(index, evaluation, distance, from[access]!, to[access]!, this.#accesses.sizeOfAccess(from[access]!))
    }
    const objects = parameters.map(singleAddress)
    const code = objects.some((object) => object !== undefined && image.dataAt(object)?.writable === true) ? codeOf(this.#program, index) : undefined
    for (const { at, register, offset, size } of code === undefined ? [] : storesBehindArguments(code)) {
      const object = objects[register]
      if (object !== undefined) this.#ruleOut(index, evaluation, distance, at, object + offset, size)
    }
  }

  /** What the store at `at` would change. */
  #ruleOut(index: number, evaluation: Evaluation, distance: number, at: number, place: number, size: number): void {
    if ((evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0 || this.#variables.has(place) || this.#program.image.dataAt(place)?.writable !== true) return
    const initial = this.#variables.initial(place, size)
    if (initial !== undefined) this.#storeVariable(place, size, index, detectedAs(initial, true), distance)
  }

  #storeVariable(at: number, size: number, index: number, value: Value | undefined, distance: number): void {
    const fresh = !this.#variables.has(at)
    if (fresh && distance > FARTHEST && !this.#variables.overlaps(at, size)) return
    // Go's compiler puts a check before every atomic operation: what those leave in variables is no number, and tells nothing
    if (fresh && this.#program.isGo && value?.words.length === 0) return
    if (!this.#variables.store(at, size, index, value, Math.max(1, distance + 1))) return
    if (fresh) {
      for (const { index: taker, object } of this.#accesses.takersAround(at)) {
        if (writesThroughAddress(this.#program, taker) || this.#handsOver(taker, at - object, size)) this.#agenda.add(taker, distance + 1)
      }
    }
    if (fresh || this.#variables.distanceOf(at) !== undefined) {
      const own = this.#evaluations.get(index)
      const readsItself = fresh || own?.storesOnSomeWays.has(at) === true || own?.storedByCallees.has(at) === true
      // without optimization, by an address that it keeps in its frame
      if (!fresh && own?.storesOnSomeWays.has(at) === true) this.#agenda.add(index, distance + 1)
      for (const reader of this.#accesses.accessors(at, size)) if (reader !== index || readsItself) this.#addReader(reader, distance + 1)
    }
  }

  /** Does a function call one that stores so far behind what it is given, or may it through a pointer? */
  #handsOver(index: number, offset: number, size: number): boolean {
    const { graph } = this.#program
    const stores = (callee: number): boolean => argumentRegisters.some((register) => this.#through.stores(callee, register, offset, size))
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) if (graph.edgeKind[edge] === Edge.call && stores(graph.edgeTo[edge]!)) return true
    if (!callsThroughPointers(this.#program, index)) return false
    return argumentRegisters.some((register) => {
      const count = this.#through.calledBack(register, offset, size).length
      return count > 0 && count <= CALLEES
    })
  }

  /** What names a variable may be a few instructions that a compiler took out of several functions: those are the ones that look at it. */
  #addReader(index: number, distance: number): void {
    this.#agenda.add(index, distance)
    if (this.#few.of(index) !== undefined) this.#agenda.addCallers(index, distance - 1)
  }
}

/** Does a small function call through registers? */
function callsThroughPointers(program: Program, index: number): boolean {
  const code = codeOf(program, index)
  if (code === undefined || code.end - code.start > LARGEST) return false
  for (let at = (code.start - code.base) / 4; at < (code.end - code.base) / 4; at++) if (flowOf(code.words[at]!) === Flow.indirectCall) return true
  return false
}
