import { ESCAPED, Fast, fastTable, PREFIX } from '../../../../../isa/x86/fast-table.ts'
import { baselineFeatures } from '../../../../../isa/x86/features.ts'
import { GROUP } from '../../../../../isa/x86/expand-tables.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { MappedRange } from '../../../read/address-space.ts'
import type { InfoTables } from '../../program/info-tables.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Access, emptySweep, type Sweep, Transfer } from '../../program/sweep.ts'
import { AccessList, ripRelative, transfer } from './access-list.ts'
import { fixedAddresses } from './fixed-addresses.ts'
import { readsEntries } from './tables-in-code.ts'

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
  const accesses = new AccessList(image, sweep)
  for (const range of image.code) sweepRange(image, decoder, range, starts, tables, sweep, accesses)
  return sweep
}

function sweepRange(image: MemoryImage, decoder: X86Decoder, range: MappedRange, starts: Float64Array, tables: InfoTables | undefined, sweep: Sweep, accesses: AccessList): void {
  const code = image.file.bytes.subarray(range.offset, range.offset + range.size)
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const { classes, rows, prefixes } = fastTable()
  const { legacyFeatures } = decoder.tables
  const { positionDependent } = image
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
      const isTable = byte === 0x8d && at < safe && readsEntries(code, at + length, ((second >> 3) & 7) | ((rex & 4) << 1)) && image.inCode(named)
      if (!isTable) ripRelative(accesses, sweep, byte, second, base + at, named)
      // mov rax, [rip + slot]; call rax: code that was not optimized
      if (byte === 0x8b && (rex & 8) !== 0 && callsRegister(code, at + length, ((second >> 3) & 7) | ((rex & 4) << 1))) transfer(sweep, base + at + length, named, Transfer.indirectCall)
      // mov qword [rip + x], address
      if (positionDependent && byte === 0xc7 && (rex & 8) !== 0) accesses.addFixed(base + at, view.getInt32(at + length - 4, true))
    } else if (positionDependent && second < 0xc0 && length >= 6 && (entry & slow) === 0 && hasModrm[byte] === 1) {
      fixedAddresses(accesses, sweep, code, view, rex, opcodeAt, base + at, at + length)
    } else if (positionDependent && length >= 5 && ((byte & 0xf8) === 0xb8 || byte === 0xc7 || byte === 0x68)) {
      const target = view.getInt32(at + length - 4, true)
      if ((rex & 8) !== 0 && byte !== 0xc7) farAddress(accesses, sweep, decoder, code, view, at, base)
      else if (target > 0) accesses.add(base + at, target, Access.take)
    } else if (positionDependent && length >= 9 && (byte & 0xfc) === 0xa0) {
      // movabs [variable], eax
      if (view.getUint32(at + length - 4, true) === 0) accesses.add(base + at, view.getUint32(at + length - 8, true), byte < 0xa2 ? Access.load : Access.store)
    } else if (positionDependent && length >= 5 && (byte === 0x05 || (byte === 0x81 && (second & 0xf8) === 0xc0))) {
      // add rax, table
      accesses.addFixed(base + at, view.getInt32(at + length - 4, true))
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
function prefixed(accesses: AccessList, sweep: Sweep, code: Uint8Array, view: DataView, at: number, length: number, base: number): void {
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

/** Instructions between an address and the call that it is loaded for. */
const MOST_BETWEEN = 6

/** `movabs rax, function; …; call rax`, as -mcmodel=large has it. */
function farAddress(accesses: AccessList, sweep: Sweep, decoder: X86Decoder, code: Uint8Array, view: DataView, at: number, base: number): void {
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
