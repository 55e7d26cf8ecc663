import type { FunctionCode } from '../code/function-code.ts'
import { mentionedRegisters } from '../code/mentioned-registers.ts'
import { opcodeOf } from '../code/opcode-of.ts'
import type { Program } from '../code/program.ts'
import { displacementOf } from '../code/displacement-of.ts'

/** A field that a register was loaded from. */
interface Field {
  readonly offset: number
  readonly size: 1 | 4
}

/** Is no object known to have this number in that field? */
type IsRuledOut = (offset: number, size: number, tag: number) => boolean

/** Where control can get in a function, and where it can get only through branches on a field that holds a number which is ruled out. */
export class TagFlow {
  readonly #target: FunctionCode
  readonly #program: Pick<Program, 'decoder' | 'jumpTables'>
  readonly #isRuledOut: IsRuledOut
  readonly #all: Uint8Array | undefined
  readonly #left: Uint8Array | undefined
  /** A branch was found that a ruled-out number would take. */
  #rulesOut = false
  // on the way at hand
  readonly #fields = new Map<number, Field>()
  readonly #addresses = new Map<number, number>()
  #compared: { readonly field: Field; readonly tag: number } | undefined
  // of the entry of a table that was loaded last
  #index: Field | undefined
  #table: number | undefined

  constructor(target: FunctionCode, program: Pick<Program, 'decoder' | 'jumpTables'>, isRuledOut: IsRuledOut) {
    this.#target = target
    this.#program = program
    this.#isRuledOut = isRuledOut
    this.#left = this.#follow(true)
    this.#all = this.#rulesOut ? this.#follow(false) : undefined
  }

  isOnlyForRuledOut(at: number): boolean {
    const offset = at - this.#target.start
    return this.#all?.[offset] === 1 && this.#left?.[offset] === 0
  }

