import { contentEncodings } from '../bytes/content-encodings.ts'
import type { Change } from '../core/change.ts'

/** The compressed form of a file that was made smaller. */
export interface Precompressed {
  readonly path: string
  readonly bytes: Uint8Array
  readonly change: Change
}

/**
 * What servers send instead of a file: `app.js.br` and `app.js.gz` beside `app.js`. They are made anew from what became of
 * it, or browsers would go on getting what it was. Only where they hold that file as it was, and get smaller.
 */
export async function precompressedAnew(
  path: string,
  before: Uint8Array,
  after: Uint8Array,
  readFile: (path: string) => Promise<Uint8Array | undefined>,
): Promise<readonly Precompressed[]> {
  const made: Precompressed[] = []
  for (const { extension, name, encode, decode } of contentEncodings) {
    const old = await readFile(path + extension)
    if (old === undefined || !isSame(decoded(old, before.byteLength, decode), before)) continue
    const bytes = encode(after)
    if (bytes.byteLength >= old.byteLength) continue
    const change = { transform: 'precompressed', what: `${path} as it is now, with ${name}`, before: old.byteLength, after: bytes.byteLength, verifiedBy: ['held the file as it was'] }
    made.push({ path: path + extension, bytes, change })
  }
  return made
}

function decoded(bytes: Uint8Array, length: number, decode: (bytes: Uint8Array, maxLength: number) => Uint8Array): Uint8Array | undefined {
  try {
    return decode(bytes, Math.max(length, 1))
  } catch {
    return undefined
  }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0
}
