import { packedAt } from '../read/packed.ts'
import type { Recognizer } from './payload.ts'

/** UPX: all but the loader is compressed. */
export const upx: Recognizer = ({ file }) => {
  const offset = packedAt(file)
  if (offset === undefined) return undefined
  return {
    kind: 'upx',
    offset,
    size: file.bytes.byteLength - offset,
    description: 'packed with UPX: the program itself is compressed and cannot be seen',
    hidesCode: true,
  }
}
