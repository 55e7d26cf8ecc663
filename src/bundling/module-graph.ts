/** What a bundle was made of, before anything was shaken off. Serialisable; sorted by id. */
export interface ModuleGraph {
  /** Ids of the entry modules. */
  readonly entries: readonly string[]
  readonly modules: readonly GraphModule[]
}

export type ModuleKind = 'esm' | 'commonjs' | 'json' | 'text' | 'other'

export interface GraphModule {
  /** Path relative to the root, `/`-separated. */
  readonly id: string
  readonly kind: ModuleKind
  /** The npm package it belongs to; absent for the project's own files. */
  readonly package?: { readonly name: string; readonly version: string }
  /** Bytes of the source. */
  readonly bytes: number
  /** Bytes that its code takes in the chunks before minification; 0 when it was dropped. */
  readonly renderedBytes: number
  readonly imports: readonly GraphImport[]
}

export interface GraphImport {
  /** Id of the module imported, or the specifier of an external. */
  readonly id: string
  readonly kind: 'import' | 'require' | 'dynamic-import'
  readonly external: boolean
}
