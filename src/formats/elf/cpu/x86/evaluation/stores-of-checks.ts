import type { CallingConvention } from './calling-convention.ts'
import type { Evaluation, FunctionLeaks, ParameterStore } from './evaluation.ts'
import type { FlagStore } from './flags-of-objects.ts'
import type { Effects, FieldWrite } from './effects.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { Register, LEAST_FIELD, placeKey } from './state.ts'
import { detectedAs, isZero, number, plain, sameValue, type Value } from '../../program/value.ts'

/** An evaluation that is being made: completed in place, so that all are of one shape. */
export type Draft = Writable<Omit<Evaluation, 'leaks'>> & { readonly leaks: Writable<FunctionLeaks> }

type Writable<Shape> = { -readonly [Key in keyof Shape]: Shape[Key] }

/** Flags that a function only sets where a check comes out differently, in objects that are passed to it, by place: there they are not set. */
export function clearFlags(flags: readonly FlagStore[], evaluator: Effects, regardless: Effects): Map<number, number> {
  const clear = new Map<number, number>()
  for (const [key, { register, offset, size }] of regardless.storedThrough) {
    if (evaluator.storedThrough.has(key) || !argumentRegisters.includes(register)) continue
    for (const flag of flags) {
      if (flag.offset < offset || flag.offset >= offset + size) continue
      const place = placeKey(register, flag.offset)
      clear.set(place, (clear.get(place) ?? 0) | flag.bits)
    }
  }
  return clear
}

/** Is it what an argument points to, or the place of a result on the stack, where assembly of Go returns such? */
function isCallers({ register, offset }: { readonly register: number; readonly offset: number }, { isGo }: CallingConvention): boolean {
  return argumentRegisters.includes(register) || (isGo && register === Register.rsp && offset >= FIRST_RESULT)
}

/** Bytes of the return address. */
const FIRST_RESULT = 8

export function isFlag(value: Value | undefined): boolean {
  return value?.base === plain && value.words.length > 0 && value.words.every((word) => word >>> 0 < 0x1000)
}

/**
 * What stays of what a function stores to an object, where it stores something else there on other CPUs: a default, as most
 * constructors begin with.
 */
export function settledStores(seen: Uint8Array, evaluator: Effects, regardless: Effects | undefined, convention: CallingConvention): ParameterStore[] {
  const settled: ParameterStore[] = []
  const settle = (key: number): boolean => {
    const place = evaluator.storedThrough.get(key)
    if (place === undefined || !isCallers(place, convention)) return false
    const value = evaluator.leftIn(key)
    // a vector with two pointers is stored in four parts
    const isHalf = place.size === 4 && (place.offset & 4) !== 0 && evaluator.storedThrough.has(key - 4) && !isFlag(evaluator.leftIn(key - 4))
    if (!isHalf && isFlag(value) && value?.detected === false) settled.push({ register: place.register, offset: place.offset, size: place.size, value: detectedAs(value, true) })
    return true
  }
  for (const [key, sites] of regardless?.sites ?? []) {
    if (sites.every((at) => (seen[at]! & 1) !== 0) || !settle(key)) continue
    // a number and the tag behind it may be stored at once there, and one by one here
    const behind = evaluator.storedThrough.get(key)!.size === 4 ? regardless!.sites.get(key + 4) : undefined
    if (behind?.every((at) => (seen[at]! & 1) !== 0) === true) settle(key + 4)
  }
  return settled
}

/** What a function leaves in what it is to fill in, where a check has it do no more than to say that there is nothing: `None` of Rust. */
export function storesGivingUp(evaluator: Effects, convention: CallingConvention): ParameterStore[] {
  const stores: ParameterStore[] = []
  for (const [key, { register, offset, size }] of evaluator.storedThrough) {
    const value = evaluator.leftIn(key)
    if (isCallers({ register, offset }, convention) && isFlag(value)) stores.push({ register, offset, size, value: detectedAs(value!, true) })
  }
  return stores
}

/**
 * What is stored to fields, told apart: what a check found out, and something else. A number that would be another one
 * had the check come out differently is what it found out, too.
 */
export function addFields(
  evaluation: Draft,
  found: { readonly skipped: Iterable<number>; readonly ambiguous: Iterable<number>; readonly settled: readonly ParameterStore[] },
  writes: ReadonlyMap<number, FieldWrite>,
  regardless: ReadonlyMap<number, FieldWrite> | undefined,
): void {
  const { settled } = found
  // what a check leaves in a field by default is not followed there: too many fields are none at all
  const fieldStores = [...evaluation.fieldStores]
  const otherFields = new Set<number>()
  const ambiguous = new Set(found.ambiguous)
  const leaked = new Set(evaluation.leaks.fields)
  const stored = new Set(evaluation.leaks.stored)
  const toArguments = new Set(evaluation.leaks.toArguments)
  const leak = (offset: number): void => {
    leaked.add(offset)
    stored.add(offset)
    toArguments.delete(offset)
  }
  for (const offset of found.skipped) leak(offset)
  for (const [at, { offset, size, value }] of writes) {
    const hangsOnCheck = value !== undefined && regardless !== undefined && !sameValue(value, regardless.get(at)?.value)
    if (hangsOnCheck) leak(offset)
    if (offset < LEAST_FIELD || settled.some((store) => store.offset === offset)) continue
    if (hangsOnCheck && isFlag(value)) fieldStores.push({ offset, size, value: detectedAs(value, true) })
    else if (!isZero(value)) {
      otherFields.add(offset)
      if (value?.base === plain) ambiguous.add(offset)
    }
  }
  evaluation.fieldStores = fieldStores
  evaluation.otherFields = otherFields
  evaluation.leaks.fields = leaked
  evaluation.leaks.stored = stored
  evaluation.leaks.toArguments = toArguments
  evaluation.leaks.ambiguous = ambiguous
}

/** What is only stored where a check comes out differently, and what stays there where this function itself cleared it. */
export function addWithheld(evaluation: Draft, settled: readonly ParameterStore[], evaluator: Effects, regardless: Effects | undefined): void {
  const withheld = [...evaluation.withheld]
  const parameterStores = [...evaluation.parameterStores, ...settled]
  const fieldStores = [...evaluation.fieldStores]
  for (const [key, place] of regardless?.storedThrough ?? []) {
    if (evaluator.storedThrough.has(key) || !argumentRegisters.includes(place.register)) continue
    if (evaluator.hasCleared(place)) {
      const value = number(0, 0, true)
      parameterStores.push({ register: place.register, offset: place.offset, size: place.size, value })
      if (place.offset >= LEAST_FIELD) fieldStores.push({ offset: place.offset, size: place.size, value })
    } else withheld.push(place)
  }
  evaluation.withheld = withheld
  evaluation.parameterStores = parameterStores
  evaluation.fieldStores = fieldStores
}
