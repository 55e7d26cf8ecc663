import { literalAddress } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, type MemoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { address, compute, detectedAs, isExact, join, number, plain, signExtended, singleAddress, singleOffset, truncated, type Value, withWords } from '../../program/value.ts'
import { exactly, vectorOf } from '../../program/vector.ts'
import type { Effects } from './effects.ts'
import type { ElementPointers } from './element-pointers.ts'
import type { Surroundings } from './evaluation.ts'
import type { Notes } from './instructions.ts'
import type { Machine } from './machine.ts'
import { reachesFields, storeToField } from '../code/field-accesses.ts'
import { keyOf } from './cells.ts'
import { valueIn } from './vector-alternatives.ts'

/** Loads and stores (Arm ARM C4.1.94): between the machine, the frame, and what the program knows of memory. */
export class LoadsAndStores {
  readonly #outside: Surroundings
  readonly #notes: Notes
  readonly #effects: Effects
  readonly #elements: ElementPointers

  constructor(outside: Surroundings, notes: Notes, effects: Effects, elements: ElementPointers) {
    this.#outside = outside
    this.#notes = notes
    this.#effects = effects
    this.#elements = elements
  }

  execute(machine: Machine, word: number, at: number): void {
    const literal = literalAddress(word, at)
    if (literal !== undefined) {
      const kind = word >>> 30
      if ((word & 0x0400_0000) !== 0) this.#loadVector(machine, word & 31, address(literal), 4 << (word >>> 30))
      else if (kind === 2) machine.write(word & 31, signExtended(this.#outside.load(literal, 4), 4))
      else if (kind !== 3) machine.write(word & 31, this.#outside.load(literal, kind === 0 ? 4 : 8))
      return
    }
    const operand = memoryAccess(word)
    if (operand === undefined) {
      const base = (word >>> 5) & 31
      // LD1, ST1 and others of many vectors: writeback by an amount that depends on the form
      if ((word & 0x0440_0000) === 0x0440_0000) for (let next = 0; next < 4; next++) machine.writeVector((word + next) & 31, undefined)
      if ((word & 0x0480_0000) === 0x0480_0000 && (word & 0x3a00_0000) === 0x0800_0000) machine.writeBase(base, undefined)
      return
    }
    const start = machine.readBase(operand.base)
    const moved = compute('add', start, number(operand.offset, operand.offset < 0 ? -1 : 0))
    let place = operand.writeback === 'after' ? start : moved
    if (operand.index >= 0) place = this.#indexed(machine, word, operand, start)
    if (operand.load) this.#load(machine, operand, place, { word, address: at })
    else {
      this.#noteField(machine, operand, place, { word, address: at })
      this.#store(machine, operand, place)
      if (place === undefined && operand.register >= 0) this.#storeIntoArray(machine, operand, start, at)
    }
    if (operand.atomic && !operand.load) machine.write((word >>> 16) & 31, undefined) // status of a store exclusive
    if (operand.writeback !== 'none') machine.writeBase(operand.base, moved)
  }

  /** What may be a field of a structure that others look at; of variables only what no check has to do with. */
  #noteField(machine: Machine, operand: MemoryAccess, place: Value | undefined, { word, address: at }: { readonly word: number; readonly address: number }): void {
    if (!reachesFields(operand)) {
      this.#noteDetected(machine, operand, at)
      return
    }
    const { register, second, vector, secondVector, size } = operand
    const first = register >= 0 ? machine.read(register, size) : zeroIn(machine, vector)
    const isVariable = place?.base === plain && storeToField(word) !== undefined
    this.#effects.storedToField(at, isVariable && first?.detected === true ? undefined : first)
    if (second >= 0 || secondVector >= 0) this.#effects.storedToField(at + 1, second >= 0 ? machine.read(second, size) : zeroIn(machine, secondVector))
  }

  /** Numbers by what the CPU has: they may be which variant of something an object is. */
  #noteDetected(machine: Machine, { register, second, size }: MemoryAccess, at: number): void {
    if (register < 0) return
    const first = machine.read(register, size)
    if (first?.detected === true) this.#effects.storedToField(at, first)
    const other = second < 0 ? undefined : machine.read(second, size)
    if (other?.detected === true) this.#effects.storedToField(at + 1, other)
  }

  #indexed(machine: Machine, word: number, operand: MemoryAccess, start: Value | undefined): Value | undefined {
    const option = (word >>> 13) & 7
    const value = machine.read(operand.index, (option & 1) === 0 ? 4 : 8)
    const extended = option === 6 ? signExtended(value, 4) : value
    const scale = (word & 0x1000) !== 0 ? Math.log2(operand.size) : 0
    const offset = scale === 0 ? extended : compute('shl', extended, number(scale))
    if (offset === undefined) this.#notes.used(start)
    if (start === undefined) this.#notes.used(offset)
    return compute('add', start, offset)
  }

