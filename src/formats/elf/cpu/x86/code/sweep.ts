import { ESCAPED, Fast, fastTable, PREFIX } from '../../../../../isa/x86/fast-table.ts'
import { baselineFeatures } from '../../../../../isa/x86/features.ts'
import { GROUP } from '../../../../../isa/x86/expand-tables.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { MappedRange } from '../../../read/address-space.ts'
import type { InfoTables } from '../../program/info-tables.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Access, emptySweep, type Sweep, Transfer } from '../../program/sweep.ts'

/** Vector instructions that are noted: one in so many bytes. */
const THINNING = 24

// Copies for the loop: an imported binding is loaded anew each time.
const { slow, sib, imm64 } = Fast
/** From a bit of `FastTable.prefixes` to the number of the prefix. */
const KIND_SHIFT = Math.log2(PREFIX)

/**
 * Sweeps all code of an x86-64 image.
 * @param starts known function starts, where decoding gets back into step, and first bytes of `tables`
 * @param tables what lies among the code and is none: more of them are added
 */
export function sweepCode(image: MemoryImage, decoder: X86Decoder, starts: Float64Array, tables?: InfoTables): Sweep {
  const sweep = emptySweep(image.code.reduce((size, range) => size + range.size, 0))
  const accesses = new Accesses(image, sweep)
  for (const range of image.code) sweepRange(image, decoder, range, starts, tables, sweep, accesses)
  return sweep
}

