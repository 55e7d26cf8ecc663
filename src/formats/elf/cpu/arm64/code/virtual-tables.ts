import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import type { Program } from './program.ts'

/** Bytes before the first function: how far the part is from the beginning of the object, and who the class is (Itanium C++ ABI, 2.5.2). */
const HEAD = 16
/** Functions of a class. */
const METHODS = 256
/** Bytes from the beginning of an object to one of its parts. */
const OBJECT = 0x1_0000

/** Virtual tables of C++, as the file has them: which functions are in one, which tables a function is in, and who puts one into an object. */
export class VirtualTables {
  readonly #program: Program
  readonly #image: MemoryImage
  #placesOf: ReadonlyMap<number, readonly number[]> | undefined
  #gotPlaces: ReadonlyMap<number, readonly number[]> | undefined
  readonly #accessed: Float64Array

  constructor(program: Program) {
    this.#program = program
    this.#image = program.image
    this.#accessed = program.accesses.addresses
  }

  /** Does a table begin there, behind its head? */
  isTable(address: number): boolean {
    return address % 8 === 0 && this.#image.dataAt(address)?.constant === true && this.#isEntry(address) && this.#hasHead(address)
  }

  /** Tables that a function names, itself or through the GOT. */
  namedIn(index: number): number[] {
    const { graph, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    const found = new Set<number>()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      const named = kind[access] === Access.take ? to[access]! : kind[access] === Access.load ? this.#image.slots.get(to[access]!)?.address : undefined
      if (named === undefined) continue
      if (this.isTable(named)) found.add(named)
      else if (this.isTable(named + HEAD)) found.add(named + HEAD)
    }
    return [...found]
  }

  /** Functions of the file in a table. */
  methods(table: number): number[] {
    const found: number[] = []
    for (let place = table; place < table + METHODS * 8 && this.#isEntry(place); place += 8) {
      const target = this.#image.codePointers.get(place)
      if (target !== undefined) found.push(target)
    }
    return found
  }

  /** All tables that a function is in; undefined where something else in data leads to it. */
  tablesOf(method: number): ReadonlySet<number> | undefined {
    const tables = new Set<number>()
    for (const place of this.#places().get(method) ?? []) {
      let table = place
      while (!this.#hasHead(table) && this.#isEntry(table - 8)) table -= 8
      if (!this.isTable(table)) return undefined
      tables.add(table)
    }
    return tables
  }

  /** Functions that name a table, or its head; undefined where data does: an object that the file has as it is, or a table of tables. */
  makersOf(table: number): ReadonlySet<number> | undefined {
    const { places, targets } = this.#image.dataPointers
    for (let pointer = 0; pointer < places.length; pointer++) {
      const isNamed = targets[pointer]! >= table - HEAD && targets[pointer]! <= table
      if (isNamed && this.#image.dataAt(places[pointer]!)?.separate !== true) return undefined
    }
    const makers = new Set<number>()
    this.#accessors(table - HEAD, table, Access.take, makers)
    for (let named = table - HEAD; named <= table; named += 8) for (const place of this.#slots().get(named) ?? []) this.#accessors(place, place, Access.load, makers)
    return makers
  }

  /** Adds functions that do so to what is in [from, to]. */
  #accessors(from: number, to: number, access: number, found: Set<number>): void {
    const { graph, sweep, accesses } = this.#program
    const kind = sweep.accessKind.values()
    const by = sweep.accessFrom.values()
    for (let entry = lastAtMost(this.#accessed, from - 1) + 1; entry < this.#accessed.length && this.#accessed[entry]! <= to; entry++) {
      const index = kind[accesses.order[entry]!] === access ? graph.functionOf(by[accesses.order[entry]!]!) : -1
      if (index >= 0) found.add(index)
    }
  }

  /** Is the table for whole objects, and not for a part of one, another base? */
  isOfWhole(table: number): boolean {
    return this.#distance(table) === 0
  }

  /** A function of the file, or of another one: `__cxa_pure_virtual`. */
  #isEntry(place: number): boolean {
    return this.#image.codePointers.get(place) !== undefined || this.#image.slots.get(place)?.import !== undefined
  }

  #hasHead(table: number): boolean {
    const distance = this.#distance(table)
    if (distance === undefined || distance > 0 || distance < -OBJECT) return false
    // who the class is, unless the compiler was told to leave that out
    return this.#numberAt(table - 8) === 0 || this.#image.dataPointers.get(table - 8) !== undefined || this.#image.slots.has(table - 8)
  }

  /** From the object's part to its beginning. */
  #distance(table: number): number | undefined {
    return this.#numberAt(table - HEAD)
  }

  /** What stands there, where that is a small number. */
  #numberAt(place: number): number | undefined {
    const range = this.#image.dataAt(place)
    if (range?.offset === undefined || place + 8 > range.end || this.#isPointer(place)) return undefined
    const at = range.offset + place - range.address
    const low = this.#image.view.getInt32(at, true)
    return this.#image.view.getInt32(at + 4, true) === low >> 31 ? low : undefined
  }

  #isPointer(place: number): boolean {
    return this.#image.codePointers.get(place) !== undefined || this.#image.dataPointers.get(place) !== undefined || this.#image.slots.has(place)
  }

  /** Places in data that hold the address of a function, by that. */
  #places(): ReadonlyMap<number, readonly number[]> {
    if (this.#placesOf !== undefined) return this.#placesOf
    const found = new Map<number, number[]>()
    for (const [place, target] of this.#image.codePointers) append(found, target, place)
    return (this.#placesOf = found)
  }

  /** Places in the GOT, by the address that they hold. */
  #slots(): ReadonlyMap<number, readonly number[]> {
    if (this.#gotPlaces !== undefined) return this.#gotPlaces
    const found = new Map<number, number[]>()
    for (const [place, { address }] of this.#image.slots) if (address !== undefined) append(found, address, place)
    const { places, targets } = this.#image.dataPointers
    for (let pointer = 0; pointer < places.length; pointer++) if (this.#image.dataAt(places[pointer]!)?.separate === true) append(found, targets[pointer]!, places[pointer]!)
    return (this.#gotPlaces = found)
  }
}

function append(lists: Map<number, number[]>, key: number, value: number): void {
  const known = lists.get(key)
  if (known === undefined) lists.set(key, [value])
  else known.push(value)
}
