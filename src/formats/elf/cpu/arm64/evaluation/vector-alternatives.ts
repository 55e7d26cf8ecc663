import { join, number, plain, type Value } from '../../program/value.ts'
import { sameVector, type Vector, valueOf } from '../../program/vector.ts'

/** What a vector register may hold: one of these. */
export type Vectors = readonly Vector[]

/** As many as numbers in a general register. */
const MOST = 4

/** Registers as an instruction finds them, where each holds one thing for sure. */
export interface Certain {
  vector(register: number): Vector | undefined
  read(register: number, size?: number): Value | undefined
}

interface Registers {
  readonly vectors: readonly (Vectors | undefined)[]
  read(register: number, size?: number): Value | undefined
}

/** Whatever any of `vectors` is; nothing where that are too many. */
export function oneOf(vectors: Iterable<Vector | undefined>): Vectors | undefined {
  const distinct: Vector[] = []
  for (const vector of vectors) {
    if (vector === undefined) return undefined
    if (distinct.some((other) => sameVector(vector, other))) continue
    if (distinct.length === MOST) return undefined
    distinct.push(vector)
  }
  return distinct
}

export function sameVectors(a: Vectors, b: Vectors | undefined): boolean {
  return a === b || (b !== undefined && a.length === b.length && a.every((vector) => b.some((other) => sameVector(vector, other))))
}

/** What holds when either may hold: kept where a check has to do with it. */
export function joinVectors(a: Vectors, b: Vectors | undefined): Vectors | undefined {
  if (b === undefined || !(a[0]!.detected || b[0]!.detected)) return undefined
  return oneOf([...a, ...b])
}

/** The `size` bytes at `offset` of any of them. */
export function valueIn(vectors: Vectors, offset: number, size: number): Value | undefined {
  let value: Value | undefined = valueOf(vectors[0]!, offset, size)
  for (const vector of vectors.slice(1)) value = value === undefined ? undefined : join(value, valueOf(vector, offset, size))
  return value
}

/**
 * Registers with each of what an instruction may find in those that it names: flags that are none where a file cannot be opened
 * (`DUP V0.4S, W8` of 0 or HWCAP).
 */
export function* eachOf(machine: Registers, word: number): Iterable<Certain> {
  const source = (word >>> 5) & 31
  const numbers = oneOfSeveral(machine.read(source))
  const open = [...new Set([word & 31, source, (word >>> 16) & 31])].filter((register) => (machine.vectors[register]?.length ?? 0) > 1)
  let count = numbers.length
  for (const register of open) count *= machine.vectors[register]!.length
  for (let choice = 0; choice < count; choice++) {
    const chosen = new Map<number, Vector>()
    let rest = choice
    for (const register of open) {
      const held = machine.vectors[register]!
      chosen.set(register, held[rest % held.length]!)
      rest = Math.floor(rest / held.length)
    }
    yield {
      // of tables of several registers (TBL) only the first is named
      vector: (register) => chosen.get(register) ?? onlyOne(machine.vectors[register]),
      read: (register, size) => (register === source && size === undefined ? numbers[rest] : machine.read(register, size)),
    }
  }
}

function onlyOne(held: Vectors | undefined): Vector | undefined {
  return held?.length === 1 ? held[0] : undefined
}

/** Each number that a register may hold, where all are known. */
function oneOfSeveral(value: Value | undefined): readonly (Value | undefined)[] {
  if (value === undefined || value.base !== plain || value.words.length <= 2 || value.hull === true || value.partial === true) return [value]
  const numbers: Value[] = []
  for (let at = 0; at < value.words.length; at += 2) numbers.push(number(value.words[at]!, value.words[at + 1]!, value.detected))
  return numbers
}
