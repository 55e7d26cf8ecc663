import { goPackageOf } from '../../../core/go-package.ts'

/**
 * The unit of code that a symbol comes from: a Go package, a Rust crate, the outermost C++ namespace or class. Names
 * that say nothing of the kind are `[C and assembly]`; functions without a name `[functions without names]`.
 */
export function packageOf(name: string, language: 'go' | 'other'): string {
  if (name.startsWith('[function at ')) return '[functions without names]'
  if (language === 'go') return goPackageOf(name)
  if (name.startsWith('_R')) return rustV0Crate(name) ?? unnamed
  if (!name.startsWith('_Z')) return unnamed
  return isRustLegacy(name) ? (rustLegacyCrate(name) ?? unnamed) : (cxxNamespace(name) ?? unnamed)
}

const unnamed = '[C and assembly]'

/** rustc's legacy mangling is Itanium's with a hash of sixteen digits as the last component. */
function isRustLegacy(name: string): boolean {
  return /17h[0-9a-f]{16}E/.test(name)
}

/** `_ZN4core3fmt…` is of core, `_ZN59_$LT$alloc..vec..Vec$LT$T$GT$…` of alloc. */
function rustLegacyCrate(name: string): string | undefined {
  const component = firstComponent(name, name.startsWith('_ZN') ? 3 : 2)
  if (component === undefined) return undefined
  if (!component.startsWith('_$LT$')) return component
  // <T as Trait>: the trait's crate has the code's source only sometimes; the type's comes first in the name.
  const path = /(?:\$LT\$|\$RF\$|mut\$u20\$|\$u20\$as\$u20\$)([a-z_][a-z0-9_]*)\.\./.exec(component)
  return path?.[1] ?? 'core'
}

/** v0 mangling: the first crate root, `C` with an optional disambiguator (`s…_`), then the name. */
function rustV0Crate(name: string): string | undefined {
  const root = /C(?:s[0-9a-zA-Z]*_)?(\d+)_?/.exec(name)
  if (root === null) return undefined
  const length = Number(root[1])
  const at = root.index + root[0].length
  return length > 0 && at + length <= name.length ? name.slice(at, at + length) : undefined
}

/** Special names (vtables, guards, thunks) come before the name that they are for. */
const cxxSpecial = /^_Z(?:TV|TI|TS|TT|TC|TW|TH|GV|GR|Th?n?\d+_|Tv\d*_n?\d+_)?/

function cxxNamespace(name: string): string | undefined {
  let at = cxxSpecial.exec(name)?.[0].length ?? 2
  while (name[at] === 'Z') at++ // local to a function: of the function's namespace
  if (name[at] === 'N') at++
  while (/[KVrRO]/.test(name[at] ?? '')) at++ // qualifiers of member functions
  if (name[at] === 'S') return /[tsadbio]/.test(name[at + 1] ?? '') ? 'std' : undefined
  while (name[at] === 'L') at++ // internal linkage
  const first = firstComponent(name, at)
  if (first === undefined) return undefined
  return first.startsWith('_GLOBAL__N_') ? '(anonymous namespace)' : first
}

/** `<length><name>` at a place of a mangled name. */
function firstComponent(name: string, at: number): string | undefined {
  let length = 0
  while (at < name.length) {
    const digit = name.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    length = length * 10 + digit
    at++
  }
  return length > 0 && at + length <= name.length ? name.slice(at, at + length) : undefined
}
