import { branchTarget, endsPath, Flow, flowOf, isUnallocated, literalAddress, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'
import { arm64FeatureOf, arm64MayNeedFeature } from '../../../../../isa/arm64/scan.ts'
import type { MappedRange } from '../../../read/address-space.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access, emptySweep, type Sweep, Transfer } from '../../program/sweep.ts'

/** The words of a code range: those of the file itself, or a copy, where they are not aligned there or the file ends before. */
export function wordsOf(image: MemoryImage, range: MappedRange): Int32Array {
  const { buffer, byteOffset, length } = image.file.bytes
  if ((byteOffset + range.offset) % 4 === 0 && range.offset + range.size <= length) return new Int32Array(buffer, byteOffset + range.offset, range.size >> 2)
  const words = new Int32Array(range.size >> 2)
  new Uint8Array(words.buffer).set(image.file.bytes.subarray(range.offset, range.offset + words.byteLength))
  return words
}

/**
 * Sweeps all code of an AArch64 image: calls, addresses that ADRP and its followers name, instructions with features, reads
 * of ID registers. `starts`: known function starts, where no register holds an address yet.
 */
export function sweepArm64(image: MemoryImage, starts: ReadonlySet<number>): Sweep {
  const sweep = emptySweep()
  for (const range of image.code) sweepRange(image, range, starts, sweep)
  return sweep
}

const unknown = -1

function sweepRange(image: MemoryImage, range: MappedRange, starts: ReadonlySet<number>, sweep: Sweep): void {
  const words = wordsOf(image, range)
  const held = new Float64Array(32).fill(unknown)
  const mayNeed = arm64MayNeedFeature()
  const ordered = Float64Array.from(starts).sort()
  let next = lastAtMost(ordered, range.address - 1) + 1
  const end = range.address + words.length * 4
  for (let index = 0, at = range.address; index < words.length; index++, at += 4) {
    const word = words[index]!
    if (ordered[next] === at) {
      held.fill(unknown)
      next++
    } else while (ordered[next]! < at) next++ // in the middle of an instruction
    const feature = mayNeed[word >>> 21] === 0 ? 0 : arm64FeatureOf(word)
    if (feature !== 0 && !isText(words, index)) {
      sweep.hitAt.push(at)
      sweep.hitSet.push(feature)
    }
    const group = (word >>> 25) & 15
    if ((group & 14) === 10) {
      const flow = flowOf(word)
      if (flow === Flow.next) {
        if (isIdRegisterRead(word)) sweep.detectorAt.push(at)
        if ((word & 0xfff0_0000) >>> 0 === 0xd530_0000) held[word & 31] = unknown
      } else {
        transfer(sweep, word, flow, at, range.address, end)
        // what compilers take out of functions to make them smaller leaves X8 and others alone
        if (flow === Flow.call) held.fill(unknown, 0, 8)
        else if (flow === Flow.indirectCall) held.fill(unknown, 0, 19)
        else if (endsPath(flow) && flow !== Flow.jump) held.fill(unknown, 0, 19)
      }
    } else if ((word & 0xffe0_fc00) >>> 0 === 0x8b00_0000) held[word & 31] = sum(held[(word >>> 5) & 31]!, held[(word >>> 16) & 31]!)
    else if (group === 8 || group === 9) address(image, sweep, held, words, index, at)
    else if ((group & 5) === 4) loadOrStore(image, sweep, held, words, index, at)
    else {
      if (word !== 0 && isUnallocated(word)) sweep.undecodableAt.push(at)
      const register = destination(word)
      if (register >= 0) held[register] = unknown
    }
  }
}

/** Hand-written code names its authors behind its last instruction. AESE and AESMC in a row look like text, too (`!H(N!h(N`), but each of them does. */
function isText(words: Int32Array, index: number): boolean {
  if (!isPrintable(words[index]!)) return false
  let begin = index
  while (isPrintable(words[begin - 1] ?? -1)) begin--
  let end = index + 1
  while (isPrintable(words[end] ?? -1)) end++
  let instructions = 0
  for (let at = begin; at < end; at++) if (arm64FeatureOf(words[at]!) !== 0) instructions++
  const isAes = (words[index]! & 0xffff_cc00) >>> 0 === 0x4e28_4800
  return instructions * (isAes ? 4 : 2) <= end - begin
}

/** Four bytes of ASCII, or zeros behind some. */
function isPrintable(word: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const byte = (word >>> shift) & 0xff
    if (byte > 0x7e || (byte < 0x20 && byte !== 0)) return false
  }
  return word !== 0
}

