import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import type { AccessIndex } from './access-index.ts'

/** Bytes of a table that are looked at. */
const TABLE_SIZE = 256 * 8

/** Tables of function pointers in data (virtual tables, operations), where code names them. */
export class PointedFunctions {
  readonly #places: Float64Array
  /** Function that each place holds the address of, or -1. */
  readonly #functions: Int32Array
  /** Addresses that pointers hold. */
  readonly #referenced: Float64Array
  readonly #accesses: AccessIndex

  constructor(image: MemoryImage, graph: CallGraph, accesses: AccessIndex) {
    const { places, targets } = image.codePointers
    this.#places = places
    this.#functions = new Int32Array(places.length)
    for (let index = 0; index < places.length; index++) this.#functions[index] = graph.functionAt(targets[index]!) ?? -1
    const referenced = new Float64Array(image.slots.size)
    let count = 0
    for (const { address } of image.slots.values()) if (address !== undefined) referenced[count++] = address
    this.#referenced = referenced.subarray(0, count).sort()
    this.#accesses = accesses
  }

  /** Functions that the table at an address leads to, up to where another object begins. */
  tableAt(table: number): number[] {
    const found: number[] = []
    const limit = Math.min(table + TABLE_SIZE, this.#nextObject(table + 8))
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

  /** Places that hold the address of function `index`. */
  placesOf(index: number): number[] {
    const found: number[] = []
    for (let pointer = 0; pointer < this.#functions.length; pointer++) if (this.#functions[pointer] === index) found.push(this.#places[pointer]!)
    return found
  }

  /** The first address of [from, from + TABLE_SIZE) in steps of a pointer that something else names. */
  #nextObject(from: number): number {
    return Math.min(this.#nextReferenced(from), this.#nextNamed(from))
  }

  #nextReferenced(from: number): number {
    for (let index = lastAtMost(this.#referenced, from - 1) + 1; index < this.#referenced.length; index++) {
      const distance = this.#referenced[index]! - from
      if (distance >= TABLE_SIZE) break
      if ((distance & 7) === 0) return this.#referenced[index]!
    }
    return Infinity
  }

  #nextNamed(from: number): number {
    const { addresses } = this.#accesses
    for (let index = lastAtMost(addresses, from - 1) + 1; index < addresses.length; index++) {
      const distance = addresses[index]! - from
      if (distance >= TABLE_SIZE) break
      if ((distance & 7) === 0) return addresses[index]!
    }
    return Infinity
  }
}
