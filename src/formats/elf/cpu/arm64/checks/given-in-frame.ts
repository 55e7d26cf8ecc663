import { SP } from '../../../../../isa/arm64/operands.ts'
import { plain, singleOffset } from '../../program/value.ts'
import { type Cell, placeKey } from '../evaluation/cells.ts'
import { ARGUMENTS, type CallingState, type KeptPointers } from '../evaluation/evaluation.ts'

/** Bytes of an object in the caller's frame. */
const OBJECT = 128

/**
 * What a check found out that stands in an object of the caller's frame, of which the callee is given the address: std_detect gathers
 * flags so, and hands them to what makes a number of them. By place behind the parameter; undefined where there is nothing, or where
 * several pointers may lead to it, as others were given them before.
 *
 * @param argumentsRead registers that the callee reads, as a mask
 */
export function givenInFrame({ registers, memory }: CallingState, kept: KeptPointers, call: number, argumentsRead: () => number): ReadonlyMap<number, Cell> | undefined {
  let given: Map<number, Cell> | undefined
  let isGiven = false
  for (let register = 0; register <= ARGUMENTS; register++) isGiven ||= registers[register]?.base === SP
  if (!isGiven) return undefined
  const read = argumentsRead()
  let pointers = 0
  let first = 0
  for (let register = 0; register <= ARGUMENTS; register++) {
    const value = registers[register]
    const offset = value?.base === SP && ((read >>> register) & 1) !== 0 ? singleOffset(value) : undefined
    if (offset === undefined) continue
    if (++pointers > 1) return undefined
    first = offset
    const end = placeKey(SP, Math.min(0, offset + OBJECT))
    for (let index = memory.indexFrom(placeKey(SP, offset)); index < memory.size && memory.keys[index]! < end; index++) {
      const cell = memory.values[index]!
      if (!cell.stale && cell.value.base === plain) (given ??= new Map()).set(memory.keys[index]! - placeKey(SP, offset) + placeKey(register, 0), cell)
    }
  }
  if (given === undefined || kept.isKeptBeside(call, first, first + OBJECT)) return undefined
  return [...given.values()].some(({ value }) => value.detected) ? given : undefined
}
