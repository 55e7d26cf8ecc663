/**
 * Results of earlier work, by key. A backend may forget anything at any time; what it returns is what was written,
 * byte for byte, or nothing. Trouble of its own (a full disk, damaged files) is a miss, never an error.
 */
export interface ResultCache {
  read(key: string): Promise<Uint8Array | undefined>
  write(key: string, bytes: Uint8Array): Promise<void>
}
