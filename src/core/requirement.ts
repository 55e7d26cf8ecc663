/**
 * How surely a capability is needed.
 *
 * - `required`: the artifact does not work without it.
 * - `possible`: a path to it was found that can be neither proved nor ruled out.
 * - `guarded`: it is used only behind a run-time check that the capability is there.
 */
export type Need = 'required' | 'possible' | 'guarded'

/** Something a person can check by hand. */
export interface Evidence {
  /** One line: the instruction, the symbol, the import, the syntax used. */
  readonly text: string
  /** Memory space, `0x…`. */
  readonly address?: string
  /** File space, in bytes. */
  readonly offset?: number
  readonly line?: number
  readonly column?: number
  /** The function or section it is in. */
  readonly function?: string
  /** From a root (entry point, export) down to it. */
  readonly path?: readonly string[]
}

/** The kinds of capability that artifacts can require and targets can provide. */
export type CapabilityKind =
  | 'architecture' // name: Architecture
  | 'cpu-feature' // name: CPUID / HWCAP / extension name, lower case
  | 'abi' // name: float-abi, byte-order, …; version: hard, soft, …
  | 'libc' // name: glibc | musl; version: lowest that serves
  | 'symbol-version' // name: GLIBCXX | CXXABI | GCC | …; version
  | 'library' // name: the NEEDED soname
  | 'loader' // name: PT_INTERP path
  | 'page-size' // name: bytes of the largest page size it runs on
  | 'kernel' // name: interface; version
  | 'node' // name: node; version: lowest that serves where the engine is Node
  | 'node-api' // version: N-API version
  | 'node-abi' // version: NODE_MODULE_VERSION, for addons that are not N-API
  | 'node-builtin' // name: module without `node:`
  | 'js-syntax' // name: feature; version: es2020 …
  | 'js-global' // name
  | 'module-kind' // name: esm | commonjs
  | 'wasm-feature' // name: proposal, as in the WebAssembly features table
  | 'wasm-import' // name: module.field
  | 'wasm-interface' // name: WASI world, binding generator; version
  | 'wasm-memory' // name: initial | maximum | shared; value in bytes
  | 'runtime-compilation' // compiles code or Wasm at run time

/** One capability that an artifact needs of the place where it runs. */
export interface Requirement {
  readonly kind: CapabilityKind
  readonly name: string
  /** Lowest version that serves, in the notation of the capability. */
  readonly version?: string
  /** For capabilities that are amounts. */
  readonly value?: number
  readonly need: Need
  readonly evidence: readonly Evidence[]
}

/** The machine names used everywhere in reports, options and targets. */
export const architectures = [
  'x86-64',
  'i386',
  'aarch64',
  'arm',
  'riscv64',
  'riscv32',
  's390x',
  'ppc64',
  'ppc64le',
  'loongarch64',
  'mips',
  'mipsel',
  'mips64',
  'mips64el',
  'wasm32',
  'wasm64',
] as const
export type Architecture = (typeof architectures)[number]

/** Names that users and package managers write for an architecture. */
const aliases: Readonly<Record<string, Architecture>> = {
  x64: 'x86-64',
  amd64: 'x86-64',
  x86_64: 'x86-64',
  ia32: 'i386',
  x86: 'i386',
  i686: 'i386',
  arm64: 'aarch64',
  armhf: 'arm',
  armv7: 'arm',
  armv7l: 'arm',
  ppc64el: 'ppc64le',
  loong64: 'loongarch64',
}

/** The architecture meant by `name` (`arm64`, `amd64`, `x86-64`, …), or undefined. */
export function parseArchitecture(name: string): Architecture | undefined {
  const lower = name.toLowerCase()
  return architectures.find((architecture) => architecture === lower) ?? aliases[lower]
}
