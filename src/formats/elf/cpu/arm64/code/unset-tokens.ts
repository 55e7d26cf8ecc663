// What a file keeps of a check that it never makes: a byte that is 255 as long as nobody has asked, of which 1 would say that the CPU has something. So do Rust's crates
// (`cpufeatures`) where what asks first, the maker of a key, was left out, and what works with keys was not.
import { branchTarget, endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, movedRegister, SP } from '../../../../../isa/arm64/operands.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { Access } from '../../program/sweep.ts'
import { ARGUMENTS, CALLER_SAVED } from '../evaluation/evaluation.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import { registersRead, registersWritten } from './register-use.ts'

const NOT_ASKED = 0xff
/** Instructions from the load of it to the comparison. */
const BEHIND = 4
/** What lies so many bytes before it at most may be stored together with it. */
const BEFORE = 63
/** It may be a part of what begins so many bytes before it at most, and be stored to by who has the address of that. */
const STRUCTURE = 128

/** Addresses of bytes that are 255 in the file, that nobody stores to or takes the address of, and that all who read them compare with 1. */
export function unsetTokens(program: Program): number[] {
  const candidates = Float64Array.from(readBytes(program))
  if (candidates.length === 0) return []
  const pointers = pointersTo(program, candidates)
  return [...candidates].filter((at) => {
    if (mayBeStoredAsPart(program, at)) return false
    return (pointers.get(at) ?? []).every(({ place, target }) => target === at && program.image.dataAt(place)?.separate === true && isOnlyRead(program, place))
  })
}

/** Bytes that are 255 and that instructions which name them only load, to compare them. */
function* readBytes(program: Program): Iterable<number> {
  const { image, accesses, sweep } = program
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const { addresses, order } = accesses
  for (let position = 0; position < addresses.length; position++) {
    const at = addresses[position]!
    if ((position > 0 && addresses[position - 1] === at) || kind[order[position]!] !== Access.load) continue
    const range = image.dataAt(at)
    if (range?.offset === undefined || range.constant || !range.writable || image.view.getUint8(range.offset + at - range.address) !== NOT_ASKED) continue
    if ([...accesses.range(at, at)].every((access) => kind[access] === Access.load && isCompared(program, from[access]!))) yield at
  }
}

interface Pointer {
  readonly place: number
  readonly target: number
}

/** By address of a byte, of those in order: the places in data that hold it, or the address of what it may be a part of. */
function pointersTo({ image }: Program, bytes: Float64Array): ReadonlyMap<number, Pointer[]> {
  const found = new Map<number, Pointer[]>()
  const note = (place: number, target: number): void => {
    if (isOwnHandle(image, target)) return
    for (let byte = lastAtMost(bytes, target - 1) + 1; byte < bytes.length && bytes[byte]! < target + STRUCTURE; byte++) {
      const known = found.get(bytes[byte]!)
      if (known === undefined) found.set(bytes[byte]!, [{ place, target }])
      else known.push({ place, target })
    }
  }
  for (const [place, { address }] of image.slots) if (address !== undefined) note(place, address)
  for (const [place, target] of image.dataPointers) if (!image.slots.has(place)) note(place, target)
  return found
}

/** __dso_handle, at the beginning of the data, holds its own address. */
function isOwnHandle({ slots, dataPointers }: MemoryImage, at: number): boolean {
  return (slots.get(at)?.address ?? dataPointers.get(at)) === at
}

/** Does somebody store to what reaches it, or have the address of what it may be a part of? */
function mayBeStoredAsPart({ accesses, sweep, image, codeAt }: Program, at: number): boolean {
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  return [...accesses.range(at - STRUCTURE, at - 1)].some((access) => {
    const named = to[access]!
    if (kind[access] === Access.take) return !isOwnHandle(image, named)
    if (kind[access] === Access.load || named < at - BEFORE) return false
    const code = codeAt(from[access]!)
    const operand = code === undefined ? undefined : memoryAccess(code.words[(from[access]! - code.base) / 4]!)
    return operand === undefined || named + operand.size * (operand.second >= 0 || operand.secondVector >= 0 ? 2 : 1) > at
  })
}

