import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where results of earlier runs are kept: `SHRINK_CACHE`, or `shrink` in the user's cache folder. */
export function cacheFolder(): string {
  const given = process.env['SHRINK_CACHE']
  if (given) return resolve(given)
  if (process.platform === 'win32') return join(process.env['LOCALAPPDATA'] ?? homedir(), 'shrink', 'cache')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'shrink')
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'shrink')
}
