import { UnsupportedError } from '../../../../core/errors.ts'
import type { IndexSpace } from '../../read/index-space.ts'
import { opcodes } from '../../read/opcodes.ts'
import { BodyEdits } from './body-edits.ts'

/** By tail call: the call that does the same, and the index that the immediates end with. */
const callFor: ReadonlyMap<number, { readonly opcode: number; readonly lastIndex: IndexSpace }> = new Map([
  [0x12, { opcode: 0x10, lastIndex: 'function' }],
  [0x13, { opcode: 0x11, lastIndex: 'table' }],
  [0x15, { opcode: 0x14, lastIndex: 'type' }],
])
const returnOpcode = 0x0f

const catching: ReadonlySet<string> = new Set(['try', 'try_table'])

const i32Type = 0x7f

class TailCalls extends BodyEdits {
  #opcode = 0
  #catches = false
  #calls = false

  override enter(kind: Parameters<BodyEdits['enter']>[0], index: number): void {
    super.enter(kind, index)
    this.#catches = false
    this.#calls = false
  }

  instruction(opcode: number, offset: number): void {
    this.#opcode = opcode
    const replacement = callFor.get(opcode)
    if (replacement !== undefined) this.#calls = true
    else if (catching.has(opcodes[opcode]?.name ?? '')) this.#catches = true
    else return
    if (this.#calls && this.#catches) {
      throw new UnsupportedError('a function with tail calls has handlers for exceptions, which would see what the callee throws', { offset })
    }
    if (replacement !== undefined) this.edit({ start: offset, end: offset + 1, scratch: 0, write: () => [Uint8Array.of(replacement.opcode)] })
  }

  override reference(space: IndexSpace, _index: number, _start: number, end: number): void {
    if (!this.inFunction || callFor.get(this.#opcode)?.lastIndex !== space) return
    this.edit({ start: end, end, scratch: 0, write: () => [Uint8Array.of(returnOpcode)] })
  }
}

/**
 * Replaces tail calls by a call and a return. The results are the same as long as the stack suffices: recursion that
 * ran in constant space does not any more.
 */
export function lowerTailCalls(bytes: Uint8Array): Uint8Array {
  return new TailCalls().applyTo(bytes, i32Type)
}
