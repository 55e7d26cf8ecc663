import { ShrinkError } from '../core/errors.ts'

/** A file, folder or link in an archive of Electron. */
export interface AsarEntry {
  /** As the header has it: names joined with `/`, which may lead anywhere. */
  readonly path: string
  readonly content:
    | { readonly kind: 'folder' }
    /** `target` is relative to the archive's own root. */
    | { readonly kind: 'link'; readonly target: string }
    | AsarFile
}

export interface AsarFile {
  readonly kind: 'file'
  readonly size: number
  /** In the archive; undefined: in the folder `….asar.unpacked` beside it. */
  readonly offset: number | undefined
  readonly executable: boolean
  /** SHA-256 in hexadecimal digits, where the header has one. */
  readonly sha256: string | undefined
}

/** The header's first 16 bytes: two of Chromium's pickles, the length of the second in the first, and a text in the second. */
export const asarPrologue = 16

/** Of applications of 100,000 files, headers are some 30 MB. */
const maxHeader = 128 * 2 ** 20

/** No file system takes the paths of folders that are nested much deeper. */
const maxDepth = 500

/** Is it the start of an archive of Electron? */
export function isAsar(head: Uint8Array): boolean {
  return [4, 0, 0, 0].every((byte, index) => head[index] === byte) && String.fromCharCode(...head.subarray(asarPrologue, asarPrologue + 9)) === '{"files":'
}

/**
 * Where the header's text ends and the files begin.
 *
 * @param prologue the first 16 bytes
 * @throws ShrinkError `input/archive`, `input/archive-limit`
 */
export function asarLayout(prologue: Uint8Array, length: number): { readonly textLength: number; readonly filesStart: number } {
  const view = new DataView(prologue.buffer, prologue.byteOffset, prologue.byteLength)
  const filesStart = 8 + view.getUint32(4, true)
  const textLength = view.getUint32(12, true)
  if (asarPrologue + textLength > filesStart || filesStart > length) throw damaged(`its header ends at ${Math.max(asarPrologue + textLength, filesStart)} of ${length} bytes`)
  if (textLength > maxHeader) throw new ShrinkError('input/archive-limit', `the header has ${textLength} bytes, more than ${maxHeader}`, { hint: 'Unpack it (asar extract), and give the folder.' })
  return { textLength, filesStart }
}

/**
 * What the header names, in its order; folders before what is in them.
 *
 * @param available bytes behind the header, which no file may leave
 * @throws ShrinkError `input/archive`
 */
export function readAsarHeader(text: string, available: number): readonly AsarEntry[] {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch {
    throw damaged('its header is not JSON')
  }
  const entries: AsarEntry[] = []
  const pending: { readonly path: string; readonly node: unknown; readonly depth: number }[] = [{ path: '', node: header, depth: 0 }]
  while (pending.length > 0) {
    const { path, node, depth } = pending.pop()!
    if (!isObject(node)) throw damaged(`\`${path}\` is neither a file nor a folder`)
    if (depth > maxDepth) throw new ShrinkError('input/archive-limit', `its folders are nested more than ${maxDepth} deep`)
    if (!('files' in node)) {
      entries.push({ path, content: readContent(path, node, available) })
      continue
    }
    if (!isObject(node['files'])) throw damaged(`the folder \`${path}\` has no list of files`)
    if (path !== '') entries.push({ path, content: { kind: 'folder' } })
    const children = Object.entries(node['files']).map(([name, child]) => ({ path: path === '' ? name : `${path}/${name}`, node: child, depth: depth + 1 }))
    for (const child of children.toReversed()) pending.push(child)
  }
  return entries
}

function readContent(path: string, node: Readonly<Record<string, unknown>>, available: number): AsarEntry['content'] {
  const { link, size, offset, unpacked, executable, integrity } = node
  if (typeof link === 'string') return { kind: 'link', target: link }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw damaged(`the file \`${path}\` has no size`)
  const file = { kind: 'file', size, executable: executable === true, sha256: digestOf(integrity) } as const
  if (unpacked === true) return { ...file, offset: undefined }
  // a text, since numbers of JavaScript do not reach as far as those of files
  const at = typeof offset === 'string' && /^\d{1,16}$/.test(offset) ? Number(offset) : NaN
  if (!(at + size <= available)) throw damaged(Number.isNaN(at) ? `the file \`${path}\` has no place` : `the file \`${path}\` ends at ${at + size} of ${available} bytes`)
  return { ...file, offset: at }
}

function digestOf(integrity: unknown): string | undefined {
  if (!isObject(integrity) || integrity['algorithm'] !== 'SHA256' || typeof integrity['hash'] !== 'string') return undefined
  return integrity['hash'].toLowerCase()
}

/** Bytes that no file lies in: the header, and what nothing refers to. Files may share theirs. */
export function bytesOutsideFiles(entries: readonly AsarEntry[], length: number): number {
  const ranges = entries
    .flatMap(({ content }) => (content.kind === 'file' && content.offset !== undefined ? [{ from: content.offset, to: content.offset + content.size }] : []))
    .sort((a, b) => a.from - b.from)
  let covered = 0
  let end = 0
  for (const { from, to } of ranges) {
    covered += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return length - covered
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function damaged(why: string): ShrinkError {
  return new ShrinkError('input/archive', `cannot be unpacked: ${why}`, { hint: 'Check that it is a complete asar file.' })
}
