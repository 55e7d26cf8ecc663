import { branchTarget, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { CALLER_SAVED, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Constant } from '../code/constant-data.ts'
import { readJumpTable } from '../code/jump-tables.ts'
import { labelsOf } from '../code/labels.ts'

const FRAME = 29
const EQUAL = 0

/** A field that a register was loaded from. */
interface Field {
  readonly offset: number
  readonly size: number
}

interface Compared {
  readonly field: Field
  readonly tag: number
}

/** What is known of the numbers in a field. */
export interface KnownTags {
  /** Does no object have this number there? */
  isRuledOut(offset: number, size: number, tag: number): boolean
  /** Does no object have another, of those that are known? */
  areOthersRuledOut(offset: number, size: number, tag: number): boolean
  /** Does none have one with this bit set, or clear, of those that are known? */
  areRuledOutBy(offset: number, size: number, bit: number, isSet: boolean): boolean
}

interface Around {
  landingPad(at: number): number | undefined
  /** What stands at a place that nothing changes. */
  readonly constant: Constant
}

/** Where control can get in a function, and where it can get only through branches on a field that holds a number which is ruled out. */
export class TagFlow {
  readonly #target: FunctionCode
  readonly #landingPad: (at: number) => number | undefined
  readonly #known: KnownTags
  readonly #labels: ReadonlySet<number>
  /** Where jumps by tables lead, by their addresses. */
  readonly #tables: ReadonlyMap<number, readonly number[]>
  readonly #all: Uint8Array | undefined
  readonly #left: Uint8Array | undefined
  /** A branch was found that a ruled-out number would take. */
  #rulesOut = false
  // on the way at hand
  readonly #fields = new Map<number, Field>()
  #compared: Compared | undefined

  constructor(target: FunctionCode, { landingPad, constant }: Around, known: KnownTags) {
    this.#target = target
    this.#landingPad = landingPad
    this.#tables = jumpTables(target, constant)
    this.#labels = new Set([...labelsOf(target), ...[...this.#tables.values()].flat()])
    this.#known = known
    this.#left = this.#follow(true)
    this.#all = this.#rulesOut ? this.#follow(false) : undefined
  }

  isOnlyForRuledOut(at: number): boolean {
    const index = (at - this.#target.start) / 4
    return this.#all?.[index] === 1 && this.#left?.[index] === 0
  }

  /** Undefined where a jump may lead anywhere. */
  #follow(asks: boolean): Uint8Array | undefined {
    const { words, base, start, end } = this.#target
    const reached = new Uint8Array((end - start) / 4)
    const work = [start]
    for (let from = work.pop(); from !== undefined; from = work.pop()) {
      this.#forget()
      for (let at = from; at >= start && at < end && reached[(at - start) / 4] === 0; at += 4) {
        if (this.#labels.has(at)) this.#forget()
        reached[(at - start) / 4] = 1
        const word = words[(at - base) / 4]!
        const flow = flowOf(word)
        if (flow === Flow.next) this.#note(word)
        else if (flow === Flow.call || flow === Flow.indirectCall) {
          const pad = this.#landingPad(at)
          if (pad !== undefined) work.push(pad)
          this.#compared = undefined
          for (const register of this.#fields.keys()) if (register < CALLER_SAVED || register === 30) this.#fields.delete(register)
        } else if (flow === Flow.indirectJump) {
          const targets = this.#tables.get(at)
          if (targets === undefined) return undefined
          work.push(...targets)
          break
        } else if (flow === Flow.return || flow === Flow.trap) break
        else {
          const target = branchTarget(word, flow, at)
          if (flow === Flow.jump) {
            work.push(target)
            break
          }
          const ruledOut = asks ? this.#ruledOut(word, flow) : 'none'
          if (ruledOut !== 'none') this.#rulesOut = true
          if (ruledOut !== 'taken') work.push(target)
          if (ruledOut === 'passed') break
        }
      }
    }
    return reached
  }

  #forget(): void {
    this.#fields.clear()
    this.#compared = undefined
  }

  /** Which way of a branch only a number takes that is ruled out. */
  #ruledOut(word: number, flow: number): 'taken' | 'passed' | 'none' {
    if (flow === Flow.bit) return this.#ruledOutByBit(word)
    const isZero = flow === Flow.zero
    if (!isZero && (flow !== Flow.condition || (word & 15) >> 1 !== EQUAL)) return 'none'
    const field = isZero ? this.#fields.get(word & 31) : this.#compared?.field
    if (field === undefined) return 'none'
    const tag = isZero ? 0 : this.#compared!.tag
    const isTakenWhenEqual = isZero ? (word & 0x0100_0000) === 0 : (word & 15) === EQUAL
    if (this.#known.isRuledOut(field.offset, field.size, tag)) return isTakenWhenEqual ? 'taken' : 'passed'
    if (this.#known.areOthersRuledOut(field.offset, field.size, tag)) return isTakenWhenEqual ? 'passed' : 'taken'
    return 'none'
  }

  /** TBZ, TBNZ: of a tag that is 0 or 1 compilers look at the lowest bit. */
  #ruledOutByBit(word: number): 'taken' | 'passed' | 'none' {
    const field = this.#fields.get(word & 31)
    if (field === undefined) return 'none'
    const bit = ((word >>> 26) & 32) | ((word >>> 19) & 31)
    const isTakenWhenSet = (word & 0x0100_0000) !== 0
    if (this.#known.areRuledOutBy(field.offset, field.size, bit, true)) return isTakenWhenSet ? 'taken' : 'passed'
    if (this.#known.areRuledOutBy(field.offset, field.size, bit, false)) return isTakenWhenSet ? 'passed' : 'taken'
    return 'none'
  }

  /** Keeps track of registers that hold a field, and of what a field is compared with. */
  #note(word: number): void {
    if (((word >>> 25) & 5) === 4) {
      this.#noteAccess(word)
      return
    }
    if ((word & 0x7fc0_001f) === 0x7100_001f) {
      const field = this.#fields.get((word >>> 5) & 31)
      this.#compared = field === undefined ? undefined : { field, tag: (word >>> 10) & 0xfff }
      return
    }
    if (setsFlags(word)) this.#compared = undefined
    const register = destination(word)
    if (register < 0) return
    const moved = (word & 0x7fe0_ffe0) === 0x2a00_03e0 ? this.#fields.get((word >>> 16) & 31) : undefined
    if (moved === undefined) this.#fields.delete(register)
    else this.#fields.set(register, moved)
  }

  #noteAccess(word: number): void {
    const operand = memoryAccess(word)
    if (operand === undefined) return
    const { load, register, second, base, offset, size, index, writeback, signed } = operand
    if (load && register >= 0) this.#fields.delete(register)
    if (load && second >= 0) this.#fields.delete(second)
    if (operand.atomic) this.#fields.delete((word >>> 16) & 31)
    if (!load || register < 0 || index >= 0 || signed !== 0 || base === SP || base === FRAME || offset < 0 || operand.atomic) return
    const place = writeback === 'none' ? offset : 0
    this.#fields.set(register, { offset: place, size })
    if (second >= 0) this.#fields.set(second, { offset: place + size, size })
  }
}

/** ADDS, SUBS, ANDS, BICS, CCMP, FCMP and others that set NZCV. */
function setsFlags(word: number): boolean {
  const group = (word >>> 25) & 15
  if (group === 8) return (word & 0x2000_0000) !== 0 && (word & 0x1f00_0000) === 0x1100_0000
  if (group === 9) return (word & 0x7f80_0000) === 0x7200_0000
  if (group === 5) return (word & 0x2000_0000) !== 0 && ((word & 0x1f00_0000) === 0x0b00_0000 || (word & 0x7f00_0000) === 0x6a00_0000)
  if (group === 13) return ((word >>> 21) & 15) === 2 || (((word >>> 21) & 15) === 0 && (word & 0x2000_0000) !== 0)
  if ((group & 7) === 7) return (word & 0xff20_3c00) === 0x1e20_2000 || (word & 0xff20_0c00) === 0x1e20_0400
  return group === 2 // SVE
}

/** Where jumps by a table that is read may lead, by their addresses; rather too many places. */
function jumpTables({ words, base, start, end }: FunctionCode, constant: Constant): Map<number, readonly number[]> {
  const tables = new Map<number, readonly number[]>()
  const place = { words, base, from: (start - base) / 4, to: (end - base) / 4, register: () => undefined, constant, isLeader: () => true }
  for (let index = place.from; index < place.to; index++) {
    const table = flowOf(words[index]!) === Flow.indirectJump ? readJumpTable(place, index) : undefined
    if (table !== undefined) tables.set(base + index * 4, [...table.targets].map((target) => base + target * 4))
  }
  return tables
}
