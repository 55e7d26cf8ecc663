import { plain, relative, singleAddress, singleOffset, type Value } from '../../program/value.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { placeKey, Register } from './state.ts'
import type { ClosureCall, Surroundings } from './evaluation.ts'
import { firstObject, objectLimit } from './made-objects.ts'
import type { Places } from '../../program/places.ts'

/** Bytes of an object that are handed on. */
const OBJECT_SIZE = 128
/** How many pointers deep. */
const DEPTH = 3
/** Objects that an argument points to have bases from here on. */
const FIRST_BASE = firstObject + objectLimit
const none: readonly ClosureCall[] = []
/** Integer arguments in order (psABI 3.2.3). */
const inOrder = [7, 6, 2, 1, 8, 9]

/**
 * Closures among the arguments of a call. `std::sync::Once` runs what it is given as `&mut dyn FnMut`: a pointer to the
 * closure's object, and in the next register one to its table.
 */
export function closuresAmong(registers: readonly (Value | undefined)[], memory: Places<Value>, outside: Pick<Surroundings, 'tableAt'>): readonly ClosureCall[] {
  let found: ClosureCall[] | undefined
  for (let argument = 1; argument < argumentRegisters.length; argument++) {
    const object = registers[inOrder[argument - 1]!]
    const table = singleAddress(registers[inOrder[argument]!])
    if (table === undefined || object?.base !== Register.rsp || singleOffset(object) === undefined) continue
    const functions = outside.tableAt(table)
    if (functions.length === 0) continue
    const parameters = new Map<number, Value>()
    const isOpen = copyObject(memory, singleOffset(object)!, Register.rdi, parameters, { next: FIRST_BASE }, DEPTH)
    if (parameters.size > 0) (found ??= []).push({ functions, parameters, isOpen })
  }
  return found ?? none
}

/** Copies what lies behind an address in the frame to places behind `base`. True where an argument is among it. */
function copyObject(memory: Places<Value>, offset: number, base: number, copied: Map<number, Value>, bases: { next: number }, depth: number): boolean {
  let isOpen = false
  const first = placeKey(Register.rsp, offset)
  for (let index = memory.indexFrom(first); index < memory.size && memory.keys[index]! < first + OBJECT_SIZE; index++) {
    const value = memory.values[index]!
    const place = placeKey(base, memory.keys[index]! - first)
    const target = value.base === Register.rsp ? singleOffset(value) : undefined
    if (argumentRegisters.includes(value.base)) isOpen = true
    if (value.base === plain && value.words.length > 0) copied.set(place, value)
    else if (target !== undefined && depth > 1) {
      const inner = bases.next++
      copied.set(place, relative(inner, 0))
      if (copyObject(memory, target, inner, copied, bases, depth - 1)) isOpen = true
    }
  }
  return isOpen
}
