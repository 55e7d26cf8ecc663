import { createHash } from 'node:crypto'
import type { Diagnostic } from '../core/diagnostic.ts'
import { formats } from '../formats/index.ts'
import { headSize } from '../pipeline/run-job.ts'
import { plural } from '../reporters/units.ts'
import { isOfPackage } from '../tree/sides/served-folders.ts'

/** A file of the tree whose bytes are read when they are needed; undefined when they cannot be. */
export interface ReadableFile {
  readonly path: string
  readonly size: number
  read(): Uint8Array | undefined
}

export interface NamedByDigest {
  /** Tree paths of what must keep its bytes. */
  readonly paths: ReadonlySet<string>
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Artifacts whose digest another file of the tree holds: `integrity` of a page's scripts, the table of a service worker
 * (ngsw.json), the list of what a loader fetches (blazor.boot.json), what a server sends with it (Nitro). Such a file is refused,
 * or cut off, when its bytes are others.
 */
export function namedByDigest(files: readonly ReadableFile[]): NamedByDigest {
  const own = files.filter(({ path }) => !isOfPackage(path))
  const holders = digestHolders(own)
  const named: Named[] = []
  if (holders.size === 0) return { paths: new Set(), diagnostics: [] }
  const algorithms = new Set([...holders.keys()].map((key) => key.slice(0, key.indexOf('-'))))
  for (const { path, size, read } of own) {
    const bytes = size > maxHashed ? undefined : read()
    if (bytes === undefined || !formats.some((format) => format.recognizes(path, bytes.subarray(0, headSize)))) continue
    for (const algorithm of algorithms) {
      const holder = holders.get(`${algorithm}-${digestOf(bytes, algorithm)}`)
      if (holder === undefined || holder === path) continue
      named.push({ path, algorithm, holder })
      break
    }
  }
  return { paths: new Set(named.map(({ path }) => path)), diagnostics: named.length === 0 ? [] : [told(named)] }
}

function digestOf(bytes: Uint8Array, algorithm: string): string {
  if (algorithm !== 'etag') return createHash(algorithm).update(bytes).digest('base64')
  return `${bytes.byteLength.toString(16)}-${createHash('sha1').update(bytes).digest('base64').slice(0, 27)}`
}

interface Named {
  readonly path: string
  readonly algorithm: string
  readonly holder: string
}

/** Longer ones are no files that a page or a manifest names. */
const maxHashed = 2 ** 31 - 1
const maxHolder = 8 << 20

/** Pages, templates of pages, manifests, and what frameworks keep of answers that were rendered before. */
const holdsText = /\.(?:html?|xhtml|json|[cm]?js|webmanifest|xml|txt|rsc|meta|body|php|cshtml|erb|ejs|hbs|njk|twig|liquid|toml|ya?ml)$|(?:^|\/)[^./]+$/i
const base64Digest = /\bsha(256|384|512)-([A-Za-z0-9+/]{43,86}={0,2})/g
/** In base64, where slashes may be written as JSON or as HTML allow. */
const escapes = /\\\/|\\u002[fb]|&#(?:x2[fb]|4[37]);/gi
/** Quoted in JSON: what ngsw.json and manifests of other makers hold. */
const hexDigest = /"([0-9a-f]{40}|[0-9a-f]{64})"/g

/** Of the package etag: Nitro’s servers (Nuxt) hold those of what they serve, with its length, which is what they send. */
const entityTag = /["']([0-9a-f]{1,9}-[A-Za-z0-9+/]{27})\\?["']/g

/** The first file that holds a digest, by `algorithm-base64`. */
function digestHolders(files: readonly ReadableFile[]): ReadonlyMap<string, string> {
  const holders = new Map<string, string>()
  const note = (key: string, path: string): void => {
    if (!holders.has(key)) holders.set(key, path)
  }
  for (const { path, size, read } of files) {
    if (size > maxHolder || !holdsText.test(path)) continue
    const bytes = read()
    if (bytes === undefined) continue
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const isJson = /\.(?:json|webmanifest)$/i.test(path)
    if (!isJson && !['sha256-', 'sha384-', 'sha512-', 'etag'].some((start) => buffer.includes(start))) continue
    const text = buffer.toString('latin1').replace(escapes, unescaped)
    for (const [, bits, digest] of text.matchAll(base64Digest)) note(`sha${bits}-${digest}`, path)
    for (const [, tag] of text.matchAll(entityTag)) note(`etag-${tag}`, path)
    if (isJson) for (const [, hex] of text.matchAll(hexDigest)) note(`${hex!.length === 40 ? 'sha1' : 'sha256'}-${Buffer.from(hex!, 'hex').toString('base64')}`, path)
  }
  return holders
}

function unescaped(written: string): string {
  return /(?:b|43);?$/i.test(written) ? '+' : '/'
}

function told(named: readonly Named[]): Diagnostic {
  const shown = named.slice(0, 3).map(({ path, algorithm, holder }) => `${path} (${algorithm === 'etag' ? 'ETag' : algorithm.replace('sha', 'SHA-')} in ${holder})`)
  const are = named.length === 1 ? 'is' : 'are'
  return {
    severity: 'warning',
    code: 'transform/skipped',
    message: `${plural(named.length, 'file')} ${are} left as ${named.length === 1 ? 'it' : 'they'} ${are}, since who checks the digests that other files hold would refuse other bytes: ${shown.join(', ')}${named.length > 3 ? ` and ${named.length - 3} more` : ''}`,
    hint: 'Let shrink run before the digests are made: as the last plugin of the bundler, or before the tool that writes them.',
    location: { path: named[0]!.path },
  }
}
