/**
 * What is known of a 64-bit register or variable: up to four numbers it may hold, or an offset from what a register held
 * on entry to the function. `undefined` stands for anything.
 */
export interface Value {
  /** Register the numbers are relative to (`plain`: none). */
  readonly base: number
  /** Low and high word of each number, as int32 pairs. */
  readonly words: readonly number[]
  /** Comes from CPUID, or was chosen by what comes from there. */
  readonly detected: boolean
  /**
   * It holds other numbers too, which are not known: an environment variable may override what CPUID says. Without any
   * words: anything, for good.
   */
  readonly partial?: true | undefined
  /** The two numbers are the bits set in all, and in any, of more numbers: what is left of a word of flags with many states. */
  readonly hull?: true | undefined
}

export const plain = -1
/** Pointer to a table of CPU features that another file keeps: everything behind it is absent. */
export const featureTable = -2

/** A number that is not known, but that is not what CPUID says: see `Origins`. On AArch64: what a text of somebody says, see `overridden`. */
export const clean = -3

/** Makes a value. All have the same fields in the same order: what works on them is then compiled once, not for each shape. */
export function valueOf(base: number, words: readonly number[], detected: boolean, partial?: true, hull?: true): Value {
  return { base, words, detected, partial, hull }
}

/** The same but for its numbers. */
export function withWords(value: Value, words: readonly number[]): Value {
  return valueOf(value.base, words, value.detected, value.partial, value.hull)
}

export const untouched: Value = valueOf(clean, [0, 0], false)

const LIMIT = 8 // words: four numbers

/** Numbers below this and above its opposite are made once: half of all that instructions name. */
const SMALL = 512
const smallNumbers = Array.from({ length: 2 * SMALL }, (_, place) => valueOf(plain, [place - SMALL, place < SMALL ? -1 : 0], false))

export function number(low: number, high = 0, detected = false): Value {
  if (!detected && low >= -SMALL && low < SMALL && high === low >> 31) return smallNumbers[(low + SMALL) | 0]!
  return valueOf(plain, [low | 0, high | 0], detected)
}

/** A number up to 2^53, such as an address. */
export function address(value: number): Value {
  return number(value | 0, Math.floor(value / 0x1_0000_0000))
}

export function relative(base: number, offset: number): Value {
  return valueOf(base, [offset | 0, offset < 0 ? -1 : 0], false)
}

/** The one number that `value` can be, when that is exact as a `number` and not negative. */
export function singleAddress(value: Value | undefined): number | undefined {
  if (value === undefined || value.base !== plain || value.words.length !== 2) return undefined
  const high = value.words[1]!
  return high < 0 || high >= 0x20_0000 ? undefined : high * 0x1_0000_0000 + (value.words[0]! >>> 0)
}

/** What is below is no address, but a number: the first page is not mapped. */
export const LOWEST_ADDRESS = 0x1000

/** The addresses that a value may be. */
export function addressesIn(value: Value | undefined): number[] {
  const addresses: number[] = []
  if (value?.base !== plain) return addresses
  for (let word = 0; word < value.words.length; word += 2) addresses.push(value.words[word + 1]! * 0x1_0000_0000 + (value.words[word]! >>> 0))
  return addresses
}

/** Offset of a relative value, when there is one. */
export function singleOffset(value: Value): number | undefined {
  return value.words.length === 2 ? value.words[0]! : undefined
}

export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value.partial === true || value.base !== plain) return false
  const { words } = value
  for (let index = 0; index < words.length; index++) if (words[index] !== 0) return false
  return true
}

export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a.base !== b.base || a.detected !== b.detected || a.partial !== b.partial || a.hull !== b.hull) return false
  const ours = a.words
  const theirs = b.words
  if (ours.length !== theirs.length) return false
  for (let index = 0; index < ours.length; index++) if (ours[index] !== theirs[index]) return false
  return true
}

/** Are all numbers known that it can be? */
export function isExact({ base, words, partial, hull }: Value): boolean {
  return base === plain && words.length > 0 && partial !== true && hull !== true
}

/** What CPUID says, in a way that was not followed. */
export const anything: Value = valueOf(plain, [], true, true)

export function withNumbers(base: number, words: readonly number[], detected: boolean, partial = false): Value | undefined {
  if (partial && words.length === 0) return anything
  if (words.length === 2) return valueOf(base, words, detected, partial ? true : undefined)
  const distinct: number[] = []
  for (let at = 0; at < words.length; at += 2) {
    let found = false
    for (let other = 0; other < distinct.length; other += 2) {
      if (distinct[other] === words[at] && distinct[other + 1] === words[at + 1]) found = true
    }
    if (!found) distinct.push(words[at]!, words[at + 1]!)
  }
  if (distinct.length > LIMIT) return partial ? anything : undefined
  return valueOf(base, distinct, detected, partial ? true : undefined)
}

