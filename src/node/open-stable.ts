import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import type { LargeFile } from '../pipeline/large-file.ts'
import { headSize } from '../pipeline/run-job.ts'
import { readStable, readWhole, stableRead, stableUse } from './read-stable.ts'

/** From this length on a file is looked at before it is read: as many may be held at a time as there are threads. */
const LARGE = 64 * 2 ** 20

/** Bytes that are hashed and copied at a time. */
const PIECE = 2 ** 20

export interface Copying {
  readonly signal: AbortSignal
  /** The file that a copy goes into; undefined when it is there already. */
  create(): Promise<FileHandle | undefined>
  /** The typed error for what went wrong when writing. */
  failed(error: unknown): Error
}

/** The whole file, as `readStable` reads it, or a large one unread. @throws ShrinkError as `readStable` */
export function openStable(path: string, copying: Copying): Uint8Array | LargeFile {
  return stableRead(path, (file, size): Uint8Array | LargeFile | undefined => {
    if (size < LARGE) return readWhole(file, size)
    const head = readWhole(file, headSize)
    return (
      head && {
        size,
        head,
        whole: async () => readStable(path),
        digest: () => stableUse(path, (file, length) => pass(file, length, undefined, copying)),
        copy: () => copyStable(path, copying),
      }
    )
  })
}

async function copyStable(path: string, copying: Copying): Promise<string> {
  const target = await copying.create()
  try {
    return await stableUse(path, (file, length) => pass(file, length, target, copying))
  } finally {
    await target?.close()
  }
}

/** Goes over a file once: its SHA-256, and its bytes into `target`. Undefined when it ends before its size. */
async function pass(file: FileHandle, size: number, target: FileHandle | undefined, { signal, failed }: Copying): Promise<string | undefined> {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafeSlow(PIECE)
  const write = async (bytes: Uint8Array, at: number): Promise<void> => {
    await target?.write(bytes, 0, bytes.byteLength, at).catch((error: unknown) => {
      throw failed(error)
    })
  }
  for (let at = 0; at < size; ) {
    signal.throwIfAborted()
    const { bytesRead } = await file.read(piece, 0, Math.min(PIECE, size - at), at)
    if (bytesRead === 0) return undefined
    const bytes = piece.subarray(0, bytesRead)
    hash.update(bytes)
    await write(bytes, at)
    at += bytesRead
  }
  await target?.truncate(size)
  return hash.digest('hex')
}
