import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { FunctionCode } from './function-code.ts'
import { mentionedRegisters } from './mentioned-registers.ts'

/** Instructions before a jump that are looked at. */
const WINDOW = 16
/** Entries of a table of which the bound is not found: as many as lead into code, some too many, none too few. */
const ENTRIES = 2048

/** How a jump through a table finds its target. */
export interface TableLoad {
  /** Offset in the code of the instruction that reads the entry. */
  readonly at: number
  /** The table, where the instruction names it, or the register that holds its address. */
  readonly table: number | undefined
  readonly base: number
  /** Bytes of an entry: four are added to the table's address, eight are the target's. */
  readonly size: 4 | 8
  /** Entries that a comparison before lets through. */
  readonly count: number | undefined
}

/** An address that the LEA at an offset in the code puts into a register. */
interface NamedAddress {
  readonly at: number
  readonly register: number
  readonly address: number
}

/**
 * Tables of jumps as compilers write them: `movsxd rax, [table + index * 4]; add rax, table; jmp rax`, and in code for a fixed
 * address `jmp [table + index * 8]`.
 */
export class JumpTables {
  readonly #image: MemoryImage
  readonly #decoder: X86Decoder
  readonly #loads = new Map<number, TableLoad | undefined>()
  /** Tables of functions, by where the function starts. */
  readonly #tables = new Map<number, readonly number[]>()
  /** By the instruction that reads the entries, and by table. */
  readonly #targets = new Map<number, Map<number, readonly number[] | undefined>>()

  constructor(image: MemoryImage, decoder: X86Decoder) {
    this.#image = image
    this.#decoder = decoder
  }

  /** What the jump at an offset in the code of a function reads. */
  loadOf(target: FunctionCode, jump: number): TableLoad | undefined {
    const address = target.base + jump
    if (!this.#loads.has(address)) this.#loads.set(address, new LookBack(target, this.#decoder).loadOf(jump))
    return this.#loads.get(address)
  }

  /** The same of each entry, in order; some too many where the table's bound is not known. */
  entries(target: FunctionCode, { size, count }: TableLoad, table: number): readonly number[] | undefined {
    return this.#read(table, size, count, count === undefined ? this.#nextTable(target, table) : Infinity)
  }

  /** Addresses that the entries of a table lead to, the same list each time. Undefined where there is no table that stays as it is. */
  targets(target: FunctionCode, load: TableLoad, table: number): readonly number[] | undefined {
    const at = target.base + load.at
    let known = this.#targets.get(at)
    if (known === undefined) this.#targets.set(at, (known = new Map()))
    const targets = known.get(table)
    if (targets === undefined && !known.has(table)) known.set(table, this.#targetsOf(target, load, table))
    return targets ?? known.get(table)
  }

  #targetsOf(target: FunctionCode, load: TableLoad, table: number): readonly number[] | undefined {
    const { start, end, blocks } = target
    const read = this.entries(target, load, table)
    if (read === undefined) return undefined
    const inside = new Uint8Array(end - start)
    const outside = new Set<number>()
    return read.filter((place) => {
      if (place < start || place >= end) return isAdded(outside, place)
      if (inside[place - start] === 1) return false
      inside[place - start] = 1
      // what is read too much leads anywhere
      return load.count !== undefined || blocks.lengths[place - start]! > 0
    })
  }

  /** Addresses that the cases of each switch of a function lead to. */
  switches(target: FunctionCode): readonly (readonly number[])[] {
    return this.#jumps(target).filter((cases) => cases !== undefined)
  }

  /** Addresses that all switches of a function lead to; undefined where some jump through a register may lead anywhere. */
  allCases(target: FunctionCode): ReadonlySet<number> | undefined {
    const all = new Set<number>()
    for (const cases of this.#jumps(target)) {
      if (cases === undefined) return undefined
      for (const address of cases) all.add(address)
    }
    return all
  }

  /** Where each jump through a register leads, as far as it is known. */
  #jumps(target: FunctionCode): (readonly number[] | undefined)[] {
    const { code, from, to, blocks } = target
    const jumps: (readonly number[] | undefined)[] = []
    // hardly any function has a jump through a register
    let named: readonly NamedAddress[] | undefined
    for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
      if (isRegisterJump(code, at, blocks.lengths[at - from]!)) jumps.push(this.#casesOf(target, at, (named ??= this.#addressesNamed(target))))
    }
    return jumps
  }

