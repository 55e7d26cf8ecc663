import { SP } from '../../../../../isa/arm64/operands.ts'
import { address, clean, compute, join, number, plain, relative, singleOffset, type Value } from '../../program/value.ts'
import type { Effects } from './effects.ts'
import { ARGUMENTS, CALLER_SAVED, type ParameterStore, type Surroundings } from './evaluation.ts'
import type { Notes } from './instructions.ts'
import type { LoadsAndStores } from './loads-and-stores.ts'
import type { Machine } from './machine.ts'
import { type Cell, placeKey } from './cells.ts'

/** Bytes behind a pointer to the stack that a callee is taken to write. */
const PASSED_OBJECT = 512

/** Calls, tail calls and returns: what is passed, and what comes back (AAPCS64, 6). */
export class Calls {
  readonly #outside: Surroundings
  readonly #notes: Notes
  readonly #effects: Effects
  readonly #memory: LoadsAndStores
  readonly #resultRegisters: number

  constructor(outside: Surroundings, notes: Notes, effects: Effects, memory: LoadsAndStores, resultRegisters: number) {
    this.#outside = outside
    this.#notes = notes
    this.#effects = effects
    this.#memory = memory
    this.#resultRegisters = resultRegisters
  }

  /** False when the function at `target` does not come back. */
  call(machine: Machine, at: number, target: Value | undefined): boolean {
    this.pass(machine, at, target)
    this.#effects.publish(machine)
    const outcome = this.#outside.call(at, target, machine, this.#effects)
    if (outcome?.traps === true) this.#notes.trapped()
    if (outcome?.never === true) return false
    const left = outcome?.isPure === true ? 0 : this.#forgetFrame(machine, at, target, outcome?.isForeign === true)
    if (outcome?.mayWrite !== undefined) for (const { from, to } of outcome.mayWrite) machine.forgetVariables(from, to)
    else if (outcome?.isPure !== true) {
      if (outcome?.isForeign === true) machine.forgetPassed()
      else {
        machine.forgetVariables()
        machine.forgetObjects()
      }
    }
    this.#applyWrites(machine, outcome?.writes ?? [])
    for (const { address: place, size, value } of outcome?.possibleWrites ?? []) this.#effects.mayBeStored(place, size, value)
    forgetRegisters(machine, this.#kept(machine, target) | left)
    for (const [register, value] of outcome?.results ?? []) machine.write(register, value)
    return true
  }

  /**
   * A callee may write what it is given a pointer to; one of this file also what others were given before. Registers, as a mask, that hold a pointer
   * which the callee does not keep, and leaves there.
   */
  #forgetFrame(machine: Machine, at: number, target: Value | undefined, isForeign: boolean): number {
    let left = 0
    const kept = this.#keptCells(machine)
    forgetPassedObjects(machine)
    for (const [key, cell] of kept) machine.place(key, cell)
    if (!isForeign) for (const offset of this.#effects.handedOut) machine.forget(placeKey(SP, offset), placeKey(SP, offset + PASSED_OBJECT))
    for (let register = 0; register <= ARGUMENTS; register++) {
      const value = machine.registers[register]
      const offset = value?.base === SP ? singleOffset(value) : undefined
      if (offset !== undefined && offset < 0) this.#effects.handedOut.add(offset)
      if (isForeign || offset === undefined) continue
      if (this.#outside.mayKeep(target, register)) this.#effects.pointerKept(offset, at)
      else left |= 1 << register
    }
    return left
  }

  /** What callees that are given the frame leave as it is. */
  #keptCells(machine: Machine): [key: number, cell: Cell][] {
    const pointer = machine.registers[SP]
    const top = pointer?.base === SP ? singleOffset(pointer) : undefined
    if (top === undefined) return []
    const cells: [number, Cell][] = []
    for (const place of this.#outside.keptInFrame ?? []) {
      const key = placeKey(SP, top + place)
      const cell = machine.memory.get(key)
      if (cell !== undefined) cells.push([key, cell])
    }
    return cells
  }

  /** Registers whose value comes from a check and outlives the call. */
  #kept(machine: Machine, target: Value | undefined): number {
    let mask = 0
    for (let register = 0; register < CALLER_SAVED; register++) if (machine.registers[register]?.detected === true) mask |= 1 << register
    return mask === 0 ? 0 : mask & ~this.#outside.registersWritten(target)
  }

  /** A tail call: the results go to our caller. */
  leave(machine: Machine, at: number, target: Value | undefined): void {
    this.pass(machine, at, target)
    this.#effects.publish(machine)
    const outcome = this.#outside.call(at, target, machine, this.#effects)
    if (outcome?.never === true) return
    for (const { address: place, size, value } of outcome?.possibleWrites ?? []) this.#effects.mayBeStored(place, size, value)
    let after = machine
    if (outcome?.writes !== undefined && outcome.writes.length > 0) {
      after = machine.copy()
      this.#applyWrites(after, outcome.writes)
      this.#effects.publish(after)
    }
    this.#effects.returned(after, at, outcome?.results ?? new Map())
  }

  return(machine: Machine, at: number): void {
    this.#effects.publish(machine)
    const results = new Map<number, Value>()
    for (let register = 0; register < this.#resultRegisters; register++) {
      const value = machine.passed(register)
      if (register < 2) this.#notes.used(value)
      if (value !== undefined && (value.base === plain || value.base > SP || value.base === clean)) results.set(register, value)
    }
    this.#effects.returned(machine, at, results)
  }

  pass(machine: Machine, at: number, target?: Value): void {
    const known = this.#effects.passed.get(at)
    const passed: (Value | undefined)[] = []
    for (let register = 0; register <= ARGUMENTS; register++) {
      const value = machine.passed(register)
      if (this.#outside.isArgument(value, register, target)) this.#notes.used(value)
      passed.push(value !== undefined && (value.base === plain || value.base > SP) ? (known === undefined ? value : join(known[register], value)) : undefined)
    }
    this.#effects.passed.set(at, passed)
  }

  /** What a callee stores through the pointers it is given. */
  #applyWrites(machine: Machine, writes: readonly ParameterStore[]): void {
    const pointers = machine.registers.slice(0, SP)
    for (const { base, offset, size, value } of writes) {
      const pointer = base > SP ? relative(base, 0) : base === plain ? number(0) : pointers[base]
      this.#memory.storeOne(machine, compute('add', pointer, base === plain ? address(offset) : number(offset, offset < 0 ? -1 : 0)), value, size)
    }
  }
}

/** What is known where an exception out of a call is handled: the frame, and the registers that every callee keeps. */
export function unwound(machine: Machine): Machine {
  const landed = machine.copy()
  forgetPassedObjects(landed)
  landed.forgetVariables()
  forgetRegisters(landed)
  return landed
}

/** A callee may write what it is given a pointer to. */
function forgetPassedObjects(machine: Machine): void {
  for (let register = 0; register <= ARGUMENTS; register++) {
    const value = machine.registers[register]
    const offset = value?.base === SP ? singleOffset(value) : undefined
    if (offset !== undefined) machine.forget(placeKey(SP, offset), placeKey(SP, offset + PASSED_OBJECT))
  }
}

function forgetRegisters(machine: Machine, kept = 0): void {
  for (let register = 0; register < CALLER_SAVED; register++) if (((kept >>> register) & 1) === 0) machine.write(register, undefined)
  machine.write(30, undefined)
  machine.forgetVectors()
  machine.flags = undefined
}
