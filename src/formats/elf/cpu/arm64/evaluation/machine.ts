import { clean, join, overridden, plain, relative, sameValue, singleAddress, truncated, compute, number, type Value } from '../../program/value.ts'
import { SP } from '../../../../../isa/arm64/operands.ts'
import { type Cell, cellOf, placeKey, placeOf, SPAN } from './cells.ts'
import { ARGUMENTS } from './evaluation.ts'
import type { Flags } from './flags.ts'
import { joinedPointers } from './joined-pointers.ts'
import { Places } from '../../program/places.ts'
import type { Vector } from '../../program/vector.ts'
import { joinVectors, sameVectors, type Vectors } from './vector-alternatives.ts'

type VectorRegisters = readonly (Vectors | undefined)[]
const noVectors: VectorRegisters = []

const CELLS = 128
/** Bytes behind a pointer to a variable that a function of another file is taken to write. */
const PASSED_OBJECT = 4096

/** Registers, flags and memory at one point of a function. */
export class Machine {
  /** X0 to X30, and the stack pointer. */
  readonly registers: (Value | undefined)[]
  /** Key of the place a register was loaded from and still agrees with. */
  readonly origins: (number | undefined)[]
  /** Registers whose value a selection has passed over: what still stands there is no argument. */
  spent: number
  #memory: Places<Cell>
  /** A copy has the same places: they are copied when one of them changes them. */
  #sharesMemory: boolean
  flags: Flags | undefined
  /** V0 to V31, where known: most functions know none. Replaced, never changed. */
  vectors: VectorRegisters

  constructor(registers: (Value | undefined)[], origins: (number | undefined)[], memory: Places<Cell>, flags: Flags | undefined, spent = 0, vectors: VectorRegisters = noVectors, sharesMemory = false) {
    this.registers = registers
    this.origins = origins
    this.#memory = memory
    this.#sharesMemory = sharesMemory
    this.flags = flags
    this.spent = spent
    this.vectors = vectors
  }

  /** @param given what stands in memory behind parameters, by key */
  static atEntry(parameters: readonly (Value | undefined)[] | undefined, given: ReadonlyMap<number, Cell> | undefined): Machine {
    const registers: (Value | undefined)[] = Array.from({ length: 32 })
    for (let register = 0; register <= ARGUMENTS; register++) registers[register] = parameters?.[register] ?? relative(register, 0)
    registers[SP] = relative(SP, 0)
    const memory = new Places<Cell>()
    for (const [key, { value, size }] of given ?? []) memory.set(key, cellOf(value, size, false))
    return new Machine(registers, Array.from({ length: 32 }), memory, undefined)
  }

  static unknown(): Machine {
    const registers: (Value | undefined)[] = Array.from({ length: 32 })
    return new Machine(registers, Array.from({ length: 32 }), new Places(), undefined)
  }

  copy(): Machine {
    this.#sharesMemory = true
    return new Machine(this.registers.slice(), this.origins.slice(), this.#memory, this.flags, this.spent, this.vectors, true)
  }

  get memory(): Readonly<Places<Cell>> {
    return this.#memory
  }

  /** Memory that may be changed. */
  #own(): Places<Cell> {
    if (this.#sharesMemory) {
      this.#memory = this.#memory.copy()
      this.#sharesMemory = false
    }
    return this.#memory
  }

  /** Register by number in an operand; 31 reads as zero. To compute with, the number of a text is one like any that is not known. */
  read(register: number, size = 8): Value | undefined {
    return register === 31 ? number(0) : truncated(this.readBase(register), size)
  }

  /** Like `read`, where 31 is the stack pointer. */
  readBase(register: number): Value | undefined {
    const value = this.registers[register]
    return value?.base === clean ? undefined : value
  }

  /** Does it hold the number of a text? */
  holdsText(register: number): boolean {
    return this.registers[register]?.base === clean
  }

  /** Writes of 4 bytes clear the upper half. */
  write(register: number, value: Value | undefined, size = 8): void {
    if (register === 31) return
    this.registers[register] = size === 8 ? value : truncated(value, size)
    this.origins[register] = undefined
    this.spent &= ~(1 << register)
  }

  writeBase(register: number, value: Value | undefined): void {
    this.registers[register] = value
    this.origins[register] = undefined
    this.spent &= ~(1 << register)
  }