  /** Addresses that the jump through a register at an offset in the code leads to. */
  #casesOf(target: FunctionCode, jump: number, named: readonly NamedAddress[]): readonly number[] | undefined {
    const load = this.loadOf(target, jump)
    const table = load?.table ?? named.findLast(({ at, register }) => at < jump && register === load?.base)?.address
    return load === undefined || table === undefined ? undefined : this.targets(target, load, table)
  }

  /** Address of the next table of the same function. */
  #nextTable(target: FunctionCode, table: number): number {
    let known = this.#tables.get(target.start)
    if (known === undefined) this.#tables.set(target.start, (known = this.#tablesOf(target)))
    let next = Infinity
    for (const other of known) if (other > table && other < next) next = other
    return next
  }

  /** Where tables of a function begin: LEA into a register that one of its jumps takes for a table's address. */
  #tablesOf(target: FunctionCode): number[] {
    const { code, from, to, blocks } = target
    const bases = new Set<number>()
    for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
      const length = blocks.lengths[at - from]!
      if (isRegisterJump(code, at, length)) bases.add(this.loadOf(target, at)?.base ?? -1)
    }
    return this.#addressesNamed(target)
      .filter(({ register, address }) => bases.has(register) && this.#leadsInto(target, address))
      .map(({ address }) => address)
  }

  /** What LEA takes the address of, in order. */
  #addressesNamed({ code, view, base, from, to, blocks }: FunctionCode): NamedAddress[] {
    const named: NamedAddress[] = []
    for (let at = from; at < to; at += blocks.lengths[at - from]! || 1) {
      if (blocks.lengths[at - from] !== 7 || (code[at]! & 0xfb) !== 0x48 || code[at + 1] !== 0x8d || (code[at + 2]! & 0xc7) !== 5) continue
      named.push({ at, register: ((code[at + 2]! >> 3) & 7) | ((code[at]! & 4) << 1), address: base + at + 7 + view.getInt32(at + 3, true) })
    }
    return named
  }

  #leadsInto(target: FunctionCode, table: number): boolean {
    const [first] = this.#read(table, 4, 1) ?? []
    return first !== undefined && first >= target.start && first < target.end && isInstruction(target, first)
  }

  #read(table: number, size: number, count: number | undefined, limit = Infinity): readonly number[] | undefined {
    const range = this.#image.dataAt(table)
    if (range?.offset === undefined || !range.constant || range.separate) return undefined
    const { view } = this.#image
    const found: number[] = []
    for (let entry = 0; entry < (count ?? ENTRIES); entry++) {
      const place = table + entry * size
      if (place + size > range.end || place >= limit) break
      const offset = range.offset + place - range.address
      const target = size === 4 ? table + view.getInt32(offset, true) : view.getUint32(offset, true) + view.getUint32(offset + 4, true) * 0x1_0000_0000
      if (!this.#image.inCode(target)) {
        if (count === undefined) break
        return undefined
      }
      found.push(target)
    }
    return found.length === 0 ? undefined : found
  }
}

/** Adds an item to a set; false where it is in there. */
function isAdded(set: Set<number>, item: number): boolean {
  const { size } = set
  return set.add(item).size > size
}

/** Does an instruction begin at an address, as far as that is another function's matter? */
function isInstruction({ start, end, blocks }: FunctionCode, address: number): boolean {
  return address < start || address >= end || blocks.lengths[address - start]! > 0
}

/** FF /4 of a register. */
function isRegisterJump(code: Uint8Array, at: number, length: number): boolean {
  return length >= 2 && code[at + length - 2] === 0xff && (code[at + length - 1]! & 0xf8) === 0xe0
}

/** Looks at the instructions before a jump, as far as no other jump leads in between. */
class LookBack {
  readonly #target: FunctionCode
  readonly #decoder: X86Decoder
  readonly #code: Uint8Array
  readonly #from: number
  #at = 0
  #left = WINDOW