/**
 * What counts where a check and a number that somebody gives (`clean`, of an environment variable) meet: the check. Whoever gives another number
 * has to answer for it.
 */
export function overridden(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a?.base === clean && b?.detected === true && b.base === plain) return b
  return b?.base === clean && a?.detected === true && a.base === plain ? a : undefined
}

/** What holds when either may hold. */
export function join(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === b || sameValue(a, b)) return a
  if (a === undefined || b === undefined || a.base !== b.base) {
    const known = a?.detected === true ? a : b
    return known?.detected === true && known.base === plain ? withNumbers(plain, known.words, true, true) : undefined
  }
  return joinNumbers(a, b)
}

function joinNumbers(a: Value, b: Value): Value | undefined {
  if (a.words.length === 0) return a
  if (b.words.length === 0) return b
  const partial = a.partial === true || b.partial === true
  const words = a.words.concat(b.words)
  const detected = a.detected || b.detected
  if (a.hull === true || b.hull === true) return hullOf(words, detected, partial)
  const joined = withNumbers(a.base, words, detected, partial)
  return detected && a.base === plain && (joined === undefined || joined.words.length === 0) ? hullOf(words, detected, partial) : joined
}

function hullOf(words: readonly number[], detected: boolean, partial: boolean): Value {
  const hull: [number, number, number, number] = [-1, -1, 0, 0]
  for (let at = 0; at < words.length; at += 2) {
    hull[0] &= words[at]!
    hull[1] &= words[at + 1]!
    hull[2] |= words[at]!
    hull[3] |= words[at + 1]!
  }
  const isOne = hull[0] === hull[2] && hull[1] === hull[3]
  return valueOf(plain, isOne ? [hull[0], hull[1]] : hull, detected, partial ? true : undefined, isOne ? undefined : true)
}

/** Operations that treat bits one by one carry the bits set in all and in any number on; the others lose them. */
function computeHull(operation: Operation, a: Value, b: Value): Value | undefined {
  if (a.base !== plain || b.base !== plain || a.words.length === 0 || b.words.length === 0) return undefined
  const shifts = (operation === 'shl' || operation === 'shr') && b.words.length === 2
  if (operation !== 'and' && operation !== 'or' && !shifts) return undefined
  const detected = a.detected || b.detected
  const left = hullOf(a.words, detected, false).words
  const right = hullOf(b.words, detected, false).words
  const least = computeOne(operation, left[0]!, left[1]!, right[0]!, right[1]!)
  const most = computeOne(operation, left.at(-2)!, left.at(-1)!, right.at(-2)!, right.at(-1)!)
  return hullOf([...least, ...most], detected, a.partial === true || b.partial === true)
}

/** `value` AND something unknown: no bit is set that `value` has not. */
function someBitsOf(value: Value): Value | undefined {
  if (value.base !== plain || value.words.length === 0 || value.partial === true) return undefined
  return hullOf([0, 0, ...value.words], true, false)
}

export function detectedAs(value: Value, detected: boolean): Value {
  return value.detected === detected ? value : valueOf(value.base, value.words, detected, value.partial, value.hull)
}

/** What is known of it, without the doubt that there may be more. */
export function certain({ base, words, hull }: Value): Value {
  return valueOf(base, words, true, undefined, hull)
}

/** The low `size` bytes, zero-extended. */
export function truncated(value: Value | undefined, size: number): Value | undefined {
  if (value === undefined || size === 8 || value.base === clean) return value
  if (value.base !== plain) return undefined
  if (value.words.length === 2 && value.partial !== true) {
    const low = value.words[0]! & (size === 4 ? -1 : size === 2 ? 0xffff : 0xff)
    return low === value.words[0] && value.words[1] === 0 ? value : valueOf(plain, [low, 0], value.detected)
  }
  return eachTruncated(value, size)
}

function eachTruncated(value: Value, size: number): Value | undefined {
  const words: number[] = []
  const mask = size === 4 ? -1 : size === 2 ? 0xffff : 0xff
  for (let at = 0; at < value.words.length; at += 2) words.push(value.words[at]! & mask, 0)
  if (value.hull === true) return hullOf(words, value.detected, value.partial === true)
  return withNumbers(plain, words, value.detected, value.partial)
}

