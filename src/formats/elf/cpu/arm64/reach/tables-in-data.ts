import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import type { Guards } from '../checks/guards.ts'
import { ObjectEnds } from '../code/object-ends.ts'
import type { Program } from '../code/program.ts'
import { functionsOfInitTask } from './go-init-tasks.ts'
import { RefusedRows } from './refused-rows.ts'

const TABLE_SLOTS = 512
/** Bytes of an object that is not known to end before. */
const OBJECT_SIZE = 0x4000
/** Words of a record in a table of them. */
const LARGEST_RECORD = 4

/** Tables of functions in data (virtual tables, operations, records of a number and a function), and lists of them. */
export class TablesInData {
  readonly #image: MemoryImage
  readonly #isGo: boolean
  readonly #objects: ObjectEnds
  readonly #refused: RefusedRows
  /** Places that hold the address of a function, in order, and which function that is. */
  readonly #places: Float64Array
  readonly #functions: Uint32Array
  readonly #arrays: { readonly start: number; readonly end: number }[] = []

  constructor(program: Program, guards: Guards) {
    const { image, graph, sweep, isGo } = program
    this.#image = image
    this.#refused = new RefusedRows(program, guards)
    this.#isGo = isGo
    this.#objects = new ObjectEnds(image, sweep)
    for (const { name, sh_addr, sh_size } of image.file.sections) {
      if (/^\.(?:preinit|init|fini)_array/.test(name)) this.#arrays.push({ start: Number(sh_addr), end: Number(sh_addr) + sh_size })
    }
    const { places, targets } = image.codePointers
    this.#places = new Float64Array(places.length)
    this.#functions = new Uint32Array(places.length)
    let count = 0
    for (let pointer = 0; pointer < places.length; pointer++) {
      const index = graph.functionAt(targets[pointer]!)
      if (index === undefined) continue
      this.#places[count] = places[pointer]!
      this.#functions[count++] = index
    }
    this.#places = this.#places.subarray(0, count)
  }

  /** The function that a place holds the address of. */
  functionIn(place: number): number | undefined {
    const at = lastAtMost(this.#places, place)
    return this.#places[at] === place ? this.#functions[at] : undefined
  }

  /** Does an object begin there that nobody takes the address of, as far as is known? */
  isBehindText(place: number): boolean {
    return this.#objects.isBehindText(place)
  }

  /** The end of an array of initializers, beside its beginning, is a bound and no table. */
  endsArray(place: number, isNamed: (address: number) => boolean): boolean {
    return this.#arrays.some(({ start, end }) => end === place && isNamed(start))
  }

  /** What the object at `first` leads to, and those that it points to: lists of structures of operations. All are added to `visited`. */
  follow(first: number, visited: Set<number>, reach: (index: number) => void): void {
    const { places, targets } = this.#image.dataPointers
    const objects = [first]
    for (let object = objects.pop(); object !== undefined; object = objects.pop()) {
      if (visited.has(object)) continue
      visited.add(object)
      const range = this.#image.dataAt(object)
      // a place in the GOT is no object: its address is taken of descriptors of thread-local variables
      if (range === undefined || range.separate) continue
      const end = Math.min(range.end, this.#objects.behind(object))
      this.#functionsIn(object, end, reach)
      if (this.#isGo) {
        for (const place of functionsOfInitTask(this.#image, object)) {
          const target = this.functionIn(place)
          if (target !== undefined) reach(target)
        }
      }
      const limit = Math.min(end, object + OBJECT_SIZE)
      const refused = this.#refused.placesIn(object, limit)
      for (let pointer = lastAtMost(places, object - 1) + 1; pointer < places.length && places[pointer]! < limit; pointer++) {
        if (!visited.has(targets[pointer]!) && !refused.has(places[pointer]!)) objects.push(targets[pointer]!)
      }
    }
  }

  #functionsIn(table: number, end: number, reach: (index: number) => void): void {
    let last = -1
    let stride = 0
    /** Beside functions, something else is in every record so far. */
    let isFilled = true
    const limit = Math.min(end, table + TABLE_SLOTS * 8)
    for (let at = lastAtMost(this.#places, table - 1) + 1; this.#places[at]! < limit; at++) {
      const slot = (this.#places[at]! - table) / 8
      if (slot % 1 !== 0) continue
      // records have their pointers at the same distance; a virtual table has no gaps
      const missing = slot - 1 - last
      if (missing > (stride === 0 ? LARGEST_RECORD : stride)) break
      if (stride > 1 && isFilled && missing >= stride && this.#isEmpty(table + (last + 1) * 8, stride)) break
      if (last >= 0 && stride === 0) stride = slot - last
      isFilled &&= last < 0 || (slot > last + 1 && !this.#isEmpty(table + (last + 1) * 8, slot - last - 1))
      last = slot
      reach(this.#functions[at]!)
    }
  }

  /** A record with nothing in it ends an array of them, `{0, NULL}`, where the others have more than functions that may be left out. */
  #isEmpty(record: number, words: number): boolean {
    const { slots, view } = this.#image
    const range = this.#image.dataAt(record)
    if (range?.offset === undefined || record + words * 8 > range.end) return false
    for (let place = record; place < record + words * 8; place += 8) {
      const at = range.offset + place - range.address
      if (slots.has(place) || view.getUint32(at, true) !== 0 || view.getUint32(at + 4, true) !== 0) return false
    }
    return true
  }
}
