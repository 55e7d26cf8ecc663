import { LocalCache, type LocalCacheSettings } from '../cache/local-cache.ts'
import type { Config } from '../config/config.ts'
import type { ResultCache } from '../core/result-cache.ts'
import { cacheFolder } from '../node/cache-folder.ts'
import { toolGeneration } from './tool-generation.ts'

/** Bytes of earlier results that are kept. */
const CACHE_LIMIT = 512 * 1024 * 1024

/** Where results of this version of the tool are kept; undefined when the user wants none. */
export function cacheSettings({ bundle }: Config): LocalCacheSettings | undefined {
  if (bundle['cache'] === false) return undefined
  return { folder: cacheFolder(), limit: CACHE_LIMIT, generation: toolGeneration() }
}

/** The same, opened. */
export function resultCache(config: Config): ResultCache | undefined {
  const settings = cacheSettings(config)
  return settings === undefined ? undefined : new LocalCache(settings)
}
