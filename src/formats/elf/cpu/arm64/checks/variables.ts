import { address as addressValue, compute, detectedAs, join, number, plain, sameValue, truncated, type Value } from '../../program/value.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Places } from '../../program/places.ts'

interface Variable {
  readonly size: number
  value: Value | undefined
  /** What each function leaves in it; undefined: something unknown. */
  readonly stores: Map<number, Value | undefined>
  /** What each leaves in it that stores to a part of it, or to more. */
  readonly parts: Map<number, Value>
  /** How many steps from the check it is. */
  readonly distance: number
}

/** Bytes of an object whose address a function returns. */
const OBJECT = 256

/** Variables of the file that hold what checks of the CPU found out. */
export class Variables {
  readonly #image: MemoryImage
  readonly #variables = new Map<number, Variable>()
  /** Their sizes, by address. */
  readonly #sizes = new Places<number>()

  readonly #codePointers: ReadonlySet<number>
  readonly #isNeverStored: (address: number) => boolean

  /** @param isNeverStored does no instruction write there or hand on its address? */
  constructor(image: MemoryImage, isNeverStored: (address: number) => boolean) {
    this.#image = image
    this.#codePointers = new Set(image.codePointers.places)
    this.#isNeverStored = isNeverStored
  }

  get count(): number {
    return this.#variables.size
  }

  entries(): Iterable<[number, { readonly size: number; readonly distance: number }]> {
    return this.#variables.entries()
  }

  has(address: number): boolean {
    return this.#variables.has(address)
  }

  /** Is one of the variables in the object at `address`? */
  isIn(address: number): boolean {
    for (let at = address; at < address + OBJECT; at++) if (this.#variables.has(at)) return true
    return false
  }

  /** Variables in [from, to). */
  within(from: number, to: number): readonly { readonly address: number; readonly size: number }[] {
    const { keys, values } = this.#sizes
    const found: { readonly address: number; readonly size: number }[] = []
    for (let index = this.#sizes.indexFrom(from); index < keys.length && keys[index]! < to; index++) {
      if (keys[index]! + values[index]! <= to) found.push({ address: keys[index]!, size: values[index]! })
    }
    return found
  }

  distanceOf(address: number): number | undefined {
    return this.#variables.get(address)?.distance
  }

  /** Makes `address` a variable that holds `value` whatever the file says. */
  declare(address: number, size: number, value: Value): void {
    this.#add(address, { size, value, stores: new Map([[-1, value]]), parts: new Map(), distance: 0 })
  }

  #add(address: number, variable: Variable): void {
    this.#variables.set(address, variable)
    this.#sizes.set(address, variable.size)
  }

  /** Does a store there change one of the variables? */
  overlaps(address: number, size: number): boolean {
    return this.#overlapping(address, size).length > 0
  }