/** Does every instruction that loads from this place in the GOT do so to load the byte that it points to, and nothing else? */
function isOnlyRead(program: Program, place: number): boolean {
  const { accesses, sweep } = program
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  return [...accesses.range(place, place)].every((access) => kind[access] === Access.load && isOnlyReadBehind(program, from[access]!))
}

/** Follows what the instruction at `load` puts into a register through the function. */
function isOnlyReadBehind(program: Program, load: number): boolean {
  const code = codeOf(program, program.graph.functionOf(load))
  if (code === undefined) return false
  const { words, base, start, end } = code
  /** By word: registers that hold it there. */
  const holds = new Int32Array((end - start) / 4)
  const work: number[] = []
  const arrive = (at: number, registers: number): boolean => {
    if (registers === 0) return true
    if (at < start || at >= end) return false
    const index = (at - start) / 4
    if ((holds[index]! | registers) === holds[index]) return true
    holds[index]! |= registers
    work.push(at)
    return true
  }
  arrive(load + 4, registersWritten(words[(load - base) / 4]!))
  for (let at = work.pop(); at !== undefined; at = work.pop()) {
    const word = words[(at - base) / 4]!
    const flow = flowOf(word)
    const before = holds[(at - start) / 4]!
    const isCall = flow === Flow.call || flow === Flow.indirectCall
    const after = flow === Flow.next ? behind(program, word, at, before) : isCall ? behindCall(before) : before
    if (after === undefined || flow === Flow.indirectJump) return false
    const jumps = flow !== Flow.next && !isCall && (flow === Flow.jump || !endsPath(flow))
    if (jumps && !arrive(branchTarget(word, flow, at), after)) return false
    // what is called at the end of a function does not return
    if (!endsPath(flow) && !(isCall && at + 4 === end) && !arrive(at + 4, after)) return false
  }
  return true
}

/** Registers that hold the address behind an instruction; undefined where it does anything else with it. */
function behind(program: Program, word: number, at: number, before: number): number | undefined {
  const written = registersWritten(word)
  const moved = movedRegister(word)
  const isHeld = (register: number): boolean => register >= 0 && register < SP && ((before >>> register) & 1) !== 0
  if (isHeld(moved)) return before | written
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand !== undefined && isHeld(operand.base) && !isCompared(program, at)) return undefined
  if (operand === undefined || !isHeld(operand.base)) if ((registersRead(word, Flow.next) & before) !== 0) return undefined
  return before & ~written
}

/** A callee is given what stands in registers for arguments, and may change others. */
function behindCall(before: number): number | undefined {
  const passed = (1 << (ARGUMENTS + 1)) - 1
  return (before & passed) !== 0 ? undefined : before & ~((1 << CALLER_SAVED) - 1)
}

/** Does the instruction at an address load a byte, and one behind it compare that with 1? */
function isCompared({ codeAt }: Program, from: number): boolean {
  const code = codeAt(from)
  if (code === undefined) return false
  const first = (from - code.base) / 4
  const load = code.words[first]!
  const operand = ((load >>> 25) & 5) === 4 ? memoryAccess(load) : undefined
  if (operand === undefined || !operand.load || operand.atomic || operand.size !== 1 || operand.register < 0 || operand.second >= 0 || operand.index >= 0 || operand.writeback !== 'none') return false
  for (let index = first + 1; index <= first + BEHIND; index++) {
    const word = code.words[index] ?? 0
    if ((word & ~(31 << 5)) === COMPARE_WITH_ONE && ((word >>> 5) & 31) === operand.register) return true
    if (flowOf(word) !== Flow.next || destination(word) === operand.register) return false
  }
  return false
}

/** CMP Wn, #1. */
const COMPARE_WITH_ONE = 0x7100_041f