  /** Undefined where a jump may lead anywhere. */
  #follow(asks: boolean): Uint8Array | undefined {
    const { base, from, to, blocks } = this.#target
    const reached = new Uint8Array(to - from)
    const work = [from]
    for (let start = work.pop(); start !== undefined; start = work.pop()) {
      this.#forget()
      for (let at = start; at >= from && at < to && reached[at - from] === 0; ) {
        if (blocks.joins[at - from] === 1) this.#forget()
        reached[at - from] = 1
        const length = blocks.lengths[at - from]!
        if (length === 0) break
        const next = at + length
        const to_ = this.#step(at, length, asks)
        if (to_ === 'unknown') return undefined
        if (to_ === 'end') break
        if (typeof to_ === 'object') {
          for (const address of to_.targets) work.push(address - base)
          if (!to_.goesOn) break
        }
        at = next
      }
    }
    return reached
  }

  #forget(): void {
    this.#fields.clear()
    this.#addresses.clear()
    this.#compared = undefined
    this.#index = undefined
    this.#table = undefined
  }

  #step(at: number, length: number, asks: boolean): { readonly targets: readonly number[]; readonly goesOn: boolean } | 'end' | 'unknown' | undefined {
    const { code, view, base } = this.#target
    const opcodeAt = opcodeOf(code, at)
    const rex = opcodeAt > at && (code[opcodeAt - 1]! & 0xf0) === 0x40 ? code[opcodeAt - 1]! : 0
    const opcode = code[opcodeAt]!
    const second = code[opcodeAt + 1]!
    const next = at + length
    const isNear = opcode === 0x0f && (second & 0xf0) === 0x80
    if (isNear || (opcode & 0xf0) === 0x70) {
      const target = base + next + (isNear ? view.getInt32(next - 4, true) : view.getInt8(next - 1))
      const equal = (isNear ? second : opcode) & 15
      const compared = this.#compared
      const rulesOut = asks && compared !== undefined && equal >> 1 === 2 && this.#isRuledOut(compared.field.offset, compared.field.size, compared.tag)
      if (rulesOut) this.#rulesOut = true
      return { targets: rulesOut && equal === 4 ? [] : [target], goesOn: !(rulesOut && equal === 5) }
    }
    if (opcode === 0xeb || opcode === 0xe9) return { targets: [base + next + (opcode === 0xeb ? view.getInt8(next - 1) : view.getInt32(next - 4, true))], goesOn: false }
    if (opcode === 0xff && ((second >> 3) & 7) === 4) {
      const targets = this.#targetsOf(at, asks)
      return targets === undefined ? 'unknown' : { targets, goesOn: false }
    }
    if (opcode === 0xc3 || opcode === 0xc2 || opcode === 0xcc || opcode === 0xf4 || (opcode === 0x0f && second === 0x0b)) return 'end'
    this.#note(at, length, opcodeAt, rex)
    return undefined
  }

  /** What a table of jumps leads to, without what is ruled out. */
  #targetsOf(at: number, asks: boolean): readonly number[] | undefined {
    const { jumpTables } = this.#program
    const load = jumpTables.loadOf(this.#target, at)
    const table = load === undefined ? undefined : (load.table ?? this.#table)
    const entries = load === undefined || table === undefined ? undefined : jumpTables.entries(this.#target, load, table)
    const field = this.#index
    if (!asks || field === undefined || entries === undefined) return entries
    const left = entries.filter((_, tag) => !this.#isRuledOut(field.offset, field.size, tag))
    if (left.length < entries.length) this.#rulesOut = true
    return left
  }

  /** Keeps track of registers that hold a field or the address of a table, and of what a field is compared with. */
  #note(at: number, length: number, opcodeAt: number, rex: number): void {
    const { code, view, base } = this.#target
    const opcode = code[opcodeAt]!
    const modrm = code[opcodeAt + 1]!
    const reg = ((modrm >> 3) & 7) | ((rex & 4) << 1)
    const rm = (modrm & 7) | ((rex & 1) << 3)
    const isCompare = (opcode === 0x80 || opcode === 0x83) && ((modrm >> 3) & 7) === 7
    this.#compared = undefined
    if (isCompare) {
      const tag = view.getInt8(at + length - 1)
      const offset = displacementOf(code, view, opcodeAt + 1, rex)
      const field: Field | undefined = modrm >= 0xc0 ? this.#fields.get(rm) : offset === undefined || (rex & 8) !== 0 ? undefined : { offset, size: opcode === 0x80 ? 1 : 4 }
      if (field !== undefined) this.#compared = { field, tag }
      return
    }
    const isTableEntry = opcode === 0x63 && (rex & 8) !== 0 && modrm < 0xc0 && (modrm & 7) === 4
    if (isTableEntry) {
      const sib = code[opcodeAt + 2]!
      this.#index = this.#fields.get(((sib >> 3) & 7) | ((rex & 2) << 2))
      this.#table = this.#addresses.get((sib & 7) | ((rex & 1) << 3))
    }
    const isByte = opcode === 0x0f && modrm === 0xb6
    const form = isByte ? opcodeAt + 2 : opcodeAt + 1
    const isLoad = (isByte || (opcode === 0x8b && (rex & 8) === 0)) && code[form]! < 0xc0
    const offset = isLoad ? displacementOf(code, view, form, rex) : undefined
    if (!isTableEntry) {
      const mentioned = mentionedRegisters(this.#program.decoder, code, at, at + length, () => 0xffff)
      for (const register of [...this.#fields.keys(), ...this.#addresses.keys()]) {
        if ((mentioned & (1 << register)) === 0) continue
        this.#fields.delete(register)
        this.#addresses.delete(register)
      }
    } else {
      this.#fields.delete(reg)
      this.#addresses.delete(reg)
    }
    if (offset !== undefined && offset >= 0) this.#fields.set(((code[form]! >> 3) & 7) | ((rex & 4) << 1), { offset, size: isByte ? 1 : 4 })
    if (opcode === 0x8d && (modrm & 0xc7) === 5) this.#addresses.set(reg, base + at + length + view.getInt32(opcodeAt + 2, true))
  }
}
