import type { WasmModule } from './module.ts'
import type { ModuleReader } from './module-reader.ts'
import { valueTypeCodes } from './value-type.ts'

/** Features that show in what a module imports and exports, not in its code. */
export function noteInterfaceFeatures(reader: ModuleReader, module: Omit<WasmModule, 'features'>): void {
  for (const entry of module.imports) {
    if (entry.module.startsWith('wasm:')) {
      reader.note('js-string-builtins', entry.start, `import ${entry.module} ${entry.name}`)
    } else if (crossesWithI64(module, entry)) {
      reader.note('big-int', entry.start, `import ${entry.module}.${entry.name}`)
    }
  }
  for (const entry of module.exports) {
    if (crossesWithI64(module, entry)) reader.note('big-int', entry.start, `export ${entry.name}`)
  }
}

function crossesWithI64(
  module: Omit<WasmModule, 'features'>,
  { kind, index }: { readonly kind: string; readonly index: number },
): boolean {
  if (kind === 'global') return module.globals[index]?.type === valueTypeCodes.i64
  if (kind !== 'function') return false
  const type = module.types[module.functionTypes[index]!]
  if (type?.kind !== 'function') return false
  return type.params.includes(valueTypeCodes.i64) || type.results.includes(valueTypeCodes.i64)
}
