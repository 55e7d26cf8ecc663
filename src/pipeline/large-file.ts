/** A file that is not read into memory before it is known to be an artifact: videos, models and disk images are not. */
export interface LargeFile {
  readonly size: number
  /** Its first bytes, as many as formats are recognized by. */
  readonly head: Uint8Array
  /** @throws LimitError for one that no array holds; ShrinkError `input/unreadable`, `input/changed` */
  whole(): Promise<Uint8Array>
  /** Its SHA-256. @throws ShrinkError as `whole` */
  digest(): Promise<string>
  /** Writes it to where the result of its path goes, unless that is there already, and gives its SHA-256. @throws ShrinkError as `whole`, `output/write-failed` */
  copy(): Promise<string>
}
