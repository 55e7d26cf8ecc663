import type { CodeRange } from '../code/code.ts'
import { pointsToItself } from '../code/own-handle.ts'
import { opcodeOf } from '../code/opcode-of.ts'
import { operandSize } from '../code/operand-size.ts'
import { mayStoreBehind } from '../code/stores-behind.ts'
import type { Program } from '../code/program.ts'
import type { Evaluation, GlobalStore } from '../evaluation/evaluation.ts'
import { Access } from '../../program/sweep.ts'
import { certain, join, plain, sameValue, truncated, type Value } from '../../program/value.ts'

/** What lies before a word may be stored together with it. */
const BEFORE = 7
/** It may be a part of what begins so many bytes before it at most, and be stored to by who has the address of that; of what begins farther, by who stores at that distance. */
const STRUCTURE = 128
const LARGE_STRUCTURE = 4096

const WORD = 4
/** Bytes of a vector, beyond which nothing is read at once. */
const LONGEST_READ = 64
/** Of trying what the function makes of what it stored before. */
const ROUNDS = 4

/** Bytes before the immediate of such an instruction: opcode, ModRM, and where it is. */
const IMMEDIATE = 6

/** Bytes of `lea r, [rip + x]`. GCC's start files take the end of data twice in a row, and see whether a table of clones lies between the two. */
const LEA = 7

/** A word of flags in memory. */
interface Word {
  readonly address: number
  readonly size: number
}

/** Variables that are followed, and what the others hold first. */
interface Followed {
  has(at: number): boolean
  initially(at: number, size: number): Value | undefined
}

/** Words that a function which asks the CPU stores to, and of which is known whether they stay as they were but for what it adds. */
export interface KeptWords {
  /** They do, and nobody else stores to them: they hold what the file says with what the function adds. */
  readonly kept: readonly Word[]
  /** They do not: it adds what nobody knows, or more each time. */
  readonly changed: ReadonlySet<number>
}

/**
 * Words of flags that a function which asks the CPU stores as they were with a bit more, where the CPU has nothing (`flags |= 1`).
 * @param again what the function stores where `otherwise` says what memory holds of which nothing else is known
 */
export function keptWords(program: Program, variables: Followed, index: number, evaluation: Evaluation, again: (otherwise: (at: number, size: number) => Value | undefined) => readonly GlobalStore[] | undefined): KeptWords {
  const words = wordsStored(program, index, evaluation).filter(({ address }) => !variables.has(address))
  const held = new Map<number, Value | undefined>()
  // what it does not read makes no difference to what it stores
  if (readsAny(program, index, words)) for (const { address, size } of words) held.set(address, variables.initially(address, size))
  const isAnyKnown = (): boolean => [...held.values()].some((value) => value !== undefined)
  let isSettled = !isAnyKnown()
  for (let round = 0; round < ROUNDS && !isSettled; round++) {
    const stores = again((at, size) => truncated(held.get(at), size))
    isSettled = true
    for (const { address, size } of words) {
      const before = held.get(address)
      const stored = stores?.find((store) => store.address === address && store.size === size)?.value
      const after = before !== undefined && isNumber(stored) ? join(before, certain(stored)) : undefined
      if (before === undefined || sameValue(before, after)) continue
      held.set(address, isNumber(after) ? after : undefined)
      isSettled = false
    }
    isSettled ||= !isAnyKnown()
  }
  const isKept = ({ address }: Word): boolean => isSettled && held.get(address) !== undefined
  return { kept: words.filter((word) => isKept(word) && isOnlyStoredBy(program, index, word)), changed: new Set(words.filter((word) => !isKept(word) && !addsOtherConstants(program, index, evaluation, word)).map(({ address }) => address)) }
}

/** Words that function `index` stores to, and nothing is known of what. */
function wordsStored({ graph, sweep, codeAt }: Program, index: number, { seen, start, globalStores }: Evaluation): readonly Word[] {
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const known = new Set(globalStores.map(({ address }) => address))
  const found: Word[] = []
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    const [address, place] = [to[access]!, codeAt(from[access]!)]
    const isRun = kind[access] === Access.store && (seen[from[access]! - start]! & 1) !== 0
    if (!isRun || place === undefined || known.has(address)) continue
    known.add(address)
    const size = operandSize(place.code, from[access]! - place.base)
    if (size <= WORD) found.push({ address, size })
  }
  return found
}