export function signExtended(value: Value | undefined, size: number): Value | undefined {
  if (value?.base === clean) return value
  if (value === undefined || size === 8 || value.base !== plain) return value?.base === plain ? value : undefined
  if (value.hull === true) return undefined
  const words: number[] = []
  for (let at = 0; at < value.words.length; at += 2) {
    const low = value.words[at]!
    const extended = size === 4 ? low : size === 2 ? (low << 16) >> 16 : (low << 24) >> 24
    words.push(extended, extended < 0 ? -1 : 0)
  }
  return withNumbers(plain, words, value.detected, value.partial)
}

export type Operation = 'add' | 'or' | 'and' | 'sub' | 'xor' | 'shl' | 'shr' | 'sar' | 'mul'

/** `a operation b`, at full width. */
export function compute(operation: Operation, a: Value | undefined, b: Value | undefined): Value | undefined {
  if (operation === 'and' || operation === 'mul') {
    // nothing survives a zero, whatever the other side is
    if (isZero(a)) return a
    if (isZero(b)) return b
  }
  if (operation === 'and' && (a ?? b)?.detected === true && (a === undefined || b === undefined)) return someBitsOf((a ?? b)!)
  if (a === undefined || b === undefined) return undefined
  if (a.hull === true || b.hull === true) return computeHull(operation, a, b)
  let base = plain
  if (a.base !== plain || b.base !== plain) {
    if (operation === 'add' && b.base === plain) base = a.base
    else if (operation === 'add' && a.base === plain) base = b.base
    else if (operation === 'sub' && b.base === plain) base = a.base
    else if (operation === 'and' && b.base === plain && b.words[0]! < 0) return a // stack alignment
    else return undefined
  }
  if (a.words.length === 2 && b.words.length === 2 && a.partial !== true && b.partial !== true) {
    return valueOf(base, computeOne(operation, a.words[0]!, a.words[1]!, b.words[0]!, b.words[1]!), a.detected || b.detected)
  }
  return computeEach(operation, base, a, b)
}

/** Each number of one with each of the other. */
function computeEach(operation: Operation, base: number, a: Value, b: Value): Value | undefined {
  const words: number[] = []
  for (let i = 0; i < a.words.length; i += 2) {
    for (let j = 0; j < b.words.length; j += 2) {
      const result = computeOne(operation, a.words[i]!, a.words[i + 1]!, b.words[j]!, b.words[j + 1]!)
      words.push(result[0], result[1])
    }
  }
  return withNumbers(base, words, a.detected || b.detected, a.partial === true || b.partial === true)
}

function computeOne(operation: Operation, aLow: number, aHigh: number, bLow: number, bHigh: number): [number, number] {
  switch (operation) {
    case 'add': {
      const low = (aLow >>> 0) + (bLow >>> 0)
      return [low | 0, (aHigh + bHigh + (low > 0xffff_ffff ? 1 : 0)) | 0]
    }
    case 'sub':
      return [(aLow - bLow) | 0, (aHigh - bHigh - (aLow >>> 0 < bLow >>> 0 ? 1 : 0)) | 0]
    case 'and':
      return [aLow & bLow, aHigh & bHigh]
    case 'or':
      return [aLow | bLow, aHigh | bHigh]
    case 'xor':
      return [aLow ^ bLow, aHigh ^ bHigh]
    case 'mul':
      return [Math.imul(aLow, bLow), (highOfProduct(aLow, bLow) + Math.imul(aLow, bHigh) + Math.imul(aHigh, bLow)) | 0]
    case 'shl':
    case 'shr':
    case 'sar':
      return shifted(operation, aLow, aHigh, bLow & 63)
  }
}

/** The high word of the product of two words without sign. */
function highOfProduct(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const other = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 0x1_0000) + Math.floor(other / 0x1_0000)) | 0
}

/** Words are kept as integers all through: an array of other numbers is of another kind, and what works on both is compiled again. */
function shifted(operation: 'shl' | 'shr' | 'sar', low: number, high: number, count: number): [number, number] {
  const filler = operation === 'sar' ? high >> 31 : 0
  if (count === 0) return [low, high]
  if (operation === 'shl') return count < 32 ? [low << count, (high << count) | (low >>> (32 - count))] : [0, low << (count - 32)]
  if (count < 32) return [(low >>> count) | (high << (32 - count)), operation === 'sar' ? high >> count : (high >>> count) | 0]
  return [operation === 'sar' ? high >> (count - 32) : (high >>> (count - 32)) | 0, filler]
}
