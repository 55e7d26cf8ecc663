import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { registersRead, registersWritten } from './register-use.ts'

const FRAME_POINTER = 29
/** X0 to X7 carry arguments (AAPCS64, 6.1.1); up to X18 callees may do with registers what they like. */
const ARGUMENTS = 8
const CALLER_SAVED = 19
/** Instructions behind a comparison in which the value is stored, and that a pointer is followed for. */
const BEHIND = 4
const FOLLOWED = 64
/** The second argument of memmove. */
const SOURCE = 1
/** Registers that an address of the frame comes through. */
const DEPTH = 3

/** Functions of other files that write to the buffer they are given, and nowhere else. */
const reading = /^_{0,2}(?:open(?:64|at|at64)?|read|close|errno_location)$/

/** A function that reads the file of the auxiliary vector. */
export interface Reader {
  readonly words: Int32Array
  /** Address of the first word of `words`. */
  readonly base: number
  /** Places of its first word, and behind its last. */
  readonly from: number
  readonly to: number
  /** The function of another file that is called at an address. */
  importAt(target: number): string | undefined
}

/**
 * Places in the frame, counted from the stack pointer, where the function keeps what it finds of HWCAP, beside the buffer that it reads
 * entries into: `ADD X11, X29, #24; STR X10, [X11]` behind the comparison of a tag. Functions that are given the buffer might write to
 * what is beside it, too; here they are known, and nobody else is given an address of the frame.
 *
 * @param values by place of a comparison with the tag of HWCAP: the register of the value
 */
export function placesOfKeptEntries(reader: Reader, values: ReadonlyMap<number, number>): ReadonlySet<number> {
  const places = new Set<number>()
  const pointer = framePointer(reader)
  if (pointer === undefined) return places
  for (const [compared, register] of values) {
    const place = storedBehind(reader, compared, register, pointer)
    if (place !== undefined) places.add(place)
  }
  if (places.size > 0 && !callsOnlyReading(reader)) return new Set()
  for (const place of places) if (isHandedOut(reader, place, pointer)) places.delete(place)
  return places
}

/** How far above the stack pointer the frame pointer is, where only one instruction sets it. */
function framePointer({ words, from, to }: Reader): number | undefined {
  let distance: number | undefined
  for (let at = from; at < to; at++) {
    const word = words[at]!
    if ((word & 0xff80_03ff) >>> 0 !== 0x9100_03fd) continue
    if (distance !== undefined || (word & 0x0040_0000) !== 0) return undefined
    distance = (word >>> 10) & 0xfff
  }
  return distance
}

/** A place in the frame, counted from the stack pointer. */
function inFrame(base: number, offset: number, pointer: number): number | undefined {
  return base === SP ? offset : base === FRAME_POINTER ? pointer + offset : undefined
}

/** The place that `ADD Xd, SP, #imm`, or the same or SUB with X29, makes the address of. */
function placeTaken(word: number, pointer: number): number | undefined {
  if ((word & 0xbf80_0000) >>> 0 !== 0x9100_0000) return undefined
  const distance = ((word >>> 10) & 0xfff) * ((word & 0x0040_0000) === 0 ? 1 : 4096)
  return inFrame((word >>> 5) & 31, (word & 0x4000_0000) === 0 ? distance : -distance, pointer)
}

/** The place in the frame that gets the value where the tag is the one that the comparison at `compared` is with. */
function storedBehind({ words, from, to }: Reader, compared: number, register: number, pointer: number): number | undefined {
  const branch = words[compared + 1]!
  if (flowOf(branch) !== Flow.condition || (branch & 14) !== 0) return undefined
  let at = (branch & 1) === 0 ? branchTarget(branch, Flow.condition, (compared + 1) * 4) / 4 : compared + 2
  const held = new Map<number, number>()
  for (let steps = 0; steps < BEHIND && at >= from && at < to; steps++) {
    const word = words[at]!
    if (flowOf(word) === Flow.jump) {
      at = branchTarget(word, Flow.jump, at * 4) / 4
      continue
    }
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand !== undefined && !operand.load && operand.register === register && operand.size === 8 && operand.index < 0 && operand.second < 0 && operand.writeback === 'none') {
      const known = held.get(operand.base)
      return known === undefined ? inFrame(operand.base, operand.offset, pointer) : known + operand.offset
    }
    const place = placeTaken(word, pointer)
    if (place === undefined) return undefined
    held.set(word & 31, place)
    at++
  }
  return undefined
}

