import type { FeatureId } from '../features.ts'
import { FeatureRecorder } from './feature-recorder.ts'
import type { IndexSpace } from './index-space.ts'
import { WasmCursor } from './wasm-cursor.ts'

/** Is told of every index while a module is read: enough to renumber a module, or to know what refers to what. */
export interface ModuleVisitor {
  /**
   * What the references that follow belong to.
   * `index` is in the index space of the kind (function, table, global, element, data, type), the position in the
   * section for imports and exports, and 0 for start.
   */
  enter?(kind: 'type' | 'import' | 'export' | 'start' | 'function' | 'table' | 'global' | 'element' | 'data' | 'tag', index: number): void
  /**
   * The bytes `[start, end)` of the module hold `index` as LEB128 (`signed`: as s33, in heap types and block types).
   * An index that is implied by the encoding (table 0 of an element segment of kind 0, memory 0 of a load) is not
   * reported.
   */
  reference(space: IndexSpace, index: number, start: number, end: number, signed: boolean): void
  /** An instruction of a function or constant expression, by its number in `opcodes`, before its references. */
  instruction?(opcode: number, offset: number): void
}

/** What the section readers share: where they are, what was counted, what was noticed. */
export class ModuleReader {
  readonly cursor: WasmCursor
  readonly recorder: FeatureRecorder = new FeatureRecorder()
  readonly visitor: ModuleVisitor | undefined
  /** Entries of each index space known so far. */
  readonly counts: Record<IndexSpace, number> = {
    type: 0,
    function: 0,
    table: 0,
    memory: 0,
    global: 0,
    tag: 0,
    element: 0,
    data: 0,
  }
  importedGlobals = 0
  /** Is there a memory or table with 64-bit addresses? */
  has64 = false
  /** While types are read, they may refer to types after them. */
  typesAreOpen = false
  highestType = -1

  constructor(bytes: Uint8Array, base: number, visitor: ModuleVisitor | undefined) {
    this.cursor = new WasmCursor(bytes, base)
    this.visitor = visitor
  }

  note(feature: FeatureId, offset: number, what: string): void {
    this.recorder.note(feature, offset, what)
  }

  enter(kind: Parameters<NonNullable<ModuleVisitor['enter']>>[0], index: number): void {
    this.visitor?.enter?.(kind, index)
  }

  /** Checks an index that was read from `[start, end)` and hands it on. */
  reference(space: IndexSpace, index: number, start: number, end: number, signed = false): void {
    if (index >= this.counts[space]) this.#checkOpenTypes(space, index, start)
    this.visitor?.reference(space, index, start, end, signed)
  }

  #checkOpenTypes(space: IndexSpace, index: number, start: number): void {
    if (space !== 'type' || !this.typesAreOpen) {
      this.cursor.fail(`${space} ${index} does not exist, there are ${this.counts[space]}`, start)
    }
    this.highestType = Math.max(this.highestType, index)
  }

  /** Reads an index of `space`. */
  index(space: IndexSpace, what: string): number {
    const start = this.cursor.offset
    const index = this.cursor.u32(what)
    this.reference(space, index, start, this.cursor.offset)
    return index
  }
}
