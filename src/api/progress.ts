/** How far a command is: after each file. */
export interface Progress {
  readonly done: number
  readonly total: number
  /** The file that was just finished. */
  readonly path: string
}