/** MRS of ID_AA64*_EL1 (op0 3, op1 0, CRn 0, CRm 4 to 7) and MIDR_EL1 (CRm 0), which the kernel emulates. */
export function isIdRegisterRead(word: number): boolean {
  return (word & 0xffff_f000) >>> 0 === 0xd538_0000 && (((word >>> 8) & 12) === 4 || (word & 0xfe0) === 0)
}

function transfer(sweep: Sweep, word: number, flow: number, at: number, base: number, end: number): void {
  if (flow > Flow.bit) return
  const target = branchTarget(word, flow, at)
  // branches stay in their function but for tail calls, and are too many to keep
  if (flow > Flow.jump && target >= base && target < end) return
  sweep.transferFrom.push(at)
  sweep.transferTo.push(target)
  sweep.transferKind.push(flow === Flow.call ? Transfer.call : flow === Flow.jump ? Transfer.jump : Transfer.branch)
}

function address(image: MemoryImage, sweep: Sweep, held: Float64Array, words: Int32Array, index: number, at: number): void {
  const word = words[index]!
  const register = word & 31
  const named = pageAddress(word, at)
  if (named !== undefined) {
    held[register] = named
    // of a table of distances only what it holds is code, and libffi's trampolines load from a page that is mapped behind theirs
    if (word >= 0 && !(image.inCode(named) && (isLoadOver(words[index + 1] ?? 0, register) || isBaseOfJump(words, index, register)))) access(image, sweep, at, named, Access.take)
    return
  }
  const source = held[(word >>> 5) & 31]!
  if ((word & 0xff80_0000) >>> 0 === 0x9100_0000 && source !== unknown) {
    const immediate = (word >>> 10) & 0xfff
    held[register] = source + ((word & 0x0040_0000) !== 0 ? immediate * 4096 : immediate)
    if (!isLoadOver(words[index + 1] ?? 0, register)) access(image, sweep, at, held[register]!, Access.take)
    return
  }
  held[register] = unknown
}

/** Words from where a label is named to the jump by a distance from there. */
const JUMP = 8

/** ADR Xn, a label; LDRSW of a distance; ADD Xk, Xn, Xm; BR Xk: a switch. */
function isBaseOfJump(words: Int32Array, index: number, register: number): boolean {
  let sum = -1
  for (let at = index + 1; at <= index + JUMP; at++) {
    const word = words[at] ?? 0
    const flow = flowOf(word)
    if (flow === Flow.indirectJump) return sum >= 0 && ((word >>> 5) & 31) === sum
    if (flow !== Flow.next) return false
    // ADD Xk, Xn, Xm (shifted register, extended register)
    if ((word & 0xff20_0000) >>> 0 === 0x8b00_0000 || (word & 0xffe0_0000) >>> 0 === 0x8b20_0000) {
      if (((word >>> 5) & 31) === register) sum = word & 31
      else if ((word & 31) === sum) sum = -1
    }
  }
  return false
}

/** LDR Xn, [Xn]: the address is used for this and gone. */
function isLoadOver(word: number, register: number): boolean {
  return (word & 0x3f40_0000) === 0x3940_0000 && (word & 31) === register && ((word >>> 5) & 31) === register
}

/** ADD of two registers: assembly keeps the distance of a variable behind its code (OpenSSL). */
function sum(a: number, b: number): number {
  return a === unknown || b === unknown ? unknown : a + b
}

