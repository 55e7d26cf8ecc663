/** Where something is: in which file of the tree, and where in it. */
export interface Location {
  /** Path relative to the analysed tree, `/`-separated. */
  readonly path: string
  /** File space: bytes from the start of the file. */
  readonly offset?: number
  /** 1-based, for text. */
  readonly line?: number
  /** 1-based, counted in UTF-16 code units. */
  readonly column?: number
}

/** `path:line:column`, `path (at offset 0x1c)` or `path`. */
export function formatLocation(location: Location): string {
  if (location.line !== undefined) {
    return `${location.path}:${location.line}${location.column === undefined ? '' : `:${location.column}`}`
  }
  if (location.offset !== undefined) return `${location.path} (at offset 0x${location.offset.toString(16)})`
  return location.path
}
