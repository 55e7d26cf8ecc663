import type { Addresses } from '../../program/address-set.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { PointerTable } from '../../program/pointer-table.ts'
import { lastAtMost } from '../../program/number-list.ts'
import type { AccessIndex } from '../../program/access-index.ts'

/** Bytes of a table that are looked at. */
const TABLE_SIZE = 256 * 8
/** Bytes of members at the beginning of an object that may be numbers, where no number may be between functions. */
const LEADING = 3 * 8
/** Bytes at the beginning of an object of which some hold a pointer. */
const POINTERS_WITHIN = 32
/** Bytes of an object that is not known to end before. */
const OBJECT_SIZE = 0x4000

/** An object in data that functions are found through: it holds some. */
export interface PointedObject {
  readonly object: number
  /** In the order of their places. */
  readonly functions: readonly number[]
  /** It was listed in a table of which other rows say that the CPU will not do: each row answers for itself, and this one was not refused. */
  readonly isBesideRefused: boolean
  /** It begins with them, and holds no other pointer. */
  readonly isTable: boolean
}

interface HeldPointers {
  readonly functions: readonly number[]
  readonly objects: readonly number[]
  readonly isDense: boolean
  /** A function among them says that the CPU will not do. */
  readonly refuses: boolean
}

const noPointers: HeldPointers = { functions: [], objects: [], isDense: true, refuses: false }
const noObjects: readonly PointedObject[] = []

/** Tables of function pointers in data (virtual tables, operations), where code names them. */
export class PointedFunctions {
  readonly #places: Float64Array
  /** Function that each place holds the address of, or -1. */
  readonly #functions: Int32Array
  /** Addresses that pointers hold. */
  readonly #referenced: Float64Array
  readonly #accesses: AccessIndex
  readonly #toData: PointerTable
  readonly #image: MemoryImage
  readonly #functionCount: number
  #placesByFunction: { readonly first: Uint32Array; readonly places: Float64Array } | undefined

