import type { Places } from '../../program/places.ts'
import { plain, singleAddress, singleOffset, type Value } from '../../program/value.ts'
import { argumentRegisters } from '../code/argument-registers.ts'
import { placeOf, Register } from './state.ts'

const none: readonly number[] = []

/**
 * Where a check stored in objects, at places that others set as well (`set(object)`, `set_all()`): there may be what these put there once something was called.
 */
export class ContestedPlaces {
  /** Offsets in the frame of objects that something was given, and addresses of such. */
  readonly #handedOver = new Set<number>()
  readonly #addresses = new Set<number>()

  /** Keys of such places at a call that is made with `registers`. */
  at(registers: readonly (Value | undefined)[], { keys, values }: Places<Value>, contested: ReadonlySet<number> | undefined): readonly number[] {
    if (contested === undefined) return none
    for (const register of argumentRegisters) {
      const value = registers[register]
      const start = value?.base === Register.rsp ? singleOffset(value) : undefined
      if (start !== undefined) this.#handedOver.add(start)
      const address = singleAddress(value)
      if (address !== undefined && address > 0xfff) this.#addresses.add(address)
    }
    return keys.filter((key, index) => {
      if (!values[index]!.detected || values[index]!.base !== plain) return false
      if (key >= 0) return [...this.#addresses].some((start) => contested.has(key - start))
      const { register, offset } = placeOf(key)
      return register === Register.rsp ? [...this.#handedOver].some((start) => contested.has(offset - start)) : contested.has(offset)
    })
  }
}
