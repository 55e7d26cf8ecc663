import { demangle } from '../../../core/demangle/demangle.ts'
import { goPackageOf } from '../../../core/go-package.ts'
import { readNames } from '../read/custom/name-section.ts'
import type { WasmModule } from '../read/module.ts'
import { readGoNames } from './go-names.ts'
import { packageOf } from './package-of.ts'

/** What the functions and other parts of a module are called, for people. */
export interface SymbolNames {
  /**
   * As the toolchain wrote it: from Go's table of functions or the name section, else the import or an export;
   * undefined when nothing names it.
   */
  raw(index: number): string | undefined
  /** Demangled; `function 12` when nothing names it. */
  display(index: number): string
  /** What the function is a part of: see `packageOf`. */
  package(index: number): string
}

const none: ReadonlyMap<number, string> = new Map()

/** @param shallow imports and exports only */
export function symbolNames(module: WasmModule, shallow = false): SymbolNames {
  const goNames = shallow ? none : readGoNames(module)
  const { functions: names } = shallow ? { functions: none } : readNames(module)
  const imported: string[] = []
  for (const { kind, module: from, name } of module.imports) if (kind === 'function') imported.push(`${from}.${name}`)
  const exported = new Map<number, string>()
  for (const { kind, index, name } of module.exports) {
    if (kind === 'function' && !exported.has(index)) exported.set(index, name)
  }
  const raw = (index: number): string | undefined => goNames.get(index) ?? names.get(index) ?? imported[index] ?? exported.get(index)
  return {
    raw,
    display(index) {
      const name = raw(index)
      return name === undefined ? `function ${index}` : demangle(name)
    },
    package(index) {
      const name = goNames.get(index)
      return name === undefined ? packageOf(raw(index)) : goPackageOf(name)
    },
  }
}
