import { isZero, plain, sameValue, type Value, valueOf } from '../../program/value.ts'

/** What a conditional branch looks at. */
export interface Flags {
  readonly kind: 'compare' | 'logic' | 'result' | 'carry' | 'bit' | 'shift'
  /** Left side of a comparison; the result otherwise (of a `shift`, what went out last is on the right); for `carry`, 0 or 1; for `bit`, which one of the right side. */
  readonly left: Value
  readonly right: Value
  readonly size: number
  /** Where the left side came from, so that a branch can tell more about it: register, or -1. */
  readonly register: number
  /** The same for a variable. */
  readonly place: number | undefined
  /** What the left side is where the two are equal: an address in the frame. The numbers say nothing then. */
  readonly equal?: Value | undefined
}

/** Makes flags, all of one shape. */
export function flagsOf(kind: Flags['kind'], left: Value, right: Value, size: number, register = -1, place?: number, equal?: Value): Flags {
  return { kind, left, right, size, register, place, equal }
}

/** Do two comparisons on different ways here say the same? */
export function sameFlags(a: Flags, b: Flags | undefined): boolean {
  if (a === b) return true
  if (b === undefined || a.kind !== b.kind || a.size !== b.size || a.register !== b.register || a.place !== b.place) return false
  return sameValue(a.left, b.left) && sameValue(a.right, b.right) && sameValue(a.equal, b.equal)
}

/** Flags where two ways meet that are not the same: two registers with like numbers may have been tested (`runtime.x86HasSSE41`, in Go). */
export function joinFlags(a: Flags, b: Flags | undefined): Flags | undefined {
  if (b === undefined || a.kind !== b.kind || a.size !== b.size || a.equal !== undefined || b.equal !== undefined) return undefined
  if (!sameValue(a.left, b.left) || !sameValue(a.right, b.right)) return undefined
  return a.register < 0 && a.place === undefined ? a : flagsOf(a.kind, a.left, a.right, a.size, -1, undefined)
}

/**
 * Outcomes of condition `code` (low four bits of a Jcc opcode): bit 0: can be false, bit 1: can be true. What somebody
 * overrides (with an environment variable) is not for us to judge: numbers that are not known count as if they never occurred.
 */
export function outcomes(flags: Flags, code: number): number {
  if (flags.left.words.length === 0 || flags.right.words.length === 0) return 3
  if (flags.right.hull === true) return 3
  if (flags.left.hull === true) {
    const asksForZero = flags.kind === 'carry' || (code >> 1 === 2 && isZero(flags.right))
    // its numbers are the least and the most
    const asksForOrder = flags.kind === 'compare' && (code >> 1 === 1 || code >> 1 === 3)
    if (!asksForZero && !asksForOrder) return code >> 1 === 2 && flags.kind === 'compare' && isNeverIn(flags.left, flags.right) ? ((code & 1) === 1 ? 2 : 1) : 3
  }
  let possible = 0
  for (let at = 0; at < flags.left.words.length; at += 2) possible |= outcomesOfOne(flags, at, code)
  return possible
}

/** Is none of the numbers among those that have all bits of the first number of a hull, and no others than the second? */
function isNeverIn({ words: hull }: Value, { words, partial }: Value): boolean {
  if (partial === true) return false
  for (let at = 0; at < words.length; at += 2) {
    const [low, high] = [words[at]!, words[at + 1]!]
    if (((hull[0]! & ~low) | (low & ~hull[2]!) | (hull[1]! & ~high) | (high & ~hull[3]!)) === 0) return false
  }
  return true
}

/** The numbers of the left side that allow `outcome`. */
export function refined(flags: Flags, code: number, outcome: boolean): Value | undefined {
  if (flags.left.hull === true || flags.right.hull === true) return undefined
  const words: number[] = []
  for (let at = 0; at < flags.left.words.length; at += 2) {
    if ((outcomesOfOne(flags, at, code) & (outcome ? 2 : 1)) !== 0) words.push(flags.left.words[at]!, flags.left.words[at + 1]!)
  }
  const { base, detected, partial, hull } = flags.left
  return words.length === 0 ? undefined : valueOf(base, words, detected, partial, hull)
}

/** The numbers of a whole register of which `size` bytes were compared, and are among those of `part`: what stands above them stays (`mov al, [rax]`). */
export function restricted(whole: Value, size: number, part: Value): Value {
  if (size === 8 || whole.base !== plain || whole.hull === true) return part
  const words: number[] = []
  for (let at = 0; at < whole.words.length; at += 2) {
    const low = whole.words[at]! & (size === 4 ? -1 : size === 2 ? 0xffff : 0xff)
    for (let other = 0; other < part.words.length; other += 2) if (part.words[other] === low) words.push(whole.words[at]!, whole.words[at + 1]!)
  }
  return words.length === 0 ? part : valueOf(whole.base, words, whole.detected, whole.partial, whole.hull)
}

function outcomesOfOne(flags: Flags, at: number, code: number): number {
  const { left, right } = flags
  let possible = 0
  for (let other = 0; other < right.words.length; other += 2) {
    const holds = conditionHolds(flags.kind, code >> 1, flags.size, left.words[at]!, left.words[at + 1]!, right.words[other]!, right.words[other + 1]!)
    if (holds === undefined) return 3
    possible |= (code & 1) === 1 ? (holds ? 1 : 2) : holds ? 2 : 1
  }
  return possible
}

function conditionHolds(
  kind: Flags['kind'],
  condition: number,
  size: number,
  aLow: number,
  aHigh: number,
  bLow: number,
  bHigh: number,
): boolean | undefined {
  if (kind === 'carry') return condition === 1 ? aLow !== 0 : undefined
  if (kind === 'bit') return condition === 1 ? ((aLow < 32 ? bLow >>> aLow : bHigh >>> (aLow - 32)) & 1) !== 0 : undefined
  // the last bit shifted out stands on the right
  if (kind === 'shift' && condition === 1) return bLow !== 0
  // carry and overflow of additions and other shifts are not kept
  if ((kind === 'result' || kind === 'shift') && condition !== 2 && condition !== 4) return undefined
  const compare = kind === 'compare'
  const low = compare ? bLow : 0
  const high = compare ? bHigh : 0
  const bits = size * 8
  switch (condition) {
    case 1:
      return compare && unsigned(aLow, aHigh, bits) < unsigned(low, high, bits)
    case 2:
      return unsigned(aLow, aHigh, bits) === unsigned(low, high, bits) && (size < 8 || (aLow === low && aHigh === high))
    case 3:
      return unsigned(aLow, aHigh, bits) <= unsigned(low, high, bits)
    case 4:
      // the sign of the difference, which wraps
      return bits === 64 ? (aHigh - high - (aLow >>> 0 < low >>> 0 ? 1 : 0)) << 0 < 0 : (aLow - low) << (32 - bits) < 0
    case 6:
      return signed(aLow, aHigh, bits) < signed(low, high, bits)
    case 7:
      return signed(aLow, aHigh, bits) <= signed(low, high, bits)
    default:
      return undefined // overflow and parity
  }
}

function unsigned(low: number, high: number, bits: number): number {
  return bits === 64 ? (high >>> 0) * 0x1_0000_0000 + (low >>> 0) : (low << (32 - bits)) >>> (32 - bits)
}

function signed(low: number, high: number, bits: number): number {
  return bits === 64 ? high * 0x1_0000_0000 + (low >>> 0) : (low << (32 - bits)) >> (32 - bits)
}
