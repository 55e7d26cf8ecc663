import { streamEntry } from './entry.ts'
import type { PackageEntry } from './entry.ts'

const block = 512
const utf8 = new TextEncoder()

/**
 * A tar stream in POSIX pax format (POSIX.1-2017, pax, "ustar Interchange Format") of sorted entries: owner 0:0, time 0,
 * and the folders that lead to a file before it, each once.
 */
export async function* tar(entries: Iterable<PackageEntry>): AsyncGenerator<Uint8Array> {
  const folders = new Set<string>()
  for (const entry of entries) {
    for (const folder of parents(entry.path)) {
      if (folders.has(folder)) continue
      folders.add(folder)
      yield header({ path: `${folder}/`, type: '5', mode: 0o755, size: 0 })
    }
    if (entry.kind === 'link') {
      yield header({ path: entry.path, type: '2', mode: 0o777, size: 0, target: entry.target })
      continue
    }
    yield header({ path: entry.path, type: '0', mode: entry.mode, size: entry.size })
    yield* streamEntry(entry)
    const rest = entry.size % block
    if (rest > 0) yield new Uint8Array(block - rest)
  }
  yield new Uint8Array(2 * block)
}

/** `a`, `a/b` for `a/b/c`. */
function parents(path: string): string[] {
  const names = path.split('/').slice(0, -1)
  return names.map((_, index) => names.slice(0, index + 1).join('/'))
}

interface TarHeader {
  readonly path: string
  /** 0 file, 2 symbolic link, 5 folder, x pax records of the next entry. */
  readonly type: '0' | '2' | '5' | 'x'
  readonly mode: number
  readonly size: number
  readonly target?: string
}

/** The largest size that eleven octal digits hold. */
const largestOctal = 0o77777777777

function header(entry: TarHeader): Uint8Array {
  const records: [string, string][] = []
  const name = splitName(entry.path)
  if (name === undefined) records.push(['path', entry.path])
  if (entry.target !== undefined && !fits(entry.target, 100)) records.push(['linkpath', entry.target])
  if (entry.size > largestOctal) records.push(['size', String(entry.size)])
  const main = ustar(entry, name ?? ['', shortened(entry.path)])
  return records.length === 0 ? main : Buffer.concat([paxHeader(records), main])
}

/** Each record is "length keyword=value\n", where the length counts itself. */
function paxHeader(records: readonly (readonly [string, string])[]): Uint8Array {
  const body = utf8.encode(
    records
      .map(([key, value]) => {
        const rest = ` ${key}=${value}\n`
        const restSize = utf8.encode(rest).byteLength
        let size = restSize + String(restSize).length
        if (String(size).length > String(restSize).length) size = restSize + String(size).length
        return `${size}${rest}`
      })
      .join(''),
  )
  const padded = new Uint8Array(Math.ceil(body.byteLength / block) * block)
  padded.set(body)
  return Buffer.concat([ustar({ path: 'PaxHeader', type: 'x', mode: 0o644, size: body.byteLength }, ['', 'PaxHeader']), padded])
}

function ustar(entry: TarHeader, [prefix, name]: readonly [string, string]): Uint8Array {
  const bytes = new Uint8Array(block)
  const text = (at: number, value: string): void => bytes.set(utf8.encode(value), at)
  const octal = (at: number, width: number, value: number): void => text(at, value.toString(8).padStart(width - 1, '0'))
  text(0, name)
  octal(100, 8, entry.mode)
  octal(108, 8, 0)
  octal(116, 8, 0)
  octal(124, 12, entry.size > largestOctal ? 0 : entry.size)
  octal(136, 12, 0)
  text(148, ' '.repeat(8))
  text(156, entry.type)
  if (entry.target !== undefined) text(157, fits(entry.target, 100) ? entry.target : shortened(entry.target))
  text(257, 'ustar\u000000')
  octal(329, 8, 0)
  octal(337, 8, 0)
  text(345, prefix)
  const sum = bytes.reduce((total, byte) => total + byte, 0)
  text(148, `${sum.toString(8).padStart(6, '0')}\u0000 `)
  return bytes
}

/** [prefix, name] as ustar splits a path at a slash; undefined when it has no such split or is not ASCII. */
function splitName(path: string): [string, string] | undefined {
  if (fits(path, 100)) return ['', path]
  if (!fits(path, 256)) return undefined
  for (let at = path.indexOf('/'); at > 0 && at <= 155; at = path.indexOf('/', at + 1)) {
    if (path.length - at - 1 <= 100 && at < path.length - 1) return [path.slice(0, at), path.slice(at + 1)]
  }
  return undefined
}

function fits(text: string, size: number): boolean {
  // eslint-disable-next-line no-control-regex -- what ustar can hold is ASCII
  return text.length <= size && /^[\x20-\x7e]*$/.test(text)
}

/** A readable stand-in for readers that do not know pax. */
function shortened(path: string): string {
  return path.replaceAll(/[^\x20-\x7e]/g, '_').slice(-100)
}
