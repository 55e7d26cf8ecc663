import { posix } from 'node:path'
import { entryFiles } from '../core/package-entries.ts'
import type { TreePackage } from './packages.ts'

/**
 * A file that the package’s package.json has for its users, and that is not there: somebody chose, of the package’s
 * files, those that are in use, as Next.js (`output: 'standalone'`), Nitro and @vercel/nft do. undefined for a whole package.
 */
export function fileCutAway({ path, files, manifest }: TreePackage): string | undefined {
  const there = new Set(files.map((file) => file.path))
  return manifest.entries.find((entry) => !entryFiles(posix.join(path, entry)).some((file) => there.has(file)))
}
