import { type FileHandle, open } from 'node:fs/promises'
import { LimitError, ShrinkError } from '../core/errors.ts'
import { readFailed } from './read-failed.ts'

/** Longer files are no artifact that is read, and more than one call of the operating system reads. */
const MOST_BYTES = 2 ** 31 - 1

/**
 * The whole file, certain to be one state of it: what changes while it is read is read once more, then refused.
 *
 * @throws ShrinkError `input/changed` or `input/unreadable`; LimitError from 2 GiB on
 */
export async function readStable(path: string): Promise<Buffer> {
  return stableUse(path, async (handle, size) => {
    if (size > MOST_BYTES) throw new LimitError(`it has ${size} bytes; files of 2 GiB and more are not read`)
    return readWhole(handle, size)
  })
}

/**
 * What `use` makes of the file, certain to be of one state of it: what changes meanwhile is used once more, then refused.
 *
 * @param use gives undefined where the file ends before its size
 * @throws ShrinkError `input/changed` or `input/unreadable`, and what `use` throws of that kind
 */
export async function stableUse<T>(path: string, use: (handle: FileHandle, size: number) => Promise<T | undefined>): Promise<T> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'r')
      try {
        const before = await handle.stat()
        const made = await use(handle, before.size)
        const after = await handle.stat()
        if (before.mtimeMs === after.mtimeMs && before.size === after.size && made !== undefined) return made
      } finally {
        await handle.close()
      }
    } catch (error) {
      // what `use` says for itself, an interruption among it
      if (!(error instanceof RangeError) && (error as NodeJS.ErrnoException).syscall === undefined) throw error
      const { message, hint } = readFailed(path, error)
      throw new ShrinkError('input/unreadable', message, { hint, cause: error })
    }
  }
  throw new ShrinkError('input/changed', 'changed while it was read', {
    hint: 'Run again when the build that writes it has ended.',
  })
}

/**
 * Into one array of its size, which `FileHandle.readFile` does not do: it joins pieces, and so holds the file twice.
 * Undefined when the file ends earlier. Files without a size (of /proc) are read to their end.
 */
export async function readWhole(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  if (size === 0) return handle.readFile()
  const bytes = Buffer.allocUnsafeSlow(size)
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at)
    if (bytesRead === 0) return undefined
    at += bytesRead
  }
  return bytes
}