function sweepRange(image: MemoryImage, decoder: X86Decoder, range: MappedRange, starts: Float64Array, tables: InfoTables | undefined, sweep: Sweep, accesses: Accesses): void {
  const code = image.file.bytes.subarray(range.offset, range.offset + range.size)
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const { classes, rows, prefixes } = fastTable()
  const { legacyFeatures } = decoder.tables
  const { positionDependent } = image
  const fixed = boundsOf(image)
  const baseline = baselineFeatures(64)
  const plain = Uint8Array.from(decoder.tables.featureSets, (set) => (set.every((name) => baseline.has(name)) ? 1 : 0))
  const xsave = decoder.tables.idOf('xsave')
  const base = range.address
  const end = code.length
  const safe = end - 32
  let startIndex = 0
  while (startIndex < starts.length && starts[startIndex]! < base) startIndex++
  let nextStart = startIndex < starts.length ? starts[startIndex]! - base : Infinity
  let lastStart = 0
  let lastVector = -THINNING
  let before = 0
  let at = 0
  while (at < end) {
    let opcodeAt = at
    let byte = code[at]!
    if (byte === 0) {
      const behind = behindZeros(code, at, base, at - before <= 2 && code[at - 1] === RET)
      if (behind > at && behind <= nextStart) {
        at = behind
        continue
      }
    }
    const rex = (byte & 0xf0) === 0x40 ? byte : 0
    if (rex !== 0) byte = code[++opcodeAt]!
    let length: number
    let feature = 0
    const escaped = byte === 0x0f
    const second = code[opcodeAt + 1]!
    const entry =
      at < safe ? (escaped ? rows[(classes[ESCAPED | second]! << 8) | code[opcodeAt + 2]!]! : rows[(classes[byte]! << 8) | second]!) : slow
    if ((entry & slow) === 0) {
      length = opcodeAt - at + (escaped ? 1 : 0) + (entry & 31)
      if ((entry & sib) !== 0 && (code[opcodeAt + (escaped ? 3 : 2)]! & 7) === 5) length += 4
      if ((entry & imm64) !== 0 && (rex & 8) !== 0) length += 4
    } else {
      length = 0
      const kind = rex === 0 && at < safe ? prefixes[byte]! : 0
      if (kind !== 0) {
        // 66, F3 or F2 before the 0F map: most of what vector instructions are
        let behind = at + 1
        if ((code[behind]! & 0xf0) === 0x40) behind++
        if (code[behind] === 0x0f) {
          const opcode = code[behind + 1]!
          const row = rows[(classes[kind | ESCAPED | opcode]! << 8) | code[behind + 2]!]!
          feature = legacyFeatures[((kind >> KIND_SHIFT) << 8) | opcode]!
          // a set that hangs on ModRM is the decoder's
          if ((row & slow) === 0 && feature !== GROUP) length = behind + 1 - at + (row & 31) + ((row & sib) !== 0 && (code[behind + 3]! & 7) === 5 ? 4 : 0)
        }
      }
      if (length === 0) {
        length = decoder.decode(code, at)
        feature = decoder.feature
      }
      if (length === 0) {
        sweep.undecodableAt.push(base + at)
        at = tables === undefined || nextStart > at ? at + 1 : behindTable(tables, base, nextStart, at + 1)
        while (nextStart < at) nextStart = ++startIndex < starts.length ? starts[startIndex]! - base : Infinity
        continue
      }
    }
    if (nextStart < at + length) {
      const behind = tables === undefined ? at : behindTable(tables, base, nextStart, at)
      if (behind > at) {
        at = behind
        nextStart = ++startIndex < starts.length ? starts[startIndex]! - base : Infinity
        continue
      }
      if (nextStart <= at) lastStart = nextStart
      while (nextStart <= at) nextStart = ++startIndex < starts.length ? starts[startIndex]! - base : Infinity
      if (nextStart < at + length) {
        at = nextStart // bytes before a function start that decode into it are data
        continue
      }
    }
    if (feature !== 0) {
      if (plain[feature] === 0) {
        sweep.hitAt.push(base + at)
        sweep.hitSet.push(feature)
        if (feature === xsave && code[at] === 0x0f && second === 0x01 && code[at + 2] === 0xd0) sweep.detectorAt.push(base + at)
      } else if (at - lastVector >= THINNING) {
        lastVector = at
        sweep.legacyVectorAt.push(base + at)
      }
    }
    if (escaped) {
      if ((second & 0xf0) === 0x80) {
        const target = at + length + view.getInt32(at + length - 4, true)
        if (target < 0 || target >= end || length > 3) transfer(sweep, base + at, base + target, Transfer.branch)
      } else if (second === 0xa2) sweep.detectorAt.push(base + at)
      else if (isLegacyVector(second) && at - lastVector >= THINNING) {
        lastVector = at
        sweep.legacyVectorAt.push(base + at)
      }
      if (at >= safe) prefixed(accesses, sweep, code, view, at, length, base)
      else if ((code[opcodeAt + 2]! & 0xc7) === 5 && namesMemory(second)) {
        const target = base + at + length + view.getInt32(opcodeAt + 3, true)
        accesses.add(base + at, target, isStore0f(second) ? Access.store : Access.load)
      }
    } else if (byte === 0xe8 || byte === 0xe9) {
      const target = base + at + length + view.getInt32(at + length - 4, true)
      transfer(sweep, base + at, target, byte === 0xe8 ? Transfer.call : Transfer.jump)
    } else if (byte === 0xeb || (byte & 0xf0) === 0x70) {
      const target = at + length + view.getInt8(at + length - 1)
      if (target >= nextStart || target < lastStart) transfer(sweep, base + at, base + target, byte === 0xeb ? Transfer.jump : Transfer.branch)
    } else if ((second & 0xc7) === 5 && length >= 6 && (entry & slow) === 0 && hasModrm[byte] === 1) {
      const named = base + at + length + view.getInt32(opcodeAt + 2, true)
      ripRelative(accesses, sweep, byte, second, base + at, named)
      // mov rax, [rip + slot]; call rax: code that was not optimized
      if (byte === 0x8b && (rex & 8) !== 0 && callsRegister(code, at + length, ((second >> 3) & 7) | ((rex & 4) << 1))) transfer(sweep, base + at + length, named, Transfer.indirectCall)
      // mov qword [rip + x], address
      if (positionDependent && byte === 0xc7) fixedAddress(accesses, fixed, base + at, view.getInt32(at + length - 4, true))
    } else if (positionDependent && second < 0xc0 && length >= 6 && (entry & slow) === 0 && hasModrm[byte] === 1) {
      fixedAddresses(accesses, sweep, fixed, code, view, opcodeAt, base + at, at + length)
    } else if (positionDependent && length >= 5 && ((byte & 0xf8) === 0xb8 || byte === 0xc7 || byte === 0x68)) {
      const target = view.getInt32(at + length - 4, true)
      if ((rex & 8) !== 0 && byte !== 0xc7) farAddress(accesses, sweep, decoder, code, view, at, base)
      else if (target > 0) accesses.add(base + at, target, Access.take)
    } else if (positionDependent && length >= 5 && (byte === 0x05 || (byte === 0x81 && (second & 0xf8) === 0xc0))) {
      // add rax, table
      fixedAddress(accesses, fixed, base + at, view.getInt32(at + length - 4, true))
    } else if ((entry & slow) !== 0 && byte !== 0xc4 && byte !== 0xc5 && byte !== 0x62) {
      prefixed(accesses, sweep, code, view, at, length, base)
    }
    before = at
    at += length
    if (tables !== undefined && endsCode(code, opcodeAt, byte)) at = (tables.after(base + at, base + nextStart) ?? base + at) - base
  }
}