  #overlapping(address: number, size: number): number[] {
    const { keys, values } = this.#sizes
    const found: number[] = []
    for (let index = this.#sizes.indexFrom(address - 7); index < keys.length && keys[index]! < address + size; index++) {
      if (keys[index]! + values[index]! > address) found.push(keys[index]!)
    }
    return found
  }

  /** A store of more than a variable, or of a part of it. */
  #storeParts(address: number, size: number, index: number, value: Value): boolean {
    let changed = false
    for (const at of this.#overlapping(address, size)) {
      const variable = this.#variables.get(at)!
      if (at === address || variable.distance === 0) continue
      const before = variable.parts.get(index)
      const part = at > address ? truncated(compute('shr', value, number((at - address) * 8)), variable.size) : replaced(variable.value, value, address - at, size)
      const joined = before === undefined ? part : join(before, part)
      if (joined === undefined || sameValue(before, joined)) continue
      variable.parts.set(index, joined)
      const known = variable.value
      variable.value = this.#joined(variable)
      changed ||= !sameValue(known, variable.value)
    }
    return changed
  }

  /** Notes what function `index` stores; true when that changes the variable. */
  store(address: number, size: number, index: number, value: Value | undefined, distance: number): boolean {
    const changesOthers = value !== undefined && this.#storeParts(address, size, index, value)
    return this.#storeWhole(address, size, index, value, distance) || changesOthers
  }

  #storeWhole(address: number, size: number, index: number, value: Value | undefined, distance: number): boolean {
    let variable = this.#variables.get(address)
    if (variable === undefined) {
      if (value?.detected !== true && value?.base === plain) return false
      if (value === undefined || this.#image.dataAt(address)?.writable !== true) return false
      const initial = this.initial(address, size)
      variable = { size, value: undefined, stores: new Map([[-1, initial === undefined ? undefined : detectedAs(initial, true)]]), parts: new Map(), distance }
      this.#add(address, variable)
    }
    if (variable.stores.has(-1) && variable.distance === 0) return false // declared
    const known = variable.stores.get(index)
    if (variable.stores.has(index) && sameValue(known, value)) return false
    variable.stores.set(index, value)
    const before = variable.value
    variable.value = this.#joined(variable)
    return !sameValue(before, variable.value)
  }

  /**
   * What may stand there. An unknown store (an environment variable that overrides the check) is passed over where another
   * one stores what the CPU says.
   */
  #joined(variable: Variable, overwritten = false): Value | undefined {
    let joined: Value | undefined
    let first = true
    for (const [from, value] of variable.stores) {
      if (value === undefined || (overwritten && from < 0)) continue
      joined = first ? value : join(joined, value)
      first = false
      if (joined === undefined) return undefined
    }
    for (const value of variable.parts.values()) {
      joined = first ? value : join(joined, value)
      first = false
      if (joined === undefined) return undefined
    }
    return joined === undefined || joined.words.length === 0 ? undefined : withoutRest(joined)
  }

  /** @param overwritten it cannot be what the file says any more */
  load(address: number, size: number, overwritten = false): Value | undefined {
    const exact = this.#variables.get(address)
    if (exact !== undefined && exact.size >= size) {
      const value = overwritten && exact.stores.size + exact.parts.size > 1 && exact.distance > 0 ? this.#joined(exact, true) : exact.value
      return size === 8 ? value : truncated(value, size)
    }
    for (let back = 1; back < 8; back++) {
      const wider = this.#variables.get(address - back)
      if (wider !== undefined && wider.size >= back + size) return truncated(compute('shr', wider.value, number(back * 8)), size)
    }
    if (exact !== undefined) return this.#compose(address, size)
    const range = this.#image.dataAt(address)
    // a pointer that could be changed, and is not
    const constant = range?.constant === true || (size === 8 && this.#codePointers.has(address) && this.#isNeverStored(address))
    return constant ? this.initial(address, size) : undefined
  }

  /** A load that spans several variables. */
  #compose(address: number, size: number): Value | undefined {
    let whole: Value | undefined = number(0, 0, true)
    for (let offset = 0; offset < size; ) {
      const variable = this.#variables.get(address + offset)
      const part = variable === undefined ? this.initial(address + offset, 1) : variable.value
      whole = compute('or', whole, compute('shl', part, number(offset * 8)))
      offset += variable?.size ?? 1
    }
    return whole
  }

  /** What the file says memory holds before anything runs. */
  initial(address: number, size: number): Value | undefined {
    const slot = this.#image.slots.get(address)
    if (slot !== undefined) return slot.address === undefined || slot.indirect === true || size !== 8 ? undefined : addressValue(slot.address)
    const range = this.#image.dataAt(address)
    if (range === undefined || address + size > range.end) return undefined
    if (range.offset === undefined) return number(0)
    const place = range.offset + address - range.address
    const { view } = this.#image
    if (place + size > view.byteLength) return undefined
    if (size === 8) return number(view.getInt32(place, true), view.getInt32(place + 4, true))
    if (size === 4) return number(view.getInt32(place, true))
    return size === 2 ? number(view.getUint16(place, true)) : size === 1 ? number(view.getUint8(place)) : undefined
  }
}

/** `whole` with `size` bytes of it replaced, `offset` bytes from its beginning. */
function replaced(whole: Value | undefined, part: Value, offset: number, size: number): Value | undefined {
  const mask = (2n ** BigInt(size * 8) - 1n) << BigInt(offset * 8)
  const rest = number(Number(BigInt.asIntN(32, ~mask)), Number(BigInt.asIntN(32, ~mask >> 32n)))
  return compute('or', compute('and', whole, rest), compute('shl', truncated(part, size), number(offset * 8)))
}

/** What is stored counts, not that something else may be stored too. */
export function withoutRest(value: Value): Value {
  if (value.partial !== true) return value
  const { base, words, detected, hull } = value
  return hull === true ? { base, words, detected, hull } : { base, words, detected }
}