/** What LDR (`kind` 1) or LDRSW (2) of a literal loads, when that can be a distance. */
function distanceAt(words: Int32Array, index: number, kind: number): number {
  const low = words[index]
  const high = kind === 1 ? words[index + 1] : kind === 2 ? (low ?? 0) >> 31 : undefined
  return low !== undefined && (high === 0 || high === -1) ? high * 0x1_0000_0000 + (low >>> 0) : unknown
}

function loadOrStore(image: MemoryImage, sweep: Sweep, held: Float64Array, words: Int32Array, index: number, at: number): void {
  const word = words[index]!
  const literal = literalAddress(word, at)
  if (literal !== undefined) {
    if ((word & 0x0400_0000) === 0) held[word & 31] = distanceAt(words, index + (literal - at) / 4, word >>> 30)
    return
  }
  const base = (word >>> 5) & 31
  const known = base === 31 ? unknown : held[base]!
  if (known === unknown) {
    // the common case, without looking at the rest: what is loaded is no address
    if ((word & 0x0400_0000) === 0) {
      held[word & 31] = unknown
      if (((word >>> 27) & 7) === 5) held[(word >>> 10) & 31] = unknown
    }
    return
  }
  const operand = memoryAccess(word)
  if (operand === undefined) return
  const place = operand.writeback === 'after' ? known : known + operand.offset
  if (operand.index < 0) {
    access(image, sweep, at, place, operand.load && !operand.atomic ? Access.load : Access.store)
    if (operand.second >= 0) access(image, sweep, at, place + operand.size, operand.load ? Access.load : Access.store)
  }
  if (operand.load) {
    if (operand.register >= 0) held[operand.register] = unknown
    if (operand.second >= 0) held[operand.second] = unknown
    if (operand.index < 0 && operand.size === 8 && operand.register >= 0) held[operand.register] = heldBySlot(image, place)
  }
  if (operand.writeback !== 'none') held[base] = unknown
}

/** The address of a variable of this file that the GOT holds; the linker has put it there where the code is for a fixed address. */
function heldBySlot(image: MemoryImage, place: number): number {
  const slot = image.slots.get(place)?.address
  if (slot !== undefined) return image.dataAt(place)?.constant === true ? slot : unknown
  const pointer = image.dataPointers.get(place)
  return pointer !== undefined && image.dataAt(place)?.separate === true ? pointer : unknown
}

/** Keeps what can matter: variables, pointers that the loader fills in, those to functions in constant data, and addresses taken. */
function access(image: MemoryImage, sweep: Sweep, from: number, to: number, kind: number): void {
  if (kind !== Access.take && !image.slots.has(to)) {
    const range = image.dataAt(to)
    if (range === undefined || (!range.writable && image.codePointers.get(to) === undefined)) return
  }
  sweep.accessFrom.push(from)
  sweep.accessTo.push(to)
  sweep.accessKind.push(kind)
}

/** What PLT stubs jump to, by the stub's address: ADRP X16, LDR X17, ADD X16, BR X17, perhaps with BTI before. */
export function readArm64Stubs(image: MemoryImage): Map<number, Slot> {
  const stubs = new Map<number, Slot>()
  for (const range of image.file.sections.length === 0 ? image.code : image.stubs) {
    const words = wordsOf(image, range)
    for (let index = 0; index + 1 < words.length; index++) {
      const page = (words[index]! & 31) === 16 ? pageAddress(words[index]!, range.address + index * 4) : undefined
      if (page === undefined || (words[index + 1]! & 0xffc0_03ff) >>> 0 !== 0xf940_0211) continue
      const slot = image.slots.get(page + ((words[index + 1]! >>> 10) & 0xfff) * 8)
      if (slot === undefined) continue
      stubs.set(range.address + index * 4, slot)
      if (index > 0 && words[index - 1] === (0xd503_245f | 0)) stubs.set(range.address + index * 4 - 4, slot)
    }
  }
  return stubs
}
