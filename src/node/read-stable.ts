import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
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
export function readStable(path: string): Buffer {
  return stableRead(path, (file, size) => {
    if (size > MOST_BYTES) throw new LimitError(`it has ${size} bytes; files of 2 GiB and more are not read`)
    return readWhole(file, size)
  })
}

/**
 * What `read` takes from the file, certain to be of one state of it. It waits for the file: of a hundred thousand small
 * files, most of the time went into threads that handed descriptors to and fro.
 *
 * @param read gives undefined where the file ends before its size
 * @throws ShrinkError `input/changed` or `input/unreadable`, and what `read` throws of that kind
 */
export function stableRead<T>(path: string, read: (descriptor: number, size: number) => T | undefined): T {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const file = openSync(path, 'r')
      try {
        const before = fstatSync(file)
        const made = read(file, before.size)
        const after = fstatSync(file)
        if (before.mtimeMs === after.mtimeMs && before.size === after.size && made !== undefined) return made
      } finally {
        closeSync(file)
      }
    } catch (error) {
      throw typedError(path, error)
    }
  }
  throw changed()
}

/**
 * The same for files that are too large to wait for.
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
      throw typedError(path, error)
    }
  }
  throw changed()
}

/**
 * Into one array of its size: reading in pieces and joining them would hold the file twice. Undefined when the file ends
 * earlier. Files without a size (of /proc) are read to their end.
 */
export function readWhole(file: number, size: number): Buffer | undefined {
  if (size === 0) return readFileSync(file)
  const bytes = Buffer.allocUnsafeSlow(size)
  for (let at = 0; at < size; ) {
    const bytesRead = readSync(file, bytes, at, size - at, at)
    if (bytesRead === 0) return undefined
    at += bytesRead
  }
  return bytes
}

/** What the one who reads says for itself, an interruption among it, stays as it is. */
function typedError(path: string, error: unknown): unknown {
  if (!(error instanceof RangeError) && (error as NodeJS.ErrnoException).syscall === undefined) return error
  const { message, hint } = readFailed(path, error)
  return new ShrinkError('input/unreadable', message, { hint, cause: error })
}

function changed(): ShrinkError {
  return new ShrinkError('input/changed', 'changed while it was read', {
    hint: 'Run again when the build that writes it has ended.',
  })
}
