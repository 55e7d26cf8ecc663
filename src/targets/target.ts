import type { Architecture } from '../core/requirement.ts'

/**
 * How a fact came to be known.
 *
 * - `documented`: the platform's own documentation or source says so, and was read.
 * - `measured`: it was seen by running the thing itself.
 * - `derived`: it follows from a documented fact: the glibc of the distribution that the platform says it uses.
 * - `unverified`: from memory or at second hand. Verdicts that rest on it say so.
 * - `stated`: the user's own configuration says so.
 */
export const confidences = ['documented', 'measured', 'derived', 'unverified', 'stated'] as const
export type Confidence = (typeof confidences)[number]

/** Something a target provides, with where that is from and when it was last looked at. */
export interface Fact<Value> {
  readonly value: Value
  /** A URL, a document, or how it was measured. */
  readonly source: string
  /** `YYYY-MM-DD`: the date of the copy that was read, or of the measurement. */
  readonly date: string
  readonly confidence: Confidence
}

export interface Libc {
  readonly name: 'glibc' | 'musl'
  readonly version?: string
}

/** What runs JavaScript or WebAssembly there. Without a version, what depends on it is unknown. */
export interface Engine {
  readonly name: EngineName
  /** Of the engine itself: Node's, Chrome's, … version. */
  readonly version?: string
}

export const engineNames = [
  'node',
  'deno',
  'bun',
  'workerd',
  'edge-runtime',
  'cloudfront-js',
  'chrome',
  'edge',
  'firefox',
  'safari',
  'wasi',
  'wasmtime',
  'wasmedge',
  'wasmer',
  'wazero',
  'wasm3',
  'wasmi',
  'graalwasm',
  'fastly',
] as const
export type EngineName = (typeof engineNames)[number]

/** What a limit is compared with. */
export const limitNames = [
  'zip', // bytes of the archive as uploaded directly
  'zip-storage', // bytes of the archive when uploaded through object storage
  'unzipped', // bytes of all files, layers included
  'gzip', // bytes of the code after gzip
  'source', // bytes of the one source file
  'image', // bytes of the container image
  'layers', // number of layers
  'memory', // bytes that may be used at start and later
  'startup', // milliseconds of CPU until the first request is served
] as const
export type LimitName = (typeof limitNames)[number]

export interface Limit {
  readonly name: LimitName
  /** Bytes, milliseconds or a count, as the name says. */
  readonly max: Fact<number>
  /** When it applies: a plan, a way of uploading. */
  readonly condition?: string
}

export type TargetFamily = 'functions' | 'edge' | 'system' | 'runtime' | 'browser'

/**
 * A place where artifacts run: what it provides, and what it limits. Plain data.
 *
 * What is left out is not known: a requirement that asks for it gets `unknown`, never a guess.
 */
export interface Target {
  /** `aws-lambda/nodejs22.x`; with `@arm64` when it is narrowed to one architecture. */
  readonly id: string
  readonly title: string
  readonly family: TargetFamily
  readonly operatingSystem?: Fact<string>
  /** Machines whose native code runs there. `wasm32` alone: no native code at all. */
  readonly architectures?: Fact<readonly Architecture[]>
  /** Name of a CPU model of `cpu-models.ts` that every machine there can do at least. */
  readonly cpu?: Readonly<Partial<Record<Architecture, Fact<string>>>>
  readonly libc?: Fact<Libc>
  /** Highest version of GLIBCXX, CXXABI, GCC, … that the system libraries define. */
  readonly symbolVersions?: Readonly<Record<string, Fact<string>>>
  /** Sonames of the system besides those of the C library. */
  readonly libraries?: Fact<readonly string[]>
  /** The list of libraries is all there is: what is not in it is missing. */
  readonly librariesComplete?: boolean
  readonly kernel?: Fact<string>
  /** Bytes of the largest memory page its kernels use. */
  readonly pageSize?: Fact<number>
  readonly engine?: Fact<Engine>
  /** Built-in modules that can be imported, without `node:`. Left out for Node itself: its version says it. */
  readonly builtins?: Fact<readonly string[]>
  /** Modules that exist, but of which a part throws when used. */
  readonly partialBuiltins?: Fact<readonly string[]>
  /** May code compile code or Wasm at run time? */
  readonly runtimeCompilation?: Fact<boolean>
  readonly limits: readonly Limit[]
  /** ISO dates. */
  readonly supportEnds?: Fact<string>
  readonly deprecated?: Fact<string>
  readonly notes?: readonly string[]
}

/** The facts of a target by field name, for listings and for the age of the data. */
export function factsOf(target: Target): { readonly name: string; readonly fact: Fact<unknown> }[] {
  const facts: { name: string; fact: Fact<unknown> }[] = []
  const add = (name: string, fact: Fact<unknown> | undefined): void => {
    if (fact !== undefined) facts.push({ name, fact })
  }
  add('operating system', target.operatingSystem)
  add('architectures', target.architectures)
  for (const [architecture, fact] of Object.entries(target.cpu ?? {})) add(`cpu ${architecture}`, fact)
  add('libc', target.libc)
  for (const [name, fact] of Object.entries(target.symbolVersions ?? {})) add(name, fact)
  add('libraries', target.libraries)
  add('kernel', target.kernel)
  add('page size', target.pageSize)
  add('engine', target.engine)
  add('built-in modules', target.builtins)
  add('partial built-in modules', target.partialBuiltins)
  add('run-time compilation', target.runtimeCompilation)
  for (const limit of target.limits) {
    add(`limit ${limit.name}${limit.condition === undefined ? '' : ` (${limit.condition})`}`, limit.max)
  }
  add('support ends', target.supportEnds)
  add('deprecated', target.deprecated)
  return facts
}

/** Names by which npm and Node know an architecture, for ids and messages. */
const nodeNames: Readonly<Partial<Record<Architecture, string>>> = {
  'x86-64': 'x64',
  i386: 'ia32',
  aarch64: 'arm64',
  ppc64le: 'ppc64le',
  loongarch64: 'loong64',
}

export function nodeArchitectureName(architecture: Architecture): string {
  return nodeNames[architecture] ?? architecture
}
