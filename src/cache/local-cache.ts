import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import type { ResultCache } from '../core/result-cache.ts'

export interface LocalCacheSettings {
  /** Absolute; made when first written to. */
  readonly folder: string
  /** Bytes that are kept; what was used longest ago goes first. */
  readonly limit: number
  /** Results of other generations are not found: versions of whatever has a say in the results. */
  readonly generation?: string
}

/** Changes when files of another layout must not be read. */
const LAYOUT = 'v1'
const DIGEST_LENGTH = 64
/** Pruning goes through the whole folder, so it runs after this share of the limit was written. */
const PRUNE_SHARE = 1 / 16

/**
 * A folder of results. Each file holds the SHA-256 of its content before the content: what was cut off or changed on
 * disk is a miss. Files appear under their name only when they are complete, so several processes can share a folder.
 */
export class LocalCache implements ResultCache {
  readonly #root: string
  readonly #limit: number
  readonly #generation: string
  #written = 0

  constructor({ folder, limit, generation = '' }: LocalCacheSettings) {
    this.#root = join(folder, LAYOUT)
    this.#limit = limit
    this.#generation = generation
  }

  async read(key: string): Promise<Uint8Array | undefined> {
    const path = this.#path(key)
    try {
      const file = await readFile(path)
      const content = file.subarray(DIGEST_LENGTH)
      if (file.subarray(0, DIGEST_LENGTH).toString('latin1') !== sha256(content)) {
        await rm(path, { force: true })
        return undefined
      }
      const now = new Date()
      await utimes(path, now, now).catch(() => undefined)
      return content
    } catch {
      return undefined
    }
  }

  async write(key: string, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > this.#limit) return
    const path = this.#path(key)
    const temporary = `${path}.${randomUUID()}`
    try {
      await mkdir(dirname(path), { recursive: true })
      await writeFile(temporary, Buffer.concat([Buffer.from(sha256(bytes), 'latin1'), bytes]))
      await rename(temporary, path)
    } catch {
      await rm(temporary, { force: true }).catch(() => undefined)
      return
    }
    this.#written += bytes.byteLength
    if (this.#written < this.#limit * PRUNE_SHARE) return
    this.#written = 0
    await this.prune()
  }

  /** Removes what was used longest ago until the limit is kept, and what interrupted writes left. */
  async prune(): Promise<void> {
    const files: { path: string; size: number; used: number }[] = []
    for (const shard of await readdir(this.#root).catch(() => [])) {
      for (const name of await readdir(join(this.#root, shard)).catch(() => [])) {
        const path = join(this.#root, shard, name)
        const status = await stat(path).catch(() => undefined)
        if (status !== undefined) files.push({ path, size: status.size, used: status.mtimeMs })
      }
    }
    files.sort((a, b) => b.used - a.used)
    let kept = 0
    for (const { path, size, used } of files) {
      kept += size
      const abandoned = /\.[0-9a-f-]{36}$/.test(path) && Date.now() - used > 3_600_000
      if (kept > this.#limit || abandoned) await rm(path, { force: true }).catch(() => undefined)
    }
  }

  #path(key: string): string {
    if (!/^[0-9a-f]{64}$/.test(key)) throw new RangeError(`not a cache key: ${key}`)
    const name = this.#generation === '' ? key : sha256(Buffer.from(key + this.#generation))
    return join(this.#root, name.slice(0, 2), name)
  }
}
