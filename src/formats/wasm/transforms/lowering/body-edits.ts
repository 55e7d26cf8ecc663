import type { ModuleVisitor } from '../../read/module-reader.ts'
import type { WasmModule } from '../../read/module.ts'
import { readModule } from '../../read/read-module.ts'
import { type AddedFunctions, type BodyEdit, editBodies } from './edit-bodies.ts'

/** Collects the edits of a module while it is read: what a lowering sees of the code. */
export abstract class BodyEdits implements ModuleVisitor {
  readonly #edits = new Map<number, BodyEdit[]>()
  #function = -1

  enter(kind: Parameters<NonNullable<ModuleVisitor['enter']>>[0], index: number): void {
    this.#function = kind === 'function' ? index : -1
  }

  abstract instruction(opcode: number, offset: number): void

  reference(_space: Parameters<ModuleVisitor['reference']>[0], _index: number, _start: number, _end: number): void {
    // Most lowerings leave indices alone.
  }

  /** Is the code that of a function, and not a constant expression? */
  protected get inFunction(): boolean {
    return this.#function >= 0
  }

  protected edit(edit: BodyEdit): void {
    const known = this.#edits.get(this.#function)
    if (known === undefined) this.#edits.set(this.#function, [edit])
    else known.push(edit)
  }

  /** Reads the module with this as its visitor and makes the edits. Without any, the same bytes come back. */
  applyTo(bytes: Uint8Array, scratchType: number, added?: (module: WasmModule) => AddedFunctions): Uint8Array {
    const module = readModule(bytes, 0, this)
    return editBodies(module, this.#edits, scratchType, added?.(module))
  }
}
