import type { MemoryImage } from './memory-image.ts'

/** What Node.js, Bare and Python look up by name in a module that they load. */
const entryOfModule = /^(?:napi_register_module_v\d+|node_register_module_v\d+|bare_register_module_v\d+|node_api_module_get_api_version_v\d+|PyInit_\w+)$/
/** What an initializer of such a module calls instead. */
const registers = /^(?:napi_module_register|node_module_register|bare_module_register)$/

export function isEntryOfModule(name: string): boolean {
  return entryOfModule.test(name)
}

/**
 * Is this a module that its host loads for itself alone (dlopen with RTLD_LOCAL) and enters by name, or that registers itself?
 * What else it exports, nobody looks up: it is visible because that is what compilers do by default.
 */
export function isLoadedAsModule(image: MemoryImage): boolean {
  if (!image.isLibrary) return false
  for (const name of image.imports) if (registers.test(name)) return true
  return image.functions.some(({ name, exported }) => exported && isEntryOfModule(name))
}
