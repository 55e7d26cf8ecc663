import { plain, type Value, withWords } from '../../program/value.ts'

/** What set N, Z, C and V last. */
export interface Flags {
  /** SUBS, ANDS, ADDS, four given bits, or SUBS of what is never the same. */
  readonly kind: 'subtract' | 'and' | 'add' | 'given' | 'unequal'
  readonly left: Value
  readonly right: Value
  readonly size: 4 | 8
  /** The left side came from this register, or -1. */
  readonly register: number
  /** N Z C V of another way to the same place. */
  readonly otherwise: number | undefined
}

/** Makes flags, all of one shape: see `valueOf`. */
export function flagsOf(kind: Flags['kind'], left: Value, right: Value, size: 4 | 8, register: number, otherwise?: number): Flags {
  return { kind, left, right, size, register, otherwise }
}

export function withOtherwise({ kind, left, right, size, register }: Flags, otherwise: number): Flags {
  return flagsOf(kind, left, right, size, register, otherwise)
}

/** Outcomes of an A64 condition: bit 0: it can be false, bit 1: it can be true. */
export function outcomesOf(flags: Flags | undefined, condition: number): number {
  if (condition >= 14) return 2
  if (flags === undefined) return 3
  return flags.otherwise === undefined ? outcomesOfCompared(flags, condition) : outcomesOfCompared(flags, condition) | (holds(flags.otherwise, condition) ? 2 : 1)
}

function outcomesOfCompared(flags: Flags, condition: number): number {
  if (flags.kind === 'unequal') return condition === 0 ? 1 : condition === 1 ? 2 : 3
  if (flags.left.partial === true || flags.right.partial === true || flags.right.hull === true) return 3
  if (flags.left.hull === true) return outcomesOfHull(flags, condition)
  let possible = 0
  for (let at = 0; at < flags.left.words.length; at += 2) possible |= outcomesOfOne(flags, at, condition)
  return possible === 0 ? 3 : possible
}

/** Of the bits set in all and in any, only whether they can be zero is told. */
function outcomesOfHull(flags: Flags, condition: number): number {
  if (condition > 1 || flags.kind === 'given') return 3
  const isZero = flags.right.words.length === 2 && flags.right.words[0] === 0 && flags.right.words[1] === 0
  if (!isZero && flags.kind !== 'and') return 3
  const [low = 0, high = 0] = flags.left.words
  const equal = low === 0 && high === 0 ? 3 : 1
  return condition === 0 ? equal : swapped(equal)
}

function swapped(outcomes: number): number {
  return ((outcomes & 1) << 1) | (outcomes >> 1)
}

/** The numbers of the left side that allow the outcome; undefined when that tells nothing new. */
export function refinedLeft(flags: Flags, condition: number, outcome: boolean): Value | undefined {
  const { left, right } = flags
  if (flags.otherwise !== undefined || left.hull === true || right.hull === true || left.partial === true || left.base !== plain || left.words.length <= 2) return undefined
  const words: number[] = []
  for (let at = 0; at < left.words.length; at += 2) {
    if ((outcomesOfOne(flags, at, condition) & (outcome ? 2 : 1)) !== 0) words.push(left.words[at]!, left.words[at + 1]!)
  }
  return words.length === 0 || words.length === left.words.length ? undefined : withWords(left, words)
}

function outcomesOfOne(flags: Flags, at: number, condition: number): number {
  let possible = 0
  for (let other = 0; other < flags.right.words.length; other += 2) {
    const bits = bitsOf(flags, flags.left.words[at]!, flags.left.words[at + 1]!, flags.right.words[other]!, flags.right.words[other + 1]!)
    possible |= holds(bits, condition) ? 2 : 1
  }
  return possible
}

/** N Z C V as bits 3 to 0. */
function bitsOf({ kind, size }: Flags, aLow: number, aHigh: number, bLow: number, bHigh: number): number {
  if (kind === 'given') return aLow & 15
  const width = size === 8 ? 64 : 32
  const a = BigInt.asUintN(width, (BigInt(aHigh) << 32n) | BigInt(aLow >>> 0))
  const b = BigInt.asUintN(width, (BigInt(bHigh) << 32n) | BigInt(bLow >>> 0))
  const negative = (value: bigint): boolean => BigInt.asIntN(width, value) < 0n
  const result = BigInt.asUintN(width, kind === 'and' ? a & b : kind === 'add' ? a + b : a - b)
  const n = negative(result) ? 8 : 0
  const z = result === 0n ? 4 : 0
  if (kind === 'and') return n | z
  const c = (kind === 'add' ? a + b >= 1n << BigInt(width) : a >= b) ? 2 : 0
  const overflows = kind === 'add' ? negative(a) === negative(b) && negative(result) !== negative(a) : negative(a) !== negative(b) && negative(result) !== negative(a)
  return n | z | c | (overflows ? 1 : 0)
}

function holds(bits: number, condition: number): boolean {
  const n = (bits & 8) !== 0
  const z = (bits & 4) !== 0
  const c = (bits & 2) !== 0
  const v = (bits & 1) !== 0
  const even = [z, c, n, v, c && !z, n === v, n === v && !z, true][condition >> 1]!
  return (condition & 1) === 0 ? even : !even
}
