import type { IndexSpace } from '../../read/index-space.ts'
import { BodyEdits } from './body-edits.ts'

const callIndirect = 0x11
const i32Type = 0x7f

class TableIndices extends BodyEdits {
  #opcode = 0

  instruction(opcode: number): void {
    this.#opcode = opcode
  }

  override reference(space: IndexSpace, index: number, start: number, end: number): void {
    if (space !== 'table' || index !== 0 || end - start === 1 || this.#opcode !== callIndirect || !this.inFunction) return
    this.edit({ start, end, scratch: 0, write: () => [Uint8Array.of(0)] })
  }
}

/**
 * Writes the table index of `call_indirect` as the one zero byte of WebAssembly 1.0. Linkers leave it padded to five
 * bytes, which engines without reference types refuse: all that many modules need of that proposal.
 */
export function lowerCallTableIndex(bytes: Uint8Array): Uint8Array {
  return new TableIndices().applyTo(bytes, i32Type)
}
