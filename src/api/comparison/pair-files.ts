import type { ComparedFile } from './compared-files.ts'

/** A file as it was and as it is. One of them may be missing. */
export interface FilePair {
  readonly before: ComparedFile | undefined
  readonly after: ComparedFile | undefined
}

/**
 * Each file with itself in the earlier report: the one of its path, else the only one that is gone whose path differs in nothing
 * but the digest of its contents, if no other new file lays claim to it. In the order of the paths.
 */
export function pairFiles(before: ReadonlyMap<string, ComparedFile>, after: ReadonlyMap<string, ComparedFile>): readonly FilePair[] {
  const gone = byMask([...before.values()].filter(({ path }) => !after.has(path)))
  const fresh = byMask([...after.values()].filter(({ path }) => !before.has(path)))
  const matched = new Set<ComparedFile>()
  const predecessor = (file: ComparedFile): ComparedFile | undefined => {
    const same = before.get(file.path)
    if (same !== undefined) return same
    const mask = withoutDigest(file.path)
    const candidates = mask === undefined ? [] : (gone.get(mask) ?? [])
    if (candidates.length !== 1 || fresh.get(mask!)!.length !== 1) return undefined
    matched.add(candidates[0]!)
    return candidates[0]
  }
  const pairs: FilePair[] = [...after.values()].map((file) => ({ before: predecessor(file), after: file }))
  for (const file of before.values()) if (!after.has(file.path) && !matched.has(file)) pairs.push({ before: file, after: undefined })
  const pathOf = (pair: FilePair): string => (pair.after ?? pair.before)!.path
  return pairs.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1))
}

function byMask(files: readonly ComparedFile[]): ReadonlyMap<string, readonly ComparedFile[]> {
  const groups = new Map<string, ComparedFile[]>()
  for (const file of files) {
    const mask = withoutDigest(file.path)
    if (mask === undefined) continue
    const group = groups.get(mask)
    if (group === undefined) groups.set(mask, [file])
    else group.push(file)
  }
  return groups
}

/** What digests of bundlers are made of, between separators: hexadecimal (webpack, Parcel), base 32 (esbuild), base 36 or 62. */
const token = /(?<![A-Za-z0-9])[A-Za-z0-9]{8,64}(?![A-Za-z0-9])/g

/** Base 64 for URLs (Vite, Rollup), which has the separators among its digits: the eight characters before the extensions. */
const base64 = /(?<=[-.])[\w-]{8}(?=(?:\.[A-Za-z0-9]+)+$)/

/** `assets/app-3f2a1b9c.js` → `assets/app-*.js`; undefined for names without anything that looks like a digest. */
export function withoutDigest(path: string): string | undefined {
  const start = path.lastIndexOf('/') + 1
  const name = path.slice(start)
  const inBase64 = base64.exec(name)
  const found = [...name.matchAll(token)].findLast(([text]) => isDigest(text)) ?? (inBase64 !== null && isMixed(inBase64[0]) ? inBase64 : undefined)
  // a character that no path has
  return found === undefined ? undefined : `${path.slice(0, start)}${name.slice(0, found.index)}\0${name.slice(found.index + found[0].length)}`
}

function isDigest(text: string): boolean {
  return /^[0-9a-f]+$/.test(text) || /^[A-Z2-7]{8}$/.test(text) || isMixed(text)
}

/** Words are of one case and have no digits within. */
function isMixed(text: string): boolean {
  return (/[a-z]/.test(text) && /[A-Z]/.test(text)) || (/\d/.test(text) && /[A-Za-z]/.test(text))
}
