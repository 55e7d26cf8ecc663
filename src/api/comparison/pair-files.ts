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

/** The eight characters before the extensions, behind a name: Vite, Rollup (base 64 for URLs, with separators in it), esbuild (base 32), webpack. */
const eight = /(?<=[-.])[\w-]{8}(?=(?:\.[A-Za-z0-9]+)+$)/

/** Of any length and anywhere, between separators. */
const token = /(?<![A-Za-z0-9])[A-Za-z0-9]{8,64}(?![A-Za-z0-9])/g

/** Names of machines and systems are of letters and digits, too. */
const platform = /x64|x86|arm|win32|linux|darwin/

/** `assets/app-3f2a1b9c.js` → `assets/app-*.js`; undefined for names without anything that looks like a digest. */
export function withoutDigest(path: string): string | undefined {
  const start = path.lastIndexOf('/') + 1
  const name = path.slice(start)
  const last = eight.exec(name)
  const found = last !== null && isDigestByPlace(last[0]) ? last : [...name.matchAll(token)].findLast(([text]) => isDigestByShape(text))
  // a character that no path has
  return found === undefined ? undefined : `${path.slice(0, start)}${name.slice(0, found.index)}\0${name.slice(found.index + found[0].length)}`
}

/** Not a word in one case, nor one with a number behind it: `iterable`, `chapter1`. */
function isDigestByPlace(text: string): boolean {
  if (platform.test(text)) return false
  const [upper, lower, digit] = [/[A-Z]/, /[a-z]/, /\d/].map((kind) => kind.test(text))
  return (upper! && lower!) || /^[A-Z2-7]{8}$/.test(text) || (digit! && (upper! || lower!) && !/^[a-z_-]+\d+$/.test(text)) || /^\d{8}$/.test(text)
}

/** Hexadecimal, or digits and letters so mixed as nobody writes them: `UserProfile2` and `es2015min` are names. */
function isDigestByShape(text: string): boolean {
  if (/^[0-9a-f]*\d[0-9a-f]*$/.test(text)) return true
  return !platform.test(text) && (text.match(/\d(?=[A-Za-z])|[A-Za-z](?=\d)/g)?.length ?? 0) >= 3
}