/** Are all functions that it calls such as read files, or move what is in the buffer? */
function callsOnlyReading(reader: Reader): boolean {
  const { words, base, from, to } = reader
  for (let at = from; at < to; at++) {
    const word = words[at]!
    const flow = flowOf(word)
    if (flow === Flow.indirectCall || flow === Flow.indirectJump) return false
    const leaves = flow === Flow.jump && isOutside(branchTarget(word, flow, at * 4) / 4, reader)
    if (flow !== Flow.call && !leaves) continue
    const name = reader.importAt(branchTarget(word, flow, base + at * 4)) ?? ''
    if (!reading.test(name) && !(/^mem(?:move|cpy)$/.test(name) && pointsIntoFrame(reader, SOURCE))) return false
  }
  return true
}

/**
 * Does whatever instruction sets the register put an address of the frame into it, or something that is none (`MOV W1, WZR`), or back what
 * the caller had there?
 */
function pointsIntoFrame(reader: Reader, register: number, depth = 0): boolean {
  const { words, from, to } = reader
  for (let at = from; at < to; at++) {
    const word = words[at]!
    if ((registersWritten(word) & (1 << register)) === 0) continue
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand?.load === true && operand.base === SP) continue
    const source = pointerKept(word)
    const inFrame = source === register || source === SP || source === FRAME_POINTER || (source !== undefined && depth < DEPTH && pointsIntoFrame(reader, source, depth + 1))
    if (!inFrame && !isSmallNumber(word)) return false
  }
  return true
}

/** The register of which an instruction keeps the address, or moves it on: ADD and SUB of numbers, ADD of registers (with the other an index), MOV. */
function pointerKept(word: number): number | undefined {
  if ((word & 0xbf80_0000) >>> 0 === 0x9100_0000) return (word >>> 5) & 31
  if ((word & 0xff00_0000) >>> 0 === 0x8b00_0000) return (word >>> 5) & 31
  return (word & 0xffff_ffe0) >>> 0 === ((0xaa00_03e0 | (word & 0x001f_0000)) >>> 0) ? (word >>> 16) & 31 : undefined
}

/** MOVZ of the lowest 16 bits, or MOV of WZR or XZR. */
function isSmallNumber(word: number): boolean {
  return (word & 0x7fe0_0000) === 0x5280_0000 || (word & 0x7fff_ffe0) === 0x2a1f_03e0
}

/** Is the address of the place kept anywhere, or given to a callee? */
function isHandedOut(reader: Reader, place: number, pointer: number): boolean {
  for (let at = reader.from; at < reader.to; at++) {
    const taken = placeTaken(reader.words[at]!, pointer)
    if (taken !== undefined && taken >= place && taken < place + 8 && mayEscape(reader, at + 1, reader.words[at]! & 31)) return true
  }
  return false
}

/** May the address in a register be used for more than loads and stores, or by vectors (that choose between two such places) from `start` on? */
function mayEscape(reader: Reader, start: number, register: number): boolean {
  const { words } = reader
  const seen = new Set<number>()
  const stack = [start]
  while (stack.length > 0) {
    const at = stack.pop()!
    if (seen.has(at)) continue
    seen.add(at)
    if (seen.size > FOLLOWED || isOutside(at, reader)) return true
    const word = words[at]!
    const flow = flowOf(word)
    if (flow === Flow.call || flow === Flow.indirectCall) {
      if (register < ARGUMENTS || register >= CALLER_SAVED) return true
      continue
    }
    if (flow === Flow.return && register < ARGUMENTS) return true
    if ((registersRead(word, flow) & (1 << register)) !== 0 && !isHarmless(word, register)) return true
    if ((registersWritten(word) & (1 << register)) !== 0) continue
    if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) stack.push(branchTarget(word, flow, at * 4) / 4)
    if (!endsPath(flow)) stack.push(at + 1)
  }
  return false
}

/** A load or store there, or `DUP Vd.2D, Xn`. */
function isHarmless(word: number, register: number): boolean {
  if ((word & 0xffff_fc00) >>> 0 === 0x4e08_0c00) return true
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand === undefined || operand.base !== register || operand.atomic || operand.writeback !== 'none') return false
  return operand.index !== register && (operand.load || (operand.register !== register && operand.second !== register))
}

function isOutside(at: number, { from, to }: Reader): boolean {
  return at < from || at >= to
}
