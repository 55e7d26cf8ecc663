import { demangle } from '../../../core/demangle/demangle.ts'

/** What functions are counted under that no name, or no name with a package, tells more about. */
export const unnamed = '[functions without names]'
export const noPackage = '[functions of no package]'

/**
 * The crate, outermost namespace, Go package, Swift or AssemblyScript module that a function belongs to.
 * @param name as the toolchain wrote it; undefined when nothing names the function
 */
export function packageOf(name: string | undefined): string {
  if (name === undefined) return unnamed
  const swift = swiftModule(name)
  if (swift !== undefined) return swift
  const text = demangle(name)
  return goPackage(text) ?? assemblyScriptModule(text) ?? outermostScope(text) ?? noPackage
}

/** `$s4Main3fooyyF`: length-prefixed module after `$s` or `$S`; `$sS` is the standard library. */
function swiftModule(name: string): string | undefined {
  const match = /^_?\$[sS](S|\d+)/.exec(name)
  if (match === null) return undefined
  if (match[1] === 'S') return 'Swift'
  const start = match[0].length
  return name.slice(start, start + Number(match[1]))
}

/**
 * `(*go/parser.resolver).walkBody`, `fmt.Sprintf`; Go itself writes every sign but letters, digits and `.` as `_`:
 * `github.com_evanw_esbuild_internal_js_parser.__parser_.visit`.
 */
function goPackage(name: string): string | undefined {
  if (name.includes('::') || name.includes('(anonymous')) return undefined
  const method = /^\(\*?([\w./-]+)\.[^./()]+\)\.\w/.exec(name)
  if (method !== null) return method[1]
  const path = /^((?:[\w-]+\.)+[a-z]{2,}[/_][^.()]*)\./.exec(name) ?? /^([\w-]+(?:\/[\w.-]+)*)\.[\w$(_]/.exec(name)
  return path?.[1]
}

/** `~lib/rt/itcms/__new`, `assembly/index/add`: everything but the last part, at most three of them. */
function assemblyScriptModule(name: string): string | undefined {
  if (!/^(~lib|assembly|src)\//.test(name)) return undefined
  return name.split('/').slice(0, -1).slice(0, 3).join('/')
}

/** `core` of `<core::fmt::Arguments as …>::fmt`, `std` of `std::vector<…>::push_back(…)`, and of `vtable for std::…`. */
function outermostScope(name: string): string | undefined {
  const bare = name.replace(/^(vtable for|VTT for|typeinfo (name )?for|guard variable for|(non-)?virtual thunk to) /, '')
  const scope = /^[<&*([]*(?:(?:&|mut |dyn |const |\*|<|\(|\[|impl )\s*)*([A-Za-z_]\w*|\(anonymous namespace\))::/.exec(bare)?.[1]
  if (scope !== undefined) return scope
  const inTrait = / as ([A-Za-z_]\w*)::/.exec(bare)?.[1]
  return inTrait ?? /^[\w ]+? ([A-Za-z_]\w*)::/.exec(bare.split('(')[0]!)?.[1]
}
