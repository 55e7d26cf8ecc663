import { join, sameValue, truncated, type Value } from '../program/value.ts'
import type { Evaluation } from './evaluation.ts'
import type { Program } from './program.ts'

const limits = {
  fields: 32,
  readers: 200,
  /** Looks through all code for readers of fields. */
  passes: 2,
} as const

interface Field {
  readonly size: number
  value: Value | undefined
}

/** Fields of objects that hold what checks found out, by their offset. */
export class Fields {
  readonly #program: Program
  readonly #fields = new Map<number, Field>()
  readonly #conflicting = new Set<number>()
  #overflowed = false
  /** Fields whose readers are to be looked for: it takes a pass over all code. */
  readonly #fresh = new Set<number>()
  #passes = 0

  constructor(program: Program) {
    this.#program = program
  }

  load(offset: number, size: number): Value | undefined {
    const field = this.#fields.get(offset)
    return field !== undefined && field.size >= size ? truncated(field.value, size) : undefined
  }

  /** Takes over what a function stores. */
  spread(evaluation: Evaluation): void {
    if (this.#overflowed) return
    const fresh = new Set<number>()
    for (const offset of evaluation.otherFields) {
      // the field says something else in some object: it decides nothing in any
      if (this.#conflicting.has(offset)) continue
      this.#conflicting.add(offset)
      if (this.#fields.delete(offset)) fresh.add(offset)
    }
    for (const store of evaluation.fieldStores) {
      if (this.#conflicting.has(store.offset)) continue
      const known = this.#fields.get(store.offset)
      const value = known === undefined ? store.value : join(known.value, store.value)
      if (known !== undefined && sameValue(known.value, value)) continue
      this.#fields.set(store.offset, { size: Math.max(store.size, known?.size ?? 0), value })
      fresh.add(store.offset)
    }
    if (this.#fields.size > limits.fields) {
      this.#overflowed = true
      this.#fields.clear()
      return
    }
    for (const offset of fresh) this.#fresh.add(offset)
  }

  /** Functions with an operand [register + displacement] that names a field of which something new is known: found by its bytes. */
  takeReaders(): Set<number> {
    const { image, graph } = this.#program
    const wanted = [...this.#fresh].filter((offset) => offset >= 0x80)
    const all = new Set<number>()
    this.#fresh.clear()
    if (wanted.length === 0 || this.#passes >= limits.passes) return all
    this.#passes++
    const areSmall = wanted.every((offset) => offset < 0x1_0000)
    const lowBytes = new Uint8Array(65_536)
    for (const offset of wanted) lowBytes[offset & 0xffff] = 1
    const readers = new Map<number, Set<number>>(wanted.map((offset) => [offset, new Set()]))
    for (const range of image.code) {
      const { code, view } = this.#program.codeAt(range.address)!
      const last = code.length - 4
      for (let at = 1; at < last; at++) {
        // the upper half of a small offset is clear: a byte that is not stands in none that begins here or behind
        if (areSmall && code[at + 3] !== 0) {
          at++
          continue
        }
        if (lowBytes[code[at]! | (code[at + 1]! << 8)] === 0) continue
        if ((code[at - 1]! & 0xc0) !== 0x80) continue
        const found = readers.get(view.getInt32(at, true))
        if (found === undefined || found.size > limits.readers) continue
        const index = graph.functionOf(range.address + at)
        if (index >= 0 && graph.ends[index]! - graph.starts[index]! < 30_000) found.add(index)
      }
    }
    for (const [offset, found] of readers) {
      // where many have a field there, it is not one field
      if (found.size <= limits.readers) for (const index of found) all.add(index)
      else {
        this.#fields.delete(offset)
        this.#conflicting.add(offset)
      }
    }
    return all
  }
}
