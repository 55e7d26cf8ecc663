import type { FeatureUse } from './feature-recorder.ts'
import type { ValueType } from './value-type.ts'

/** What can be imported and exported. */
export type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag'
export const externalKinds: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag']

/** Section ids in the order in which they must appear; custom sections (0) go anywhere. */
export const sectionNames: Readonly<Record<number, string>> = {
  0: 'custom',
  1: 'type',
  2: 'import',
  3: 'function',
  4: 'table',
  5: 'memory',
  13: 'tag',
  6: 'global',
  7: 'export',
  8: 'start',
  9: 'element',
  12: 'data count',
  10: 'code',
  11: 'data',
}
export const sectionOrder: readonly number[] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

/** A range of the module's bytes. All offsets in a `WasmModule` are those of `module.bytes`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

export interface Section extends ByteRange {
  readonly id: number
  /** As in `sectionNames`. `start` is at the id byte. */
  readonly name: string
  /** Set for custom sections. */
  readonly customName?: string
  /** Where the contents begin: after the size, and after a custom section's name. They end at `end`. */
  readonly contents: number
}

export interface FunctionType {
  readonly kind: 'function'
  readonly params: readonly ValueType[]
  readonly results: readonly ValueType[]
}

export interface StructType {
  readonly kind: 'struct'
  readonly fields: readonly ValueType[]
}

export interface ArrayType {
  readonly kind: 'array'
  readonly element: ValueType
}

/** Stack switching: `(cont $f)`. */
export interface ContinuationType {
  readonly kind: 'continuation'
  readonly functionType: number
}

export type DefinedType = (FunctionType | StructType | ArrayType | ContinuationType) & ByteRange

export interface Limits {
  /** Pages or elements; what is beyond 2^53 is rounded. */
  readonly minimum: number
  readonly maximum?: number
  readonly shared: boolean
  /** Addresses are 64 bits wide. */
  readonly is64: boolean
}

export interface MemoryType extends Limits {
  /** Bytes: 65536 but for custom page sizes. */
  readonly pageSize: number
  readonly imported: boolean
}

export interface TableType extends Limits {
  readonly element: ValueType
  readonly imported: boolean
}

export interface GlobalType {
  readonly type: ValueType
  readonly mutable: boolean
  readonly imported: boolean
}

export interface Import extends ByteRange {
  readonly module: string
  readonly name: string
  readonly kind: ExternalKind
  /** In the index space of its kind. */
  readonly index: number
  /** Type index, for functions and tags. */
  readonly type?: number
}

export interface Export extends ByteRange {
  readonly name: string
  readonly kind: ExternalKind
  readonly index: number
}

export interface ElementSegment extends ByteRange {
  readonly mode: 'active' | 'passive' | 'declarative'
  /** Of an active segment. */
  readonly table?: number
  readonly type: ValueType
  /** Number of elements. */
  readonly count: number
  /** Where the elements are: function indices, or constant expressions. */
  readonly elements: ByteRange & { readonly as: 'indices' | 'expressions' }
  /** Of an active segment: the constant expression, with its `end`. */
  readonly offset?: ByteRange
}

export interface DataSegment extends ByteRange {
  readonly mode: 'active' | 'passive'
  readonly memory?: number
  readonly offset?: ByteRange
  readonly contents: ByteRange
}

/** The code section's entries, by defined function (function index minus the imported ones). */
export interface FunctionBodies {
  readonly count: number
  /** Where the entry begins: at the LEB128 of its size. */
  readonly entryStart: Uint32Array
  /** After the size: the locals. */
  readonly bodyStart: Uint32Array
  /** After the locals: the first instruction. */
  readonly codeStart: Uint32Array
  readonly bodyEnd: Uint32Array
}

export interface WasmModule {
  readonly bytes: Uint8Array
  /** Where `bytes[0]` is in the file: not 0 for modules inside components. */
  readonly base: number
  readonly sections: readonly Section[]
  readonly types: readonly DefinedType[]
  readonly imports: readonly Import[]
  readonly importedFunctions: number
  /** Type index by function index, imported functions first. */
  readonly functionTypes: Uint32Array
  /** Imported ones first, as in the index spaces. */
  readonly tables: readonly TableType[]
  readonly memories: readonly MemoryType[]
  readonly globals: readonly GlobalType[]
  /** Type index by tag index. */
  readonly tags: readonly number[]
  readonly exports: readonly Export[]
  readonly start?: number
  readonly elements: readonly ElementSegment[]
  readonly bodies: FunctionBodies
  readonly data: readonly DataSegment[]
  /** Instructions in functions and constant expressions. */
  readonly instructions: number
  /** The proposals beyond 1.0 that the module uses, sorted. */
  readonly features: readonly FeatureUse[]
}
