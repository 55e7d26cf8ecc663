import { type FileHandle, open } from 'node:fs/promises'
import { ShrinkError } from '../core/errors.ts'
import { readFailed } from './read-failed.ts'

/**
 * The whole file, certain to be one state of it: what changes while it is read is read once more, then refused.
 *
 * @throws ShrinkError `input/changed` or `input/unreadable`
 */
export async function readStable(path: string): Promise<Buffer> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      const handle = await open(path, 'r')
      try {
        const before = await handle.stat()
        const bytes = await readWhole(handle, before.size)
        const after = await handle.stat()
        if (before.mtimeMs === after.mtimeMs && before.size === after.size && bytes?.byteLength === after.size) return bytes
      } finally {
        await handle.close()
      }
    } catch (error) {
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
async function readWhole(handle: FileHandle, size: number): Promise<Buffer | undefined> {
  if (size === 0) return handle.readFile()
  const bytes = Buffer.allocUnsafeSlow(size)
  for (let at = 0; at < size; ) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at)
    if (bytesRead === 0) return undefined
    at += bytesRead
  }
  return bytes
}