/** Does function `index` read one of `words`, or a part of it, by its address? Whatever is no MOV reads what it stores to. */
function readsAny({ graph, sweep, codeAt }: Program, index: number, words: readonly Word[]): boolean {
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    const at = to[access]!
    if (kind[access] === Access.take || !words.some(({ address, size }) => at > address - LONGEST_READ && at < address + size)) continue
    const place = codeAt(from[access]!)
    if (kind[access] === Access.load || place === undefined || !isMove(place.code, from[access]! - place.base)) return true
  }
  return false
}

/** MOV from a register or of an immediate. */
function isMove(code: Uint8Array, at: number): boolean {
  const opcode = code[opcodeOf(code, at)]!
  return opcode === 0x88 || opcode === 0x89 || opcode === 0xc6 || opcode === 0xc7
}

/**
 * Does function `index` add nothing but constants to the word (`or dword [rip + x], 4`), on this CPU none of the bits that it adds on others? Which of them it adds
 * here hangs on what is no feature: libgcc asks for the vendor, too.
 */
function addsOtherConstants({ graph, sweep, codeAt }: Program, index: number, { seen, start }: Evaluation, { address }: Word): boolean {
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  let here = 0
  let elsewhere = 0
  for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
    if (to[access] !== address || kind[access] !== Access.store) continue
    const range = codeAt(from[access]!)
    const added = range === undefined ? undefined : constantAdded(range, from[access]! - range.base)
    if (added === undefined) return false
    if ((seen[from[access]! - start]! & 1) !== 0) here |= added
    else elsewhere |= added
  }
  return (here & elsewhere) === 0
}

/** What OR (group 1: 80, 81, 83 /1) adds to a place that is relative to RIP: a constant. */
function constantAdded({ code, view }: CodeRange, at: number): number | undefined {
  const opcode = code[at]!
  if ((opcode & 0xfc) !== 0x80 || opcode === 0x82 || code[at + 1] !== 0x0d) return undefined
  return opcode === 0x81 ? view.getInt32(at + IMMEDIATE, true) : view.getInt8(at + IMMEDIATE)
}

/** Does function `index` read the word and store to it, nobody else store to it, and nobody have its address? */
function isOnlyStoredBy(program: Program, index: number, { address: at, size }: Word): boolean {
  const { accesses, graph, image, sweep, codeAt } = program
  const range = image.dataAt(at)
  if (range === undefined || !range.writable || range.constant) return false
  const from = sweep.accessFrom.values()
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  let isRead = false
  for (const access of accesses.range(at - BEFORE, at + size - 1)) {
    const user = graph.functionOf(from[access]!)
    const place = codeAt(from[access]!)
    const isBefore = to[access]! < at && kind[access] !== Access.take && place !== undefined && operandSize(place.code, from[access]! - place.base) <= at - to[access]!
    if (isBefore) continue
    if (kind[access] === Access.take || (kind[access] === Access.store && user !== index)) return false
    if (kind[access] === Access.load && user === index && to[access] === at) isRead = true
  }
  if (!isRead) return false
  const before = [...accesses.range(at - STRUCTURE, at - 1)].filter((access) => kind[access] === Access.take && !pointsToItself(image, to[access]!))
  const isEndOfData = (access: number): boolean => before.some((other) => to[other] === to[access] && Math.abs(from[other]! - from[access]!) === LEA)
  if (!before.every(isEndOfData)) return false
  for (const access of accesses.range(at - LARGE_STRUCTURE, at - STRUCTURE - 1)) {
    if (kind[access] === Access.take && !pointsToItself(image, to[access]!) && mayStoreBehind(program, from[access]!, at - to[access]!)) return false
  }
  for (const { address } of image.slots.values()) if (address !== undefined && !pointsToItself(image, address) && address <= at && address > at - STRUCTURE) return false
  return true
}

function isNumber(value: Value | undefined): value is Value {
  return value?.base === plain && value.words.length > 0 && value.partial !== true
}
