import { createHash } from 'node:crypto'
import { sha256 } from '../bytes/sha256.ts'
import { sortEntries, streamEntry } from './entry.ts'
import type { PackageEntry } from './entry.ts'
import type { WrittenPackage } from './zip.ts'

/** A folder as a package: its digest is that of its listing (`sha256sum` lines, links as `-> target`), sorted. */
export async function describeDirectory(entries: Iterable<PackageEntry>): Promise<WrittenPackage> {
  const sorted = sortEntries(entries)
  const lines: string[] = []
  let size = 0
  for (const entry of sorted) {
    if (entry.kind === 'link') {
      lines.push(`-> ${entry.target}  ${entry.path}\n`)
      continue
    }
    const hash = createHash('sha256')
    for await (const chunk of streamEntry(entry)) hash.update(chunk)
    lines.push(`${hash.digest('hex')}  ${entry.path}\n`)
    size += entry.size
  }
  return { size, unpackedSize: size, sha256: sha256(new TextEncoder().encode(lines.join(''))), files: sorted.length }
}
