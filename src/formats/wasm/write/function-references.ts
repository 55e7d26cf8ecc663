import type { WasmModule } from '../read/module.ts'
import type { ModuleVisitor } from '../read/module-reader.ts'
import { readModule } from '../read/read-module.ts'

/** Where function indices stand in a module's bytes, in file order. */
export interface FunctionReferences {
  readonly count: number
  readonly start: Uint32Array
  readonly end: Uint32Array
  readonly index: Uint32Array
}

/** Reads a module together with every place that names a function. @throws MalformedError, LimitError, UnsupportedError */
export function readWithFunctionReferences(bytes: Uint8Array): { readonly module: WasmModule; readonly references: FunctionReferences } {
  const collector = new Collector()
  const module = readModule(bytes, 0, collector)
  return { module, references: collector.references() }
}

class Collector implements ModuleVisitor {
  #count = 0
  #start = new Uint32Array(1024)
  #end = new Uint32Array(1024)
  #index = new Uint32Array(1024)

  reference(space: Parameters<ModuleVisitor['reference']>[0], index: number, start: number, end: number): void {
    if (space !== 'function') return
    if (this.#count === this.#start.length) this.#grow()
    this.#start[this.#count] = start
    this.#end[this.#count] = end
    this.#index[this.#count++] = index
  }

  #grow(): void {
    const grown = (old: Uint32Array): Uint32Array<ArrayBuffer> => {
      const larger = new Uint32Array(old.length * 2)
      larger.set(old)
      return larger
    }
    this.#start = grown(this.#start)
    this.#end = grown(this.#end)
    this.#index = grown(this.#index)
  }

  references(): FunctionReferences {
    return { count: this.#count, start: this.#start, end: this.#end, index: this.#index }
  }
}
