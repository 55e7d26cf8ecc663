import { displacementOf } from '../code/displacement-of.ts'
import type { FunctionCode } from '../code/function-code.ts'
import type { Program } from '../code/program.ts'

/** Instructions between setting a bit in a register and storing it. */
const DISTANCE = 4

/** Bits of the byte at an offset of some object that an instruction sets. */
export interface FlagStore {
  /** Offset in the code. */
  readonly at: number
  readonly offset: number
  readonly bits: number
  /** Offset of the field that the byte is in. */
  readonly field: number
  /** All bits are stored, not only these set. */
  readonly isMove: boolean
}

/**
 * Where a function sets bits of fields: `or dword [rdi + 16], 256`, or in a register that it stores there next, or with all the
 * other bits of a number. By encoding, whether it gets there or not.
 */
export function flagStores({ code, view, from, to, blocks }: FunctionCode): FlagStore[] {
  const found: FlagStore[] = []
  /** By register: bits that were just set in it, and how many instructions ago. */
  const set = new Map<number, { readonly bits: number; left: number }>()
  for (let at = from; at < to; ) {
    const length = blocks.lengths[at - from]! || 1
    for (const [register, held] of set) if (held.left-- === 0) set.delete(register)
    let place = at
    while (code[place] === 0x66 || code[place] === 0xf0) place++
    const rex = (code[place]! & 0xf0) === 0x40 ? code[place++]! : 0
    const opcode = code[place]!
    const modrm = code[place + 1]!
    const slash = (modrm >> 3) & 7
    const isOr = (opcode === 0x80 || opcode === 0x81 || opcode === 0x83) && slash === 1
    const isMove = (opcode === 0xc6 || opcode === 0xc7) && slash === 0
    const isByte = opcode === 0x80 || opcode === 0xc6
    if (isOr && modrm >= 0xc0) {
      const isHigh = isByte && rex === 0 && (modrm & 4) !== 0
      const register = isHigh ? modrm & 3 : (modrm & 7) | ((rex & 1) << 3)
      set.set(register, { bits: immediateAt(view, opcode, at + length) << (isHigh ? 8 : 0), left: DISTANCE })
    } else if (opcode === 0x0d) set.set(0, { bits: view.getInt32(at + length - 4, true), left: DISTANCE })
    else if (isOr || isMove) {
      const bits = immediateAt(view, opcode, at + length)
      if (isOr || bits !== -1) note(found, at, displacementOf(code, view, place + 1, rex), bits, isByte, isMove) // -1 is a number, not flags
    }
    else if (opcode === 0x89) {
      const held = set.get(slash | ((rex & 4) << 1))
      if (held !== undefined && modrm >= 0xc0) set.set((modrm & 7) | ((rex & 1) << 3), { bits: held.bits, left: DISTANCE })
      else if (held !== undefined) note(found, at, displacementOf(code, view, place + 1, rex), held.bits, false, false)
    }
    at += length
  }
  return found
}

function immediateAt(view: DataView, opcode: number, next: number): number {
  return opcode === 0x81 || opcode === 0xc7 ? view.getInt32(next - 4, true) : opcode === 0x83 ? view.getInt8(next - 1) : view.getUint8(next - 1)
}

function note(found: FlagStore[], at: number, offset: number | undefined, bits: number, isByte: boolean, isMove: boolean): void {
  if (offset === undefined) return
  for (let byte = 0; byte < (isByte ? 1 : 4); byte++) {
    const part = (bits >>> (byte * 8)) & 0xff
    if (part !== 0) found.push({ at, offset: offset + byte, bits: part, field: isByte ? offset & ~3 : offset, isMove })
  }
}

/** Bytes around a function in which others that work on the same objects are. */
const NEAR = 0x4000

/** Tells whether anybody sets a flag in objects without looking at the CPU. */
export class FlagsOfObjects {
  readonly #program: Pick<Program, 'graph' | 'functions'>
  /** Does function `index` look at what checks found out? */
  readonly #looks: (index: number) => boolean
  readonly #stores = new Map<number, readonly FlagStore[]>()

  constructor(program: Pick<Program, 'graph' | 'functions'>, looks: (index: number) => boolean) {
    this.#program = program
    this.#looks = looks
  }

  areSetElsewhere(index: number, offset: number, bits: number): boolean {
    const { starts } = this.#program.graph
    const sets = (other: number): boolean => this.#storesOf(other).some((store) => store.offset === offset && (store.bits & bits) !== 0) && !this.#looks(other)
    for (let other = index - 1; other >= 0 && starts[other]! > starts[index]! - NEAR; other--) if (sets(other)) return true
    for (let other = index + 1; other < starts.length && starts[other]! < starts[index]! + NEAR; other++) if (sets(other)) return true
    return false
  }

  #storesOf(index: number): readonly FlagStore[] {
    let known = this.#stores.get(index)
    if (known === undefined) {
      const target = this.#program.functions.get(index)
      this.#stores.set(index, (known = target === undefined ? [] : flagStores(target)))
    }
    return known
  }
}
