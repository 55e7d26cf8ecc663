/** One file of what is deployed. */
export interface Artifact {
  /** Relative to the tree, `/`-separated, never absolute, never with `..`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Another file that belongs to an artifact and changes with it: its source map, its split debug information. */
export interface Companion {
  readonly role: 'source-map' | 'debug-info' | 'legal-comments' | 'compile-cache'
  readonly path: string
  readonly bytes: Uint8Array
}
