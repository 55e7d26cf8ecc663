import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { PointerTable } from '../../program/pointer-table.ts'
import { lastAtMost } from '../../program/number-list.ts'
import type { AccessIndex } from '../../program/access-index.ts'

/** Bytes of a table that are looked at. */
const TABLE_SIZE = 256 * 8
/** Bytes of members at the beginning of an object that may be numbers, where no number may be between functions. */
const LEADING = 3 * 8
/** Bytes of an object that is not known to end before. */
const OBJECT_SIZE = 0x4000

/** An object in data that functions are found through: it holds some. */
export interface PointedObject {
  readonly object: number
  /** In the order of their places. */
  readonly functions: readonly number[]
  /** Nothing else is pointed to. */
  readonly isTable: boolean
}

/** Tables of function pointers in data (virtual tables, operations), where code names them. */
export class PointedFunctions {
  readonly #places: Float64Array
  /** Function that each place holds the address of, or -1. */
  readonly #functions: Int32Array
  /** Addresses that pointers hold. */
  readonly #referenced: Float64Array
  readonly #accesses: AccessIndex
  readonly #toData: PointerTable

  constructor(image: MemoryImage, graph: CallGraph, accesses: AccessIndex) {
    const { places, targets } = image.codePointers
    this.#places = places
    this.#functions = new Int32Array(places.length)
    for (let index = 0; index < places.length; index++) this.#functions[index] = graph.functionAt(targets[index]!) ?? -1
    this.#referenced = image.dataPointers.targets.slice().sort()
    this.#accesses = accesses
    this.#toData = image.dataPointers
  }

  /** Functions that the table at an address leads to, up to where another object begins. */
  tableAt(table: number): number[] {
    const found: number[] = []
    const limit = this.#nextObject(table + 8, TABLE_SIZE)
    let pointer = lastAtMost(this.#places, table - 1) + 1
    let gaps = 0
    for (let place = table, slot = 0; place < limit; place += 8, slot++) {
      while (this.#places[pointer]! < place) pointer++
      const target = this.#places[pointer] === place ? this.#functions[pointer]! : -1
      if (target >= 0) found.push(target)
      else if (++gaps > (slot < 3 ? 3 : 0)) break
    }
    return found
  }

  /**
   * Of the object at an address and those that it points to, those that they point to, …, the ones that hold functions, without those in
   * `known`, to which all are added.
   * @param gaps may anything be between the functions in an object? Else a number behind the first three members ends it.
   */
  from(first: number, gaps: boolean, known: Set<number>): readonly PointedObject[] {
    const found: PointedObject[] = []
    const objects = [first]
    for (let pointer = objects.pop(); pointer !== undefined; pointer = objects.pop()) {
      const object = pointer - (pointer % 8) // GHC and others keep a tag in the lowest bits
      if (known.has(object)) continue
      known.add(object)
      const held = this.#pointersIn(object, gaps)
      for (const other of held.objects) objects.push(other)
      if (held.functions.length > 0) found.push({ object, functions: held.functions, isTable: held.objects.length === 0 })
    }
    return found
  }

  #pointersIn(object: number, gaps: boolean): { readonly functions: readonly number[]; readonly objects: readonly number[] } {
    const limit = this.#nextObject(object + 8, OBJECT_SIZE)
    const functions: number[] = []
    const objects: number[] = []
    const { places, targets } = this.#toData
    let toCode = lastAtMost(this.#places, object - 1) + 1
    let toData = lastAtMost(places, object - 1) + 1
    let known = object + LEADING
    for (;;) {
      const code = toCode < this.#places.length ? this.#places[toCode]! : Infinity
      const data = toData < places.length ? places[toData]! : Infinity
      const place = Math.min(code, data)
      if (place >= limit) break
      if (code < data) {
        if (this.#functions[toCode]! >= 0 && (gaps || place <= known)) functions.push(this.#functions[toCode]!)
        toCode++
      } else {
        objects.push(targets[toData]!)
        toData++
      }
      if (place <= known) known = Math.max(known, place + 8)
    }
    return { functions, objects }
  }

  /** Places that hold the address of function `index`. */
  placesOf(index: number): number[] {
    const found: number[] = []
    for (let pointer = 0; pointer < this.#functions.length; pointer++) if (this.#functions[pointer] === index) found.push(this.#places[pointer]!)
    return found
  }

  /** The first address of [from, from + size) in steps of a pointer that something else names, or the end. */
  #nextObject(from: number, size: number): number {
    return Math.min(nextIn(this.#referenced, from, size), nextIn(this.#accesses.addresses, from, size), from + size)
  }
}

function nextIn(addresses: Float64Array, from: number, size: number): number {
  for (let index = lastAtMost(addresses, from - 1) + 1; index < addresses.length; index++) {
    const distance = addresses[index]! - from
    if (distance >= size) break
    if ((distance & 7) === 0) return addresses[index]!
  }
  return Infinity
}
