import type { Expression, Node } from 'oxc-parser'
import { FREE, type Scopes } from '../scope/scopes.ts'
import { isRequireAlias } from './require-aliases.ts'

/** What identifiers of a text stand for: globals, Node's `require`, modules of WebAssembly. */
export class KnownNames {
  readonly #text: string
  readonly #scopes: Scopes
  readonly #free = new Map<number, string>()
  /** Bindings that hold Node's `require`. */
  readonly #requireAliases = new Set<number>()
  /** Bindings that hold a `WebAssembly.Module` which was compiled before: imports of module files. */
  readonly #moduleFiles = new Set<number>()

  constructor(text: string, scopes: Scopes) {
    this.#text = text
    this.#scopes = scopes
    for (let i = 0; i < scopes.occurrenceCount; i++) {
      if (scopes.bindings[i] === FREE) this.#free.set(scopes.offsets[i]!, scopes.occurrenceNames[i]!)
    }
  }

  /** Is it a global, and of that name? */
  isFree(node: Node, name?: string): boolean {
    return node.type === 'Identifier' && (name === undefined || node.name === name) && this.#free.get(node.start) === node.name
  }

  /** The global `require`, or a name for it. */
  isRequire(node: Node): boolean {
    if (node.type !== 'Identifier') return false
    return this.isFree(node, 'require') || (this.#requireAliases.size > 0 && this.#requireAliases.has(this.#bindingAt(node.start)))
  }

  /** The binding that the identifier at an offset refers to; FREE where there is none. */
  #bindingAt(offset: number): number {
    const { offsets, bindings, occurrenceCount } = this.#scopes
    let low = 0
    let high = occurrenceCount - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    return offsets[low] === offset ? bindings[low]! : FREE
  }

  /** An import of a module file gives a compiled module. */
  noteModuleFile(local: { readonly start: number }): void {
    this.#moduleFiles.add(this.#bindingAt(local.start))
  }

  isModuleFile(node: Node | undefined): boolean {
    return node?.type === 'Identifier' && this.#moduleFiles.has(this.#bindingAt(node.start))
  }

  /** `const load = require`, `createRequire(…)`. */
  noteRequireAlias(id: Node, init: Expression): void {
    if (!isRequireAlias(init, this.#text, (candidate) => this.isRequire(candidate))) return
    const binding = this.#bindingAt(id.start)
    if (binding !== FREE) this.#requireAliases.add(binding)
  }
}
