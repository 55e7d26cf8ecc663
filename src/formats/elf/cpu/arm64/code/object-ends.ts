import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost, NumberList } from '../../program/number-list.ts'
import { Access, type Sweep } from '../../program/sweep.ts'

/**
 * Where objects in data end: by their size in the symbol table, or where the next one begins. The GOT names those that others
 * may see; in constant data, whatever an instruction or a pointer names begins one. (In other data that may be a lock beside what
 * it locks.)
 */
export class ObjectEnds {
  readonly #starts: Float64Array
  readonly #ends: Float64Array
  /** Where objects begin. */
  readonly #named: Float64Array

  constructor(image: MemoryImage, sweep: Sweep) {
    const objects = image.objects.filter(({ size }) => size > 0).sort((a, b) => a.address - b.address)
    this.#starts = Float64Array.from(objects, ({ address }) => address)
    this.#ends = Float64Array.from(objects, ({ address, size }) => address + size)
    this.#named = namedIn(image, sweep)
  }

  /** The object that `address` lies in goes no further. */
  behind(address: number): number {
    const object = lastAtMost(this.#starts, address)
    if (object >= 0 && this.#ends[object]! > address) return this.#ends[object]!
    return this.#named[lastAtMost(this.#named, address) + 1] ?? Infinity
  }
}

function namedIn(image: MemoryImage, { accessTo, accessKind }: Sweep): Float64Array {
  const named = new NumberList()
  const isConstant = (address: number): boolean => address % 8 === 0 && image.dataAt(address)?.constant === true
  for (const [place, { address }] of image.slots) if (address !== undefined && image.dataAt(place)?.separate === true && !image.inCode(address)) named.push(address)
  const to = accessTo.values()
  const kind = accessKind.values()
  for (let access = 0; access < to.length; access++) if (kind[access] === Access.take && isConstant(to[access]!)) named.push(to[access]!)
  for (const target of image.dataPointers.targets) if (isConstant(target)) named.push(target)
  return named.values().slice().sort()
}
