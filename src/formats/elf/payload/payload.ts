import type { ElfTables } from '../tables.ts'

/** Something that a program carries and is not part of it for the loader. */
export interface Payload {
  readonly kind:
    | 'swc-carrier'
    | 'node-sea'
    | 'bun-compile'
    | 'deno-compile'
    | 'nexe'
    | 'pkg'
    | 'appimage'
    | 'zip'
    | 'upx'
    | 'unknown'
  /** File space. */
  readonly offset: number
  readonly size: number
  /** One phrase for people: what it is and what is in it. */
  readonly description: string
  /** Is it machine code that what we see here does not show? */
  readonly hidesCode: boolean
  /** The ELF file inside, unpacked; undefined where there is none, or no decoder. */
  readonly inner?: () => Uint8Array
}

/** Looks for one way of carrying something. */
export type Recognizer = (tables: ElfTables) => Payload | undefined

/** A size as it stands in messages. */
export function payloadSize({ size }: Pick<Payload, 'size'>): string {
  return size < 100_000 ? `${size} bytes` : `${(size / 1e6).toFixed(1)} MB`
}
