import { detectedAs, join, number, plain, relative, sameValue, truncated, type Value } from '../../program/value.ts'
import { Base, type ParameterStore } from '../evaluation/evaluation.ts'
import { withoutRest } from './variables.ts'

interface Field {
  readonly size: number
  readonly value: Value | undefined
}

/** Objects that are allocated while the program runs, one for each place that allocates, and what checks leave in them. */
export class AllocatedObjects {
  readonly #objects = new Map<number, number>()
  readonly #fields = new Map<string, Field>()
  readonly #readers = new Map<string, Set<number>>()
  readonly #cleared = new Set<number>()

  /** A pointer to what the call at `at` allocates. */
  allocatedAt(at: number, cleared: boolean): Value {
    let object = this.#objects.get(at)
    if (object === undefined) this.#objects.set(at, (object = Base.firstObject + this.#objects.size))
    if (cleared) this.#cleared.add(object)
    return relative(object, 0)
  }

  /** Was something that a check says stored in the object? */
  tells(base: number): boolean {
    for (const [key, { value }] of this.#fields) if (value?.detected === true && key.startsWith(`${base}.`)) return true
    return false
  }

  load(reader: number, base: number, offset: number, size: number): Value | undefined {
    const key = `${base}.${offset}`
    const readers = this.#readers.get(key)
    if (readers === undefined) this.#readers.set(key, new Set([reader]))
    else readers.add(reader)
    const field = this.#fields.get(key)
    if (field === undefined || field.size < size || field.value?.detected !== true) return undefined
    return size === 8 ? field.value : truncated(field.value, size)
  }

  /**
   * @param chosen a check decided that this is stored
   * @returns functions that read the field; undefined when nothing changed
   */
  store({ base, offset, size, value }: ParameterStore, chosen: boolean): Iterable<number> | undefined {
    const key = `${base}.${offset}`
    const stored = chosen && value.base === plain && value.partial !== true ? detectedAs(value, true) : value
    const known = this.#fields.get(key)
    const before = known === undefined ? (this.#cleared.has(base) ? number(0) : undefined) : known.value
    const joined = before === undefined ? stored : join(before, stored)
    if (known !== undefined && sameValue(known.value, joined)) return undefined
    this.#fields.set(key, { size, value: joined === undefined ? undefined : withoutRest(joined) })
    return this.#readers.get(key) ?? []
  }
}
