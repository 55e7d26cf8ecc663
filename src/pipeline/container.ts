import { isAsar } from '../bytes/asar.ts'

/** Names archives by their first bytes: they are counted as one file and left alone. */
export function containerName(bytes: Uint8Array): string | undefined {
  const starts = (...magic: readonly number[]): boolean => magic.every((byte, index) => bytes[index] === byte)
  if (starts(0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a)) return 'ar'
  if (starts(0x50, 0x4b, 0x03, 0x04)) return 'zip'
  if (starts(0x1f, 0x8b)) return 'gzip'
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd'
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz'
  if (isAsar(bytes)) return 'asar'
  if (bytes.length >= 262 && String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar') return 'tar'
  return undefined
}
