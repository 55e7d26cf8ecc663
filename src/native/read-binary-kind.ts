import { open } from 'node:fs/promises'
import { type BinaryKind, binaryKindOf } from '../bytes/binary-kind.ts'

/** undefined for what is no binary, cannot be read or is not there. */
export async function readBinaryKind(file: string): Promise<BinaryKind | undefined> {
  const handle = await open(file).catch(() => undefined)
  if (handle === undefined) return undefined
  try {
    const head = new Uint8Array(64)
    const { bytesRead } = await handle.read(head, 0, 64, 0)
    return binaryKindOf(head.subarray(0, bytesRead))
  } catch {
    return undefined // a folder
  } finally {
    await handle.close()
  }
}
