import { CppParser, NotCpp } from './cpp-parser.ts'

/**
 * A C++ symbol of the Itanium ABI, functions with their parameters but not their results; undefined when the name
 * does not follow it, or uses what is not read here (expressions in template arguments, mostly).
 */
export function demangleCpp(name: string): string | undefined {
  const suffix = /\.[a-zA-Z0-9_.$]+$/.exec(name)?.[0] ?? ''
  const parser = new CppParser(name.slice(2, name.length - suffix.length))
  try {
    return parser.mangledName() + (suffix === '' ? '' : ` [clone ${suffix}]`)
  } catch (error) {
    if (error instanceof NotCpp) return undefined
    throw error
  }
}
