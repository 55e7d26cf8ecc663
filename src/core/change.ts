/** One thing that was done, in bytes that anybody can count. */
export interface Change {
  /** Id of the transform. */
  readonly transform: string
  /** What was done, in a few words, with names: `removed .symtab, .strtab`. */
  readonly what: string
  /** Raw bytes. */
  readonly before: number
  readonly after: number
  /** The checks that passed on the result. */
  readonly verifiedBy: readonly string[]
}
