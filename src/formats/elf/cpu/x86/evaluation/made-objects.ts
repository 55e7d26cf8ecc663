// Objects that a function allocates, and of which it is known what their first eight bytes hold: of those of classes with
// virtual functions, the address of the virtual table (Itanium C++ ABI, 2.4). Followed only where something is to be proved.
import type { Value } from '../../program/value.ts'

/** Functions that return new memory: `operator new` in its forms, and those of C. */
export const allocator: RegExp = /^(?:_Znw[jm]|_Zna[jm]|malloc|calloc|aligned_alloc)/

/** A pointer to a new object, stored through a pointer that was passed in `register`. */
export interface ObjectStore {
  readonly register: number
  readonly offset: number
  /** What the object's first eight bytes hold. */
  readonly first: Value
}

/** The new objects that a function hands to whoever calls it. */
export interface MadeObjects {
  readonly stores: readonly ObjectStore[]
  /** What the first eight bytes of the one that it returns hold. */
  readonly returned: Value | undefined
}

/** New objects have numbers from here on, in the place of the register or argument that a value is relative to. */
export const firstObject = 32
/** Beyond them, objects of a function are not told apart: no more are followed. */
export const objectLimit = 64

/** Gathers what a function hands out on each way to its end: only what is the same on all of them counts. */
export class HandedOut {
  readonly #stores = new Map<string, ObjectStore | undefined>()
  #returned: Value | undefined
  #ends = 0

  /** At an end: `stores` and the object returned. */
  end(stores: ReadonlyMap<string, ObjectStore>, returned: Value | undefined, same: (a: Value, b: Value) => boolean): void {
    const isFirst = this.#ends++ === 0
    if (isFirst) this.#returned = returned
    else if (returned === undefined || this.#returned === undefined || !same(returned, this.#returned)) this.#returned = undefined
    for (const [name, store] of stores) {
      const known = this.#stores.get(name)
      const holds = isFirst || (known !== undefined && same(known.first, store.first))
      this.#stores.set(name, holds ? store : undefined)
    }
    for (const name of this.#stores.keys()) if (!stores.has(name)) this.#stores.set(name, undefined)
  }

  get objects(): MadeObjects {
    return { stores: [...this.#stores.values()].filter((store) => store !== undefined), returned: this.#returned }
  }
}