/** RET and JMP: what comes next is not run into. */
function endsCode(code: Uint8Array, opcodeAt: number, byte: number): boolean {
  return byte === RET || byte === 0xe9 || byte === 0xeb || (byte === 0xff && ((code[opcodeAt + 1]! >> 3) & 7) === 4)
}

/** Where the code is behind the table that begins at `start`; `otherwise` where none does. */
function behindTable(tables: InfoTables, base: number, start: number, otherwise: number): number {
  const code = tables.found.get(base + start)
  return code === undefined ? otherwise : code - base
}

const RET = 0xc3
/** Bytes of zeros that fill up to where a function begins. */
const LONGEST_FILLING = 64

/**
 * Where code goes on behind zeros that fill up to an aligned address, as Free Pascal and some assemblers have them behind a function;
 * `at` where it is none. As instructions they would be `add [rax], al`, of two bytes, and a third would take the next function's first along.
 */
function behindZeros(code: Uint8Array, at: number, base: number, isBehindReturn: boolean): number {
  const most = Math.min(code.length, at + LONGEST_FILLING)
  let behind = at + 1
  while (behind < most && code[behind] === 0) behind++
  return (base + behind) % 16 === 0 && (behind > at + 1 || isBehindReturn) ? behind : at
}

/** 66, 67, F2, F3 and segment prefixes: `cmp word [rip+x]`, `lock or [rip+x]`, `bnd jmp`, and the `addr32 call` that linkers make of calls through the GOT. */
function prefixed(accesses: Accesses, sweep: Sweep, code: Uint8Array, view: DataView, at: number, length: number, base: number): void {
  let next = at
  while (next < at + length && isPrefix(code[next]!)) next++
  if ((code[next]! & 0xf0) === 0x40) next++
  const byte = code[next]!
  if (byte === 0xe8 || byte === 0xe9) {
    const target = base + at + length + view.getInt32(at + length - 4, true)
    transfer(sweep, base + at, target, byte === 0xe8 ? Transfer.call : Transfer.jump)
    return
  }
  const escaped = byte === 0x0f
  if (escaped && !namesMemory(code[next + 1]!)) return
  const modrmAt = next + (escaped ? 2 : 1)
  if ((code[modrmAt]! & 0xc7) !== 5 || modrmAt + 5 > at + length) return
  const target = base + at + length + view.getInt32(modrmAt + 1, true)
  if (escaped) accesses.add(base + at, target, isStore0f(code[next + 1]!) ? Access.store : Access.load)
  else if (hasModrm[byte] === 1) ripRelative(accesses, sweep, byte, code[modrmAt]!, base + at, target)
}

function ripRelative(accesses: Accesses, sweep: Sweep, opcode: number, modrm: number, from: number, target: number): void {
  if (opcode === 0x8d) {
    accesses.add(from, target, Access.take)
    return
  }
  const slash = (modrm >> 3) & 7
  if (opcode === 0xff && (slash === 2 || slash === 4)) {
    transfer(sweep, from, target, slash === 2 ? Transfer.indirectCall : Transfer.indirectJump)
    return
  }
  const store =
    opcode === 0x88 ||
    opcode === 0x89 ||
    opcode === 0xc6 ||
    opcode === 0xc7 ||
    opcode === 0x86 ||
    opcode === 0x87 ||
    (opcode < 0x38 && (opcode & 7) < 2) ||
    ((opcode === 0x80 || opcode === 0x81 || opcode === 0x83) && slash !== 7) ||
    ((opcode === 0xfe || opcode === 0xff) && slash < 2)
  accesses.add(from, target, store ? Access.store : Access.load)
}