  writeVector(register: number, vector: Vector | undefined): void {
    this.writeVectors(register, vector === undefined ? undefined : [vector])
  }

  writeVectors(register: number, held: Vectors | undefined): void {
    if (this.vectors[register] === held) return
    const vectors = this.vectors.slice()
    vectors[register] = held
    this.vectors = vectors
  }

  forgetVectors(): void {
    this.vectors = noVectors
  }

  /** The value as an argument or a result. */
  passed(register: number): Value | undefined {
    return ((this.spent >>> register) & 1) === 0 ? this.registers[register] : undefined
  }

  /** What was stored at `key` on this path. */
  recall(key: number, size: number): Value | undefined {
    const { keys, values } = this.#memory
    let index = this.#memory.indexFrom(key)
    if (keys[index] === key) {
      const exact = values[index]!
      return exact.stale ? undefined : exact.size >= size ? truncated(exact.value, size) : this.#composed(key, size)
    }
    while (--index >= 0 && keys[index]! > key - 8) {
      const wider = values[index]!
      const back = key - keys[index]!
      if (!wider.stale && wider.size >= back + size) return truncated(compute('shr', wider.value, number(back * 8)), size)
    }
    return undefined
  }

  /** What several stores have left there. */
  #composed(key: number, size: number): Value | undefined {
    let whole: Value | undefined = number(0)
    for (let offset = 0; offset < size && whole !== undefined; ) {
      const cell = this.memory.get(key + offset)
      if (cell === undefined || cell.stale || offset + cell.size > size) return undefined
      whole = compute('or', whole, offset === 0 ? cell.value : compute('shl', cell.value, number(offset * 8)))
      offset += cell.size
    }
    return whole
  }

  /** Was something stored at `key` on this path? */
  isOverwritten(key: number): boolean {
    return this.memory.get(key)?.stored === true
  }

  /** What a store to a part of a cell leaves of the rest, byte by byte. */
  #keepRest(start: number, { value, size, stored, stale }: Cell, key: number, written: number): void {
    if (stale || value.base !== plain || value.words.length !== 2) return
    for (let at = start; at < start + size && this.memory.size < CELLS; at++) {
      if (at >= key && at < key + written) continue
      const byte = truncated(compute('shr', value, number((at - start) * 8)), 1)
      if (byte !== undefined) this.#own().set(at, cellOf(byte, 1, stored))
    }
  }

  /** Undefined values are forgotten places. */
  remember(key: number, size: number, value: Value | undefined): void {
    for (let index = this.#memory.indexFrom(key - 7); index < this.#memory.size && this.#memory.keys[index]! < key + size; ) {
      const at = this.#memory.keys[index]!
      const cell = this.#memory.values[index]!
      if (at + cell.size <= key) {
        index++
        continue
      }
      this.#own().remove(index, 1)
      if (cell.size > size) this.#keepRest(at, cell, key, size)
    }
    for (let register = 0; register < 32; register++) {
      const origin = this.origins[register]
      if (origin !== undefined && origin > key - 8 && origin < key + size) this.origins[register] = undefined
    }
    if (value !== undefined && this.memory.size < CELLS) this.#own().set(key, cellOf(value, size, true))
  }

  /** Two parameters may point to the same object: what is stored behind one may be stored behind the other. */
  storeToAlias(key: number, size: number, value: Value | undefined): void {
    const { base, offset } = placeOf(key)
    for (let other = 0; other <= ARGUMENTS; other++) {
      const place = placeKey(other, offset)
      const cell = other === base ? undefined : this.memory.get(place)
      if (cell === undefined || cell.stale) continue
      const joined = cell.size === size ? join(cell.value, value) : undefined
      if (joined === undefined) this.forget(place, place + cell.size)
      else this.#own().set(place, cellOf(joined, size, cell.stored))
    }
  }

  /** A branch has told more about what stands there. */
  place(key: number, cell: Cell): void {
    this.#own().set(key, cell)
  }

  forget(from: number, to: number): void {
    let first = this.#memory.indexFrom(from - 7)
    while (first < this.#memory.size && this.#memory.keys[first]! < from && this.#memory.keys[first]! + this.#memory.values[first]!.size <= from) first++
    const behind = this.#memory.indexFrom(to)
    if (behind > first) this.#own().remove(first, behind - first)
  }

  /** A function of another file may have stored to variables and objects whose address it is given. */
  forgetPassed(): void {
    if (this.memory.size === 0) return
    for (let register = 0; register < ARGUMENTS; register++) {
      const value = this.registers[register]
      const address = singleAddress(value)
      if (address !== undefined) this.forgetVariables(address, address + PASSED_OBJECT)
      else if (value !== undefined && value.base >= 0 && value.base !== SP) this.forgetObject(value.base)
    }
  }

  /** Others may have stored to variables. */
  forgetVariables(from: number = 0, to: number = Infinity): void {
    this.#spoil(from, to)
  }

  /** Others may have stored to the object behind `base`: a parameter, or what was allocated. */
  forgetObject(base: number): void {
    this.#spoil(placeKey(base, -SPAN / 2), placeKey(base, SPAN / 2))
  }

  /** The same of all objects but the frame. */
  forgetObjects(): void {
    this.#spoil(-Infinity, placeKey(SP, -SPAN / 2))
    this.#spoil(placeKey(SP, SPAN / 2), 0)
  }

  /** What was stored there need not be there any more. */
  #spoil(from: number, to: number): void {
    for (let index = this.#memory.indexFrom(from); index < this.#memory.size && this.#memory.keys[index]! < to; ) {
      const cell = this.#memory.values[index]!
      if (!cell.stored) {
        this.#own().remove(index, 1)
        continue
      }
      if (!cell.stale) this.#own().values[index] = cellOf(cell.value, cell.size, cell.stored, true)
      index++
    }
  }

  /**
   * Joins what another path brings; true when that changes anything.
   *
   * @param lose is told what was known on one way and is not any more, by register
   */
  join(other: Machine, lose: (register: number, value: Value) => void): boolean {
    let changed = false
    this.spent &= other.spent
    for (let register = 0; register < 32; register++) {
      const before = this.registers[register]
      if (this.origins[register] !== other.origins[register]) this.origins[register] = undefined
      const brought = other.registers[register]
      // what most registers are
      if (before === brought && before?.partial !== true && before?.hull !== true) continue
      if (before === undefined && brought?.detected !== true) {
        if (brought !== undefined) lose(register, brought)
        continue
      }
      const joined = overridden(before, brought) ?? join(before, brought) ?? joinedPointers(before, brought)
      if (joined === undefined || joined.partial === true || joined.hull === true) {
        if (before !== undefined) lose(register, before)
        if (brought !== undefined) lose(register, brought)
      }
      if (sameValue(before, joined)) continue
      this.registers[register] = joined
      changed = true
    }
    if (this.#memory !== other.#memory && this.#joinMemory(other.#memory)) changed = true
    if (this.vectors !== other.vectors && this.vectors.length > 0) {
      for (const [register, held] of this.vectors.entries()) {
        if (held === undefined || sameVectors(held, other.vectors[register])) continue
        const joined = joinVectors(held, other.vectors[register])
        if (joined?.length === held.length) continue
        this.writeVectors(register, joined)
        changed = true
      }
    }
    if (this.flags !== undefined && this.flags !== other.flags) {
      this.flags = undefined
      changed = true
    }
    return changed
  }

  #joinMemory(other: Places<Cell>): boolean {
    let changed = false
    let next = 0
    for (let index = 0; index < this.#memory.size; ) {
      const key = this.#memory.keys[index]!
      const before = this.#memory.values[index]!
      while (next < other.size && other.keys[next]! < key) next++
      const cell = next < other.size && other.keys[next] === key ? other.values[next]! : undefined
      const joined = cell === before ? before : cell?.size === before.size ? joinedCells(before, cell) : undefined
      if (joined === before) {
        index++
        continue
      }
      changed = true
      if (joined === undefined) this.#own().remove(index, 1)
      else this.#own().values[index++] = joined
    }
    return changed
  }
}

/** What is there on one of two ways; undefined when that is not known. */
function joinedCells(a: Cell, b: Cell): Cell | undefined {
  const stored = a.stored && b.stored
  if (stored && (a.stale || b.stale)) return a.stale ? a : cellOf(a.value, a.size, a.stored, true)
  if (a.stale || b.stale) return undefined
  const value = join(a.value, b.value)
  if (value === undefined) return stored ? cellOf(a.value, a.size, a.stored, true) : undefined
  return sameValue(a.value, value) && a.stored === stored ? a : cellOf(value, a.size, stored)
}
