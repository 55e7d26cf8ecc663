import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { Program } from '../code/program.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Access } from '../../program/sweep.ts'
import { modrmOfStore } from '../evaluation/skipped-stores.ts'

const POINTER = 8
/** Instructions between the load of a variable's address and the store to it. */
const DISTANCE = 8

type Read = Pick<Program, 'image' | 'sweep' | 'accesses' | 'graph' | 'decoder' | 'codeAt'>

/** Variables that code finds through the GOT, because another file may have its own of that name: `mov rax, [rip + slot]`, then `[rax]`. */
export class GotVariables {
  readonly #program: Read
  /** Slots by the variables that they point to. */
  #slots: Map<number, number[]> | undefined

  constructor(program: Read) {
    this.#program = program
  }

  /** Addresses of instructions that load the address of the variable at `at`. */
  *loadsOf(at: number): Iterable<number> {
    const { accesses, sweep, image } = this.#program
    this.#slots ??= slotsByVariable(image)
    const from = sweep.accessFrom.values()
    const kind = sweep.accessKind.values()
    for (const place of this.#slots.get(at) ?? []) {
      for (const access of accesses.range(place, place)) if (kind[access] === Access.load) yield from[access]!
    }
  }

  /** Variables that function `index` stores to where it does not get to: `seen`, by offset. */
  *skippedStores(index: number, seen: Uint8Array): Iterable<number> {
    const { graph, sweep, image } = this.#program
    const kind = sweep.accessKind.values()
    const from = sweep.accessFrom.values()
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (kind[access] !== Access.load || seen[from[access]! - graph.starts[index]!] !== 0) continue
      const variable = image.slots.get(to[access]!)?.address
      if (variable === undefined || image.inCode(variable) || image.dataAt(variable)?.writable !== true) continue
      if (this.#storesTo(from[access]!)) yield variable
    }
  }

  /** Does what follows the load of an address at `from` store there? */
  #storesTo(from: number): boolean {
    const { decoder, codeAt } = this.#program
    const range = codeAt(from)
    if (range === undefined) return false
    const { code, base } = range
    let at = from - base
    const register = ((code[at + 2]! >> 3) & 7) | ((code[at]! & 4) << 1)
    for (let step = 0; step < DISTANCE; step++) {
      at += lengthAt(decoder, code, at) || 1
      const modrmAt = modrmOfStore(code, at)
      if (modrmAt === undefined) continue
      const isExtended = (code[at]! & 0xf1) === 0x41
      if (code[modrmAt]! >> 6 === 0 && (code[modrmAt]! & 7) === (register & 7) && isExtended === register > 7) return true
    }
    return false
  }
}

/** Slots that hold the address of a variable for good. A program for a fixed address has slots of the GOT that the linker has filled in, without relocations. */
function slotsByVariable(image: MemoryImage): Map<number, number[]> {
  const found = new Map<number, number[]>()
  const add = (place: number, address: number): void => {
    const known = found.get(address)
    if (known === undefined) found.set(address, [place])
    else known.push(place)
  }
  for (const [place, { address }] of image.slots) if (address !== undefined && image.dataAt(place)?.constant === true && image.dataAt(address)?.writable === true) add(place, address)
  for (const { address: start, end, offset, constant, separate } of image.positionDependent ? image.data : []) {
    if (!constant || !separate || offset === undefined) continue
    for (let place = start; place + POINTER <= end; place += POINTER) {
      const at = offset + place - start
      const address = image.view.getUint32(at, true) + image.view.getUint32(at + 4, true) * 0x1_0000_0000
      if (!image.slots.has(place) && image.dataAt(address)?.writable === true) add(place, address)
    }
  }
  return found
}