/** Where an image lies that is loaded where it says. */
interface Bounds {
  readonly from: number
  readonly to: number
}

function boundsOf({ code, data }: MemoryImage): Bounds {
  const from = Math.min(...code.map(({ address }) => address), ...data.map(({ address }) => address))
  return { from, to: Math.max(...code.map(({ address, size }) => address + size), ...data.map(({ end }) => end)) }
}

/** A number in an instruction of code for a fixed address that may be one: an offset or a constant is rarely that large. */
function fixedAddress(accesses: Accesses, { from, to }: Bounds, at: number, target: number): void {
  if (target >= from && target < to) accesses.add(at, target, Access.take)
}

/**
 * What an instruction with an operand in memory names in code for a fixed address: [disp32], [disp32 + index * scale] and [register + disp32], an
 * element of a table, and what MOV stores.
 */
function fixedAddresses(accesses: Accesses, sweep: Sweep, fixed: Bounds, code: Uint8Array, view: DataView, opcodeAt: number, from: number, end: number): void {
  const byte = code[opcodeAt]!
  const modrm = code[opcodeAt + 1]!
  const hasSib = (modrm & 7) === 4
  const sibByte = hasSib ? code[opcodeAt + 2]! : 0
  const displacementAt = opcodeAt + (hasSib ? 3 : 2)
  if (modrm >> 6 === 2) fixedAddress(accesses, fixed, from, view.getInt32(displacementAt, true))
  else if (modrm >> 6 === 0 && hasSib && (sibByte & 7) === 5) {
    const target = view.getInt32(displacementAt, true)
    if (sibByte === 0x25) ripRelative(accesses, sweep, byte, modrm, from, target)
    else if (target > 0) accesses.add(from, target, Access.take)
  }
  if (byte === 0xc7) fixedAddress(accesses, fixed, from, view.getInt32(end - 4, true))
}

/** Instructions between an address and the call that it is loaded for. */
const MOST_BETWEEN = 6

/** `movabs rax, function; …; call rax`, as -mcmodel=large has it. */
function farAddress(accesses: Accesses, sweep: Sweep, decoder: X86Decoder, code: Uint8Array, view: DataView, at: number, base: number): void {
  const target = view.getUint32(at + 2, true)
  if (target === 0 || view.getUint32(at + 6, true) !== 0) return
  accesses.add(base + at, target, Access.take)
  const register = (code[at + 1]! & 7) | ((code[at]! & 1) << 3)
  for (let next = at + 10, count = 0; count < MOST_BETWEEN; count++) {
    const isCall = callsRegister(code, next, register)
    if (isCall || callsRegister(code, next, register, 0xe0)) {
      transfer(sweep, base + next, target, isCall ? Transfer.call : Transfer.jump)
      return
    }
    const length = decoder.decode(code, next)
    if (length === 0 || (code[next]! & 0xf0) === 0x70 || (code[next]! & 0xf8) === 0xe8 || code[next] === 0xff || code[next] === 0xc3) return
    next += length
  }
}

function callsRegister(code: Uint8Array, at: number, register: number, form = 0xd0): boolean {
  const opcodeAt = register < 8 ? at : at + 1
  return code[opcodeAt] === 0xff && code[opcodeAt + 1] === (form | (register & 7)) && (register < 8 || code[at] === 0x41)
}

function transfer(sweep: Sweep, from: number, to: number, kind: number): void {
  sweep.transferFrom.push(from)
  sweep.transferTo.push(to)
  sweep.transferKind.push(kind)
}

/** Accesses that are kept: variables, pointers that the loader fills in, and addresses taken. */
class Accesses {
  readonly #image: MemoryImage
  readonly #sweep: Sweep
  readonly #pages: Uint8Array
  /** Pointers in what is not writable: there hardly are any. */
  readonly #readOnlySlots = new Set<number>()