  constructor(target: FunctionCode, decoder: X86Decoder) {
    this.#target = target
    this.#decoder = decoder
    this.#code = target.code
    this.#from = target.start - target.base
  }

  loadOf(jump: number): TableLoad | undefined {
    this.#at = jump | 0
    const { opcodeAt, rex } = this.#opcode()
    const modrm = this.#code[opcodeAt + 1]!
    if (modrm < 0xc0) return this.#absolute(opcodeAt, rex)
    const sum = (modrm & 7) | ((rex & 1) << 3)
    let other: number | undefined
    // without optimisation, the table's address is loaded twice
    let named: number | undefined
    while (this.#back()) {
      const { opcodeAt: at, rex: prefix } = this.#opcode()
      const opcode = this.#code[at]!
      const form = this.#code[at + 1]!
      const reg = ((form >> 3) & 7) | ((prefix & 4) << 1)
      const rm = (form & 7) | ((prefix & 1) << 3)
      if (other === undefined) {
        const isAdd = (prefix & 8) !== 0 && form >= 0xc0 && (opcode === 0x01 || opcode === 0x03)
        if (isAdd && (opcode === 0x01 ? rm : reg) === sum) other = opcode === 0x01 ? reg : rm
        else if (opcode === 0x8b && (prefix & 8) !== 0 && form < 0xc0 && reg === sum) return this.#absolute(at, prefix)
        else if (this.#mentions(sum)) return undefined
      } else if (opcode === 0x63 && (prefix & 8) !== 0 && form < 0xc0 && (reg === sum || reg === other)) {
        const sib = this.#code[at + 2]!
        const isPlain = (form & 0xc7) === 0x04 ? (sib & 7) !== 5 : (form & 0xc7) === 0x44 && this.#code[at + 3] === 0
        if (!isPlain || sib >> 6 !== 2 || ((sib & 7) | ((prefix & 1) << 3)) !== (reg === sum ? other : sum)) return undefined
        return { at: this.#at, table: undefined, base: (sib & 7) | ((prefix & 1) << 3), size: 4, count: this.#bound(((sib >> 3) & 7) | ((prefix & 2) << 2)) }
      } else if (opcode === 0x8d && (form & 0xc7) === 5 && reg === other && named === undefined) {
        named = this.#target.base + this.#at + this.#length + this.#target.view.getInt32(at + 2, true)
      } else if (named !== undefined && opcode === 0x8b && (prefix & 8) === 0 && (form & 0xc7) === 4 && reg === sum && this.#code[at + 2]! < 0x40) {
        return { at: this.#at, table: named, base: other, size: 4, count: undefined }
      } else if (!(opcode === 0x98 && sum === 0) && (this.#mentions(sum) || this.#mentions(other))) return undefined
    }
    return undefined
  }

  /** An operand [table + index * 8]. */
  #absolute(opcodeAt: number, rex: number): TableLoad | undefined {
    const sib = this.#code[opcodeAt + 2]!
    if ((this.#code[opcodeAt + 1]! & 0xc7) !== 0x04 || (sib & 0xc7) !== 0xc5) return undefined
    const table = this.#target.view.getInt32(opcodeAt + 3, true)
    return { at: this.#at, table, base: -1, size: 8, count: this.#bound(((sib >> 3) & 7) | ((rex & 2) << 2)) }
  }

  /** How many numbers a comparison lets through to here: `cmp index, limit; ja elsewhere`. */
  #bound(index: number): number | undefined {
    let register = index
    let more: number | undefined
    while (this.#back()) {
      const { opcodeAt, rex } = this.#opcode()
      const opcode = this.#code[opcodeAt]!
      const second = this.#code[opcodeAt + 1]!
      const branch = opcode === 0x0f && (second & 0xf0) === 0x80 ? second & 15 : (opcode & 0xf0) === 0x70 ? opcode & 15 : undefined
      if (branch !== undefined) {
        if (more !== undefined) return undefined
        if (branch === 7 || branch === 3) more = branch === 7 ? 1 : 0
        continue
      }
      const reg = ((second >> 3) & 7) | ((rex & 4) << 1)
      const rm = (second & 7) | ((rex & 1) << 3)
      if (more !== undefined) {
        const limit = this.#comparedWith(opcodeAt, rex, register)
        if (limit !== undefined) return limit + more
        const keepsFlags = opcode === 0x8d || opcode === 0x89 || opcode === 0x8b || (opcode === 0x0f && (second === 0xb6 || second === 0xb7))
        if (!keepsFlags) return undefined
      }
      if ((opcode === 0x8b && second >= 0xc0 && reg === register) || (opcode === 0x89 && second >= 0xc0 && rm === register)) register = opcode === 0x8b ? rm : reg
      else if (opcode === 0x0f && (second === 0xb6 || second === 0xb7)) {
        const form = this.#code[opcodeAt + 2]!
        if ((((form >> 3) & 7) | ((rex & 4) << 1)) !== register) {
          if (this.#mentions(register)) return undefined
          continue
        }
        if (form < 0xc0 || (second === 0xb6 && rex === 0 && (form & 4) !== 0)) return undefined
        register = (form & 7) | ((rex & 1) << 3)
      } else if (opcode === 0x8d && (second & 0xc7) === 5 ? reg === register : this.#mentions(register)) return undefined
    }
    return undefined
  }

  /** The number that a comparison compares `register` with. */
  #comparedWith(opcodeAt: number, rex: number, register: number): number | undefined {
    const opcode = this.#code[opcodeAt]!
    const { view } = this.#target
    if ((opcode === 0x3c || opcode === 0x3d) && register === 0) return opcode === 0x3c ? this.#code[opcodeAt + 1] : view.getUint32(opcodeAt + 1, true)
    const form = this.#code[opcodeAt + 1]!
    if ((form & 0xf8) !== 0xf8 || ((form & 7) | ((rex & 1) << 3)) !== register) return undefined
    if (opcode === 0x80) return rex === 0 && (form & 4) !== 0 ? undefined : this.#code[opcodeAt + 2]
    const limit = opcode === 0x83 ? view.getInt8(opcodeAt + 2) : opcode === 0x81 && this.#code[opcodeAt - 1] !== 0x66 ? view.getInt32(opcodeAt + 2, true) : -1
    return limit < 0 ? undefined : limit
  }

  #mentions(register: number): boolean {
    return (mentionedRegisters(this.#decoder, this.#code, this.#at, this.#at + this.#length, () => 0xffff) & (1 << register)) !== 0
  }

  get #length(): number {
    return this.#target.blocks.lengths[this.#at - this.#from]!
  }

  /** To the instruction before. False where another jump may lead to this one, or nothing comes before. */
  #back(): boolean {
    const from = this.#from
    const { joins, lengths } = this.#target.blocks
    if (this.#left-- === 0 || joins[this.#at - from] === 1) return false
    for (let length = 1; length <= 15 && this.#at - length >= from; length++) {
      if (lengths[this.#at - length - from] !== length) continue
      this.#at -= length
      const { opcodeAt } = this.#opcode()
      const opcode = this.#code[opcodeAt]!
      const isTransfer = opcode === 0xe8 || opcode === 0xe9 || opcode === 0xeb || opcode === 0xc3 || (opcode === 0xff && ((this.#code[opcodeAt + 1]! >> 3) & 7) >= 2 && ((this.#code[opcodeAt + 1]! >> 3) & 7) < 6)
      return !isTransfer
    }
    return false
  }

  #opcode(): { opcodeAt: number; rex: number } {
    let opcodeAt = this.#at
    while (this.#code[opcodeAt] === 0x66 || this.#code[opcodeAt] === 0x67 || this.#code[opcodeAt] === 0xf2 || this.#code[opcodeAt] === 0xf3 || (this.#code[opcodeAt]! & 0xe7) === 0x26) opcodeAt++
    const rex = (this.#code[opcodeAt]! & 0xf0) === 0x40 ? this.#code[opcodeAt++]! : 0
    return { opcodeAt, rex }
  }
}
