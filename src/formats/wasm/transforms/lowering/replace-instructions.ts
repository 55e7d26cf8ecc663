import { concat } from '../../write/concat.ts'
import { BodyEdits } from './body-edits.ts'
import type { BodyEdit } from './edit-bodies.ts'

/** Instructions that stand for one that has no immediates. */
export type Replacement = Pick<BodyEdit, 'scratch' | 'write'>

/** Replacements whose scratch locals have one type. */
export interface ReplacementSet {
  /** Encoded value type of the scratch locals. */
  readonly scratchType: number
  /** By opcode, as in `read/opcodes.ts`. */
  readonly byOpcode: ReadonlyMap<number, Replacement>
}

export const localGet = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x20), local])
export const localSet = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x21), local])
export const localTee = (local: Uint8Array): Uint8Array => concat([Uint8Array.of(0x22), local])

class Replacements extends BodyEdits {
  readonly #bytes: Uint8Array
  readonly #byOpcode: ReplacementSet['byOpcode']

  constructor(bytes: Uint8Array, byOpcode: ReplacementSet['byOpcode']) {
    super()
    this.#bytes = bytes
    this.#byOpcode = byOpcode
  }

  instruction(opcode: number, start: number): void {
    const replacement = this.#byOpcode.get(opcode)
    if (replacement === undefined || !this.inFunction) return
    // A prefix byte, then the number as LEB128.
    let end = start + 1
    if (opcode > 0xff) while (this.#bytes[end++]! >= 0x80) continue
    this.edit({ ...replacement, start, end })
  }
}

/**
 * The module with every instruction of the set replaced. Functions without any stay byte for byte.
 *
 * @throws UnsupportedError when a custom section holds offsets into the code
 */
export function replaceInstructions(bytes: Uint8Array, { scratchType, byOpcode }: ReplacementSet): Uint8Array {
  return new Replacements(bytes, byOpcode).applyTo(bytes, scratchType)
}
