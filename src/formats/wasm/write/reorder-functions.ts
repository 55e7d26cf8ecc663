import type { WasmModule } from '../read/module.ts'
import { concat } from './concat.ts'
import type { FunctionReferences } from './function-references.ts'
import { leb, lebSize, writeLeb } from './leb128.ts'
import { headerSize, section, sectionBytes } from './section.ts'

const functionSection = 3
const codeSection = 10

/**
 * The module with its functions in another order and every reference to them renumbered. Nothing else changes but
 * integers that were written longer than needed.
 *
 * @param order defined functions (function index minus imported ones) in their new order: a permutation
 */
export function reorderFunctions(module: WasmModule, references: FunctionReferences, order: Uint32Array): Uint8Array {
  const { bytes, importedFunctions, bodies } = module
  const renumbered = new Uint32Array(importedFunctions + bodies.count)
  for (let index = 0; index < importedFunctions; index++) renumbered[index] = index
  for (let place = 0; place < order.length; place++) renumbered[importedFunctions + order[place]!] = importedFunctions + place
  const patcher = new Patcher(bytes, references, renumbered)
  const parts: Uint8Array[] = [bytes.subarray(0, headerSize)]
  for (const one of module.sections) {
    if (one.id === functionSection) parts.push(section(one.id, functionTypes(module, order)))
    else if (one.id === codeSection) parts.push(section(one.id, code(module, order, patcher)))
    else if (patcher.touches(one.contents, one.end)) parts.push(section(one.id, patcher.patched(one.contents, one.end)))
    else parts.push(sectionBytes(module, one))
  }
  return concat(parts)
}

function functionTypes(module: WasmModule, order: Uint32Array): Uint8Array {
  const parts = new Uint8Array(5 * (order.length + 1))
  let end = writeLeb(parts, 0, order.length)
  for (const index of order) end = writeLeb(parts, end, module.functionTypes[module.importedFunctions + index]!)
  return parts.subarray(0, end)
}

function code(module: WasmModule, order: Uint32Array, patcher: Patcher): Uint8Array {
  const { bodyStart, bodyEnd } = module.bodies
  const parts: Uint8Array[] = [leb(order.length)]
  for (const index of order) {
    const body = patcher.patched(bodyStart[index]!, bodyEnd[index]!)
    parts.push(leb(body.length), body)
  }
  return concat(parts)
}

/** Rewrites ranges of the module with new function indices. */
class Patcher {
  readonly #bytes: Uint8Array
  readonly #references: FunctionReferences
  readonly #renumbered: Uint32Array

  constructor(bytes: Uint8Array, references: FunctionReferences, renumbered: Uint32Array) {
    this.#bytes = bytes
    this.#references = references
    this.#renumbered = renumbered
  }

  touches(start: number, end: number): boolean {
    const first = this.#first(start)
    return first < this.#references.count && this.#references.start[first]! < end
  }

  patched(start: number, end: number): Uint8Array {
    const { count, start: starts, end: ends, index } = this.#references
    const first = this.#first(start)
    let size = end - start
    for (let i = first; i < count && starts[i]! < end; i++) size += lebSize(this.#renumbered[index[i]!]!) - (ends[i]! - starts[i]!)
    const result = new Uint8Array(size)
    let from = start
    let to = 0
    for (let i = first; i < count && starts[i]! < end; i++) {
      const gap = starts[i]! - from
      result.set(this.#bytes.subarray(from, from + gap), to)
      to = writeLeb(result, to + gap, this.#renumbered[index[i]!]!)
      from = ends[i]!
    }
    result.set(this.#bytes.subarray(from, end), to)
    return result
  }

  /** The first reference at or after `offset`. */
  #first(offset: number): number {
    const { count, start } = this.#references
    let low = 0
    let high = count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (start[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}
