import { noNames, type Names } from '../read/custom/name-section.ts'
import type { WasmModule } from '../read/module.ts'
import { demangle } from '../../../core/demangle/demangle.ts'

/** What the functions and other parts of a module are called, for people. */
export interface SymbolNames {
  /** As the toolchain wrote it: from the name section, else the import or an export; undefined when nothing names it. */
  raw(index: number): string | undefined
  /** Demangled; `function 12` when nothing names it. */
  display(index: number): string
  /** Functions that the name section names. */
  readonly named: number
}

export function symbolNames(module: WasmModule, names: Names = noNames): SymbolNames {
  const imported: string[] = []
  for (const { kind, module: from, name } of module.imports) if (kind === 'function') imported.push(`${from}.${name}`)
  const exported = new Map<number, string>()
  for (const { kind, index, name } of module.exports) {
    if (kind === 'function' && !exported.has(index)) exported.set(index, name)
  }
  const raw = (index: number): string | undefined => names.functions.get(index) ?? imported[index] ?? exported.get(index)
  return {
    raw,
    display(index) {
      const name = raw(index)
      return name === undefined ? `function ${index}` : demangle(name)
    },
    named: names.functions.size,
  }
}