  /** Of the pointer only what it points into may be known. */
  #storeIntoArray(machine: Machine, { base, index, register, size, writeback }: MemoryAccess, start: Value | undefined, at: number): void {
    const array = singleAddress(start) ?? this.#elements.arrayOf(base, at)
    if (array === undefined && index < 0 && writeback === 'none') return
    if (array === undefined && index >= 0 && (this.#elements.isOfThread(base, at) || this.#elements.isOfThread(index, at))) return
    this.#storeSomewhere(array, machine.read(register, size), size)
  }

  /** An element of an array, and nobody knows which: any variable in there may be it. */
  #storeSomewhere(array: number | undefined, value: Value | undefined, size: number): void {
    if (value?.base !== plain || value.words.length !== 2 || value.partial === true || value.detected) return
    for (const variable of this.#outside.variablesBehind(array)) if (variable.size === size) this.#effects.mayBeStored(variable.address, size, value)
  }

  #load(machine: Machine, operand: MemoryAccess, place: Value | undefined, at: { readonly word: number; readonly address: number }): void {
    if (operand.register < 0) {
      this.#notes.used(place)
      this.#loadVector(machine, operand.vector, place, operand.size)
      if (operand.secondVector >= 0) this.#loadVector(machine, operand.secondVector, compute('add', place, number(operand.size)), operand.size)
      return
    }
    if (operand.index >= 0) this.#effects.indexedLoads.set(at.address, this.#effects.indexedLoads.get(at.address) !== false && place !== undefined && isExact(place))
    const first = this.#chosen(place, this.#recall(machine, place, operand.size), operand.size) ?? (operand.index < 0 ? this.#outside.loadNearField(at.address) : undefined)
    const second = operand.second < 0 ? undefined : this.#recall(machine, compute('add', place, number(operand.size)), operand.size)
    const extend = (value: Value | undefined): Value | undefined => (operand.signed === 0 ? value : truncated(signExtended(value, operand.size), operand.signed))
    machine.write(operand.register, extend(first ?? (operand.second < 0 ? this.#outside.valueOfEntry(at.address) : undefined)))
    if (operand.second >= 0) machine.write(operand.second, extend(second ?? this.#outside.valueOfEntry(at.address)))
    else if (operand.register !== 31) machine.origins[operand.register] = keyOf(place)
    if (operand.compares) this.storeOne(machine, place, undefined, operand.size, machine.read(at.word & 31, operand.size))
    else if (operand.atomic && !isExclusive(at.word)) {
      // what LDADD and its relatives leave in memory is not known
      const key = keyOf(place)
      if (key !== undefined) machine.remember(key, operand.second < 0 ? operand.size : 2 * operand.size, undefined)
    }
  }

  /** A pointer at a place that a check tells is what the check chose: `table[mask & 3]`. */
  #chosen(place: Value | undefined, value: Value | undefined, size: number): Value | undefined {
    if (size !== 8 || place?.base !== plain || !place.detected || value?.base !== plain || value.detected || value.words.length === 0) return value
    for (let at = 0; at < value.words.length; at += 2) {
      const target = (value.words[at + 1]! >>> 0) * 0x1_0000_0000 + (value.words[at]! >>> 0)
      if (target !== 0 && !this.#outside.isPointerTarget(target)) return value
    }
    return detectedAs(value, true)
  }

  #recall(machine: Machine, place: Value | undefined, size: number): Value | undefined {
    if (place === undefined) return undefined
    if (place.words.length > 2 && place.hull !== true && place.base === plain) {
      let all: Value | undefined
      for (let at = 0; at < place.words.length; at += 2) {
        const one = this.#recall(machine, withWords(place, [place.words[at]!, place.words[at + 1]!]), size)
        all = at === 0 ? one : join(all, one)
        if (all === undefined) break
      }
      if (all === undefined) this.#notes.used(place)
      return all
    }
    const key = keyOf(place)
    if (key === undefined) {
      this.#notes.used(place)
      return undefined
    }
    const known = machine.recall(key, size)
    if (known !== undefined) return known
    if (place.base === plain) return this.#outside.load(key, size, machine.isOverwritten(key))
    return place.base === SP ? undefined : this.#outside.loadField(place.base, singleOffset(place)!, size)
  }

  #store(machine: Machine, operand: MemoryAccess, place: Value | undefined): void {
    const size = operand.size
    if (operand.register < 0) {
      this.#storeVector(machine, operand.vector, place, size)
      if (operand.secondVector >= 0) this.#storeVector(machine, operand.secondVector, compute('add', place, number(size)), size)
      return
    }
    // a store exclusive that fails is tried again
    this.storeOne(machine, place, machine.read(operand.register, size), size)
    if (operand.second >= 0) this.storeOne(machine, compute('add', place, number(size)), machine.read(operand.second, size), size)
  }

  /** What is not known in one piece is not known at all. */
  #loadVector(machine: Machine, register: number, place: Value | undefined, size: number): void {
    const parts: bigint[] = []
    let detected = false
    for (let offset = 0; offset < size; offset += 8) {
      const value = keyOf(place) === undefined ? undefined : this.#recall(machine, offset === 0 ? place : compute('add', place, number(offset)), Math.min(size, 8))
      const part = exactly(value)
      if (part === undefined) break
      parts.push(part)
      detected ||= value!.detected
    }
    machine.writeVector(register, parts.length * 8 < size ? undefined : vectorOf(parts, 8, detected))
  }

  #storeVector(machine: Machine, register: number, place: Value | undefined, size: number): void {
    const vector = machine.vectors[register]
    const key = keyOf(place)
    for (let offset = 0; offset < size; offset += 8) {
      const part = Math.min(size, 8)
      if (vector !== undefined) this.storeOne(machine, offset === 0 ? place : compute('add', place, number(offset)), valueIn(vector, offset, part), part)
      else if (key !== undefined) machine.remember(key + offset, part, undefined)
    }
  }

  /** @param published what others may find there, where that is not what is there now for sure */
  storeOne(machine: Machine, place: Value | undefined, value: Value | undefined, size: number, published: Value | undefined = value): void {
    this.#notes.used(published)
    const key = keyOf(place)
    if (value?.base === SP) this.#keepPointer(value, place)
    if (key === undefined) {
      if (place?.base === SP) storeToOne(machine, place, value, size)
      return
    }
    if (place!.base !== SP) {
      this.#effects.storedAt(key, size)
      const inFrame = value?.base === SP ? singleOffset(value) : undefined
      if (inFrame !== undefined && inFrame < 0) this.#effects.handedOut.add(inFrame)
    }
    machine.remember(key, size, value)
    if (place!.base >= 0 && place!.base < SP) machine.storeToAlias(key, size, value)
    if (key >= 0 && (value === undefined || published !== value)) this.#effects.publishCell(key, published)
  }

  /** A pointer into the frame is stored: within the frame, it is for who has a pointer to where it stands. */
  #keepPointer(pointer: Value, place: Value | undefined): void {
    const to = singleOffset(pointer)
    const holder = place?.base === SP ? singleOffset(place) : undefined
    if (to === undefined || holder === undefined) this.#effects.pointerKept(to)
    else this.#effects.pointerHeld(to, holder)
  }
}

/** Zero, if that is what the vector holds: structures are cleared so. */
function zeroIn({ vectors }: Machine, register: number): Value | undefined {
  const held = vectors[register]
  return held?.every(({ bytes }) => bytes.every((byte) => byte === 0)) === true ? number(0) : undefined
}

/** Nobody knows to which of several places in the frame it is stored. */
function storeToOne(machine: Machine, place: Value, value: Value | undefined, size: number): void {
  if (place.hull === true || place.partial === true) return
  for (let word = 0; word < place.words.length; word += 2) {
    const key = keyOf(withWords(place, [place.words[word]!, place.words[word + 1]!]))
    if (key !== undefined) machine.remember(key, size, join(machine.recall(key, size), value))
  }
}

/** LDXR and its relatives, which only load; CASP stands beside them. */
function isExclusive(word: number): boolean {
  return (word & 0x3f80_0000) === 0x0800_0000 && (word & 0xbfa0_7c00) >>> 0 !== 0x0820_7c00
}