  /** @param isTagged do pointers keep what the object is in their lowest bits, as GHC's do? */
  constructor(image: MemoryImage, graph: CallGraph, accesses: AccessIndex, isTagged: boolean) {
    const { places, targets } = image.codePointers
    this.#places = places
    this.#functions = new Int32Array(places.length)
    for (let index = 0; index < places.length; index++) this.#functions[index] = graph.functionAt(targets[index]!) ?? -1
    this.#referenced = (isTagged ? image.dataPointers.targets.map((target) => target - (target % 8)) : image.dataPointers.targets.slice()).sort()
    this.#accesses = accesses
    this.#toData = image.dataPointers
    this.#image = image
    this.#functionCount = graph.starts.length
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
   * @param readsDistances does what names the first read a table with entries of four bytes?
   * @param saysNo does a function say that the CPU will not do? What stands before it in its row of a table is not for this CPU.
   */
  from(first: number, gaps: boolean, known: Addresses, readsDistances?: () => boolean, saysNo?: (index: number) => boolean): readonly PointedObject[] {
    if (known.has(first - (first % 8))) return noObjects
    const found: PointedObject[] = []
    const objects = [first]
    let besideRefused: Set<number> | undefined
    for (let pointer = objects.pop(); pointer !== undefined; pointer = objects.pop()) {
      const object = pointer - (pointer % 8) // GHC and others keep a tag in the lowest bits
      if (known.has(object)) continue
      known.add(object)
      const held = this.#pointersIn(object, gaps, saysNo)
      const isBesideRefused = besideRefused?.has(object) === true
      for (const other of held.objects) {
        objects.push(other)
        if (held.refuses || isBesideRefused) (besideRefused ??= new Set()).add(other - (other % 8))
      }
      if (held.functions.length > 0) found.push({ object, functions: held.functions, isBesideRefused, isTable: held.objects.length === 0 && held.isDense })
      else if (object === first && held.objects.length === 0 && readsDistances !== undefined) {
        const atDistances = this.#atDistances(object)
        if (atDistances.length > 0 && readsDistances()) objects.push(...atDistances)
      }
    }
    return found
  }

  #pointersIn(object: number, gaps: boolean, saysNo: ((index: number) => boolean) | undefined): HeldPointers {
    const { places, targets } = this.#toData
    let toCode = lastAtMost(this.#places, object - 1) + 1
    let toData = lastAtMost(places, object - 1) + 1
    if (Math.min(this.#places[toCode] ?? Infinity, places[toData] ?? Infinity) >= object + OBJECT_SIZE) return noPointers
    // what lies in code is no object, however near the data is that comes behind it
    const range = this.#image.dataAt(object)
    if (range === undefined) return noPointers
    const limit = Math.min(this.#nextObject(object + 8, OBJECT_SIZE), range.end)
    if (Math.min(this.#places[toCode] ?? Infinity, places[toData] ?? Infinity) >= limit) return noPointers
    const functions: number[] = []
    const objects: number[] = []
    /** Where the pointers to them stand. */
    const at: number[] = []
    let known = this.#isObjectPascalClass(object, range) ? limit : object + LEADING
    // of an array of entries with one function each, at the same distance: {number, function}, {name, flags, function}
    let entry = -1
    let distance = 0
    let last = object - 8
    let isDense = true
    let refuses = false
    for (;;) {
      const code = toCode < this.#places.length ? this.#places[toCode]! : Infinity
      const data = toData < places.length ? places[toData]! : Infinity
      const place = Math.min(code, data)
      if (place >= limit) break
      if (code < data) {
        isDense &&= place === last + 8
        last = place
        const step = entry < 0 ? 0 : place - entry
        const isNext = distance === 0 ? step > 8 && step <= LARGEST_ENTRY : step === distance
        if (this.#functions[toCode]! >= 0 && (gaps || place <= known || (isNext && this.#holdsSomething(place - 8)))) {
          functions.push(this.#functions[toCode]!)
          if (entry >= 0) distance = isNext ? step : -1
          entry = place
        } else if (this.#functions[toCode]! >= 0) distance = -1 // one elsewhere ends it
        if (at.length > 0 && saysNo !== undefined && this.#functions[toCode]! >= 0 && saysNo(this.#functions[toCode]!)) {
          this.#dropRow(objects, at, place)
          refuses = true
        }
        toCode++
      } else {
        objects.push(targets[toData]!)
        at.push(place)
        toData++
      }
      if (place <= known) known = Math.max(known, place + 8)
    }
    return { functions, objects, isDense, refuses }
  }

  /**
   * Takes away the objects of the row that ends with the function at `end`: those side by side before it, with one member between that
   * may hold nothing (OpenSSL's `OSSL_ALGORITHM_CAPABLE`: names, properties, operations, description, `capable`).
   */
  #dropRow(objects: number[], at: number[], end: number): void {
    let next = at[at.length - 1] === end - 8 || this.#holdsSomething(end - 8) ? end - 8 : end - 16
    for (; at[at.length - 1] === next && next >= end - LARGEST_ENTRY; next -= 8) {
      at.pop()
      objects.pop()
    }
  }

  /**
   * Objects in a list of distances of four bytes from the list itself, which clang makes of a list of pointers to what needs no
   * relocations.
   */
  #atDistances(list: number): number[] {
    const range = this.#image.dataAt(list)
    const found: number[] = []
    if (range?.offset === undefined || range.writable) return found
    for (let place = list, limit = this.endOf(list); place < limit && place + 4 <= range.end; place += 4) {
      const target = list + this.#image.view.getInt32(range.offset + place - range.address, true)
      if (!this.#holdsPointers(target)) break
      found.push(target)
    }
    // numbers that lead into the list itself, or twice to one place, are something else
    const isList = found.length > 1 && new Set(found).size === found.length && found.every((target) => target < list || target >= list + 4 * found.length)
    return isList ? found : []
  }

  /** Free Pascal's classes begin with the size of their objects and its negative (`TVmt` of unit System); what may be left out stands before the methods. */
  #isObjectPascalClass(object: number, { address, end, offset }: MemoryImage['data'][number]): boolean {
    if (offset === undefined || object + 16 > end) return false
    const { view } = this.#image
    const at = offset + object - address
    const size = view.getInt32(at, true)
    return size >= 8 && view.getInt32(at + 4, true) === 0 && view.getInt32(at + 8, true) === -size && view.getInt32(at + 12, true) === -1
  }

  /** Is there a number that is not zero, or an address? Tables with a place for each CPU have nothing where a function was not compiled for one. */
  #holdsSomething(place: number): boolean {
    const range = this.#image.dataAt(place)
    if (range?.offset === undefined) return false
    const { view } = this.#image
    const at = range.offset + place - range.address
    return view.getUint32(at, true) !== 0 || view.getUint32(at + 4, true) !== 0 || this.#toData.get(place) !== undefined
  }

  /** Does what looks like an object at an address hold a pointer near its beginning? */
  #holdsPointers(object: number): boolean {
    if (object % 8 !== 0) return false
    return [this.#places, this.#toData.places].some((places) => (places[lastAtMost(places, object - 1) + 1] ?? Infinity) < object + POINTERS_WITHIN)
  }

  /** Places that hold the address of function `index`. */
  placesOf(index: number): Float64Array {
    const { first, places } = (this.#placesByFunction ??= this.#sortPlaces())
    return places.subarray(first[index]!, first[index + 1]!)
  }

  #sortPlaces(): { first: Uint32Array; places: Float64Array } {
    const first = new Uint32Array(this.#functionCount + 2)
    for (let pointer = 0; pointer < this.#functions.length; pointer++) if (this.#functions[pointer]! >= 0) first[this.#functions[pointer]! + 2]!++
    for (let index = 2; index < first.length; index++) first[index]! += first[index - 1]!
    const places = new Float64Array(first.at(-1)!)
    // first[index + 1] counts up to where the places of the next one begin
    for (let pointer = 0; pointer < this.#functions.length; pointer++) if (this.#functions[pointer]! >= 0) places[first[this.#functions[pointer]! + 1]!++] = this.#places[pointer]!
    return { first, places }
  }

  /** Where another object begins behind the one at an address. */
  endOf(object: number): number {
    return this.#nextObject(object + 8, OBJECT_SIZE)
  }

  /** The first address of [from, from + size) in steps of a pointer that something else names, or the end. */
  #nextObject(from: number, size: number): number {
    return Math.min(nextIn(this.#referenced, from, size), nextIn(this.#accesses.addresses, from, size), from + size)
  }
}

/** Bytes of a name or number and the function that belongs to it. */
const LARGEST_ENTRY = 64

function nextIn(addresses: Float64Array, from: number, size: number): number {
  for (let index = lastAtMost(addresses, from - 1) + 1; index < addresses.length; index++) {
    const distance = addresses[index]! - from
    if (distance >= size) break
    if ((distance & 7) === 0) return addresses[index]!
  }
  return Infinity
}