  constructor(image: MemoryImage, sweep: Sweep) {
    this.#image = image
    this.#sweep = sweep
    this.#pages = pagesOf(image)
    for (const place of image.slots.keys()) if (!this.#isWritable(place)) this.#readOnlySlots.add(place)
  }

  add(from: number, to: number, kind: number): void {
    if (kind === Access.take) {
      // strings and tables of jumps: without relocations there are no pointers in what is never written
      if (!this.#image.positionDependent && !this.#isWritable(to) && !this.#image.inCode(to) && !this.#image.inStubs(to)) return
    } else if (!this.#isWritable(to) && (this.#readOnlySlots.size === 0 || !this.#readOnlySlots.has(to))) return
    this.#sweep.accessFrom.push(from)
    this.#sweep.accessTo.push(to)
    this.#sweep.accessKind.push(kind)
  }

  #isWritable(address: number): boolean {
    const page = this.#pages[Math.floor(address / PAGE_SIZE)]
    return page === Page.mixed || page === undefined ? this.#image.dataAt(address)?.writable === true : page === Page.writable
  }
}

const PAGE_SIZE = 4096
/** Pages that are noted; a file with more in overlapping sections is up to something. */
const PAGES = 2 ** 22
const Page = { other: 0, writable: 1, mixed: 2 } as const

/** Which pages are writable as a whole, by number: most accesses can be told by that. */
function pagesOf({ data }: MemoryImage): Uint8Array {
  const end = data.reduce((most, range) => Math.max(most, range.end), 0)
  const pages = new Uint8Array(Math.ceil(Math.min(end, 2 ** 31) / PAGE_SIZE))
  const taken = new Uint8Array(pages.length)
  let noted = 0
  for (const range of data) {
    const first = Math.floor(range.address / PAGE_SIZE)
    const last = Math.floor((range.end - 1) / PAGE_SIZE)
    noted += last - first + 1
    if (noted > PAGES) return new Uint8Array(0)
    const kind = range.writable ? Page.writable : Page.other
    for (let page = first; page <= last && page < pages.length; page++) {
      const isWhole = page * PAGE_SIZE >= range.address && (page + 1) * PAGE_SIZE <= range.end
      pages[page] = isWhole && taken[page] === 0 ? kind : Page.mixed
      taken[page] = 1
    }
  }
  return pages
}

const hasModrm: Uint8Array = Uint8Array.from({ length: 256 }, (_, opcode) => {
  if (opcode < 0x40) return (opcode & 7) < 4 ? 1 : 0
  if (opcode === 0x63 || opcode === 0x69 || opcode === 0x6b || (opcode >= 0x80 && opcode <= 0x8b) || opcode === 0x8d) return 1
  if (opcode === 0xc0 || opcode === 0xc1 || opcode === 0xc6 || opcode === 0xc7) return 1
  return (opcode >= 0xd0 && opcode <= 0xd3) || opcode === 0xf6 || opcode === 0xf7 || opcode >= 0xfe ? 1 : 0
})

function isPrefix(byte: number): boolean {
  return byte === 0x66 || byte === 0x67 || byte === 0xf2 || byte === 0xf3 || byte === 0xf0 || (byte & 0xe7) === 0x26 || byte === 0x64 || byte === 0x65
}

/** 0F opcodes whose ModRM names a variable; not NOPs, prefetches, and the maps behind. */
function namesMemory(opcode: number): boolean {
  return opcode !== 0x1f && opcode !== 0x18 && opcode !== 0x38 && opcode !== 0x3a && opcode !== 0x0d && (opcode & 0xf0) !== 0x80
}

function isStore0f(opcode: number): boolean {
  if (opcode === 0x11 || opcode === 0x13 || opcode === 0x17 || opcode === 0x29 || opcode === 0x2b) return true
  if (opcode === 0x7f || opcode === 0x7e || opcode === 0xd6 || opcode === 0xe7) return true
  return (opcode & 0xf0) === 0x90 || opcode === 0xb0 || opcode === 0xb1 || opcode === 0xc0 || opcode === 0xc1 || opcode === 0xab
}

/** Moves and arithmetic of packed and scalar numbers in XMM registers. */
function isLegacyVector(opcode: number): boolean {
  return opcode === 0x10 || opcode === 0x11 || opcode === 0x28 || opcode === 0x29 || (opcode >= 0x51 && opcode <= 0x5f) || opcode === 0x6f
}
