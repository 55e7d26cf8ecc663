import type { MemoryImage } from './memory-image.ts'

/** Functions that a program exports for the libraries that it is linked with; what has more has a list of what its plugins may use. */
const MOST_EXPORTS = 64

/**
 * Does a program export nothing but what the libraries refer to that it is linked with? Linkers do so unless they are told to export all
 * (`-rdynamic`), and then `_start` is among it. Those libraries call it: `main.main` of gccgo, hooks that a library has a weak default of.
 */
export function exportsForItsLibraries({ isLibrary, functions }: MemoryImage): boolean {
  if (isLibrary) return false
  let exported = 0
  for (const named of functions) {
    if (!named.exported) continue
    if (named.name === '_start' || named.name === 'main' || ++exported > MOST_EXPORTS) return false
  }
  return exported > 0
}
