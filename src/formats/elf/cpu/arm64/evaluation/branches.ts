import { Flow } from '../../../../../isa/arm64/control-flow.ts'
import { compute, number, plain, sameValue, truncated } from '../../program/value.ts'
import { cellOf } from './cells.ts'
import { Base } from './evaluation.ts'
import { type Flags, flagsOf, refinedLeft } from './flags.ts'
import type { Machine } from './machine.ts'

/** Flags and condition under which the branch is taken. */
export function branchCondition(machine: Machine, word: number, flow: number): [Flags | undefined, number] {
  if (flow === Flow.condition) return [machine.flags, word & 15]
  const register = word & 31
  const when = (word & 0x0100_0000) !== 0 ? 1 : 0
  const size = word < 0 ? 8 : 4
  const whole = machine.read(register)
  // a function of another file that was found is not null
  const value = whole?.base === Base.imported ? number(1) : flow === Flow.zero ? truncated(whole, size) : whole
  if (value === undefined || value.base !== plain || value.words.length === 0) return [undefined, when]
  if (flow === Flow.zero) return [flagsOf('subtract', value, number(0), size, register), when]
  const bit = ((word >>> 26) & 32) | ((word >>> 19) & 31)
  const mask = bit < 32 ? number(1 << bit) : number(0, 1 << (bit - 32))
  if (value.hull !== true && value.partial !== true) return [flagsOf('and', value, mask, 8, register), when]
  const tested = compute('and', value, mask)
  return [tested === undefined || tested.words.length === 0 ? undefined : flagsOf('subtract', tested, number(0), 8, -1), when]
}

/** The state behind a branch, where what was compared can only be what allows that outcome. */
export function refinedBehind(machine: Machine, flags: Flags | undefined, condition: number, outcome: boolean): Machine {
  if (flags === undefined || flags.register < 0 || flags.register === 31) return machine
  const value = refinedLeft(flags, condition, outcome)
  if (value === undefined || !sameValue(truncated(machine.registers[flags.register], flags.size), flags.left)) return machine
  const refined = machine.copy()
  refined.registers[flags.register] = value
  const origin = refined.origins[flags.register]
  const cell = origin === undefined ? undefined : refined.memory.get(origin)
  if (origin !== undefined && (cell === undefined || cell.size <= flags.size)) refined.place(origin, cellOf(value, cell?.size ?? flags.size, cell?.stored === true))
  if (refined.flags === flags) refined.flags = flagsOf(flags.kind, value, flags.right, flags.size, flags.register, flags.otherwise)
  return refined
}
