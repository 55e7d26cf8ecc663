import { FlattenMap, type SourceMapInput, type TraceMap } from '@jridgewell/trace-mapping'
import type { Context } from '../../../core/context.ts'

/** The source map of a script, or why it cannot be used. */
export interface FoundSourceMap {
  /** `hidden`: it lies beside the script, which does not name it, or names the place that it is served from. */
  readonly kind: 'inline' | 'external' | 'hidden'
  /** Tree-relative path of an external map. */
  readonly path?: string
  /** Flattened: index maps too. Undefined when it could not be read. */
  readonly map?: TraceMap
  /** Fields of the map that hold its identity for error trackers, as they are spelled there. */
  readonly debugIds?: DebugIds
  readonly problem?: string
  /** The absolute URL by which a script names the map that lies beside it. */
  readonly url?: string
  /** UTF-16 range of the comment that names it; empty where there is none. */
  readonly start: number
  readonly end: number
}

/** `debugId` (proposal of ECMA-426), and as Sentry writes it. */
export type DebugIds = Readonly<Partial<Record<'debugId' | 'debug_id', string>>>

/** `//# sourceMappingURL=…`, the last one in the text (ECMA-426, 11.1). */
const comment = /(?:\/\/[#@]\s*sourceMappingURL=([^\s'"]+)[^\S\r\n]*|\/\*[#@]\s*sourceMappingURL=([^\s'"]+)\s*\*\/)/g

/** Finds and reads the source map of a script: inline, or in the tree, named by the script or not. */
export async function findSourceMap(path: string, text: string, context: Context): Promise<FoundSourceMap | undefined> {
  const last = text.lastIndexOf('sourceMappingURL=')
  if (last < 0) return findHiddenMap(path, { start: text.length, end: text.length }, context)
  const from = Math.max(0, last - 16)
  let found: RegExpExecArray | undefined
  comment.lastIndex = from
  for (let match = comment.exec(text); match !== null; match = comment.exec(text)) found = match
  if (found === undefined) return findHiddenMap(path, { start: text.length, end: text.length }, context)
  const url = found[1] ?? found[2]!
  const place = { start: found.index, end: found.index + found[0].length }
  const data = /^data:application\/json[^,]*,/.exec(url)
  if (data !== null) {
    const json = data[0].includes(';base64') ? fromBase64(url.slice(data[0].length)) : fromPercent(url.slice(data[0].length))
    return { kind: 'inline', ...place, ...readSourceMap(json) }
  }
  if (/^[a-z][a-z0-9+.-]*:/i.test(url) || url.startsWith('/')) {
    const hidden = await findHiddenMap(path, place, context)
    if (hidden !== undefined) return { ...hidden, url }
    return { kind: 'external', ...place, problem: 'the map is not in the tree: it is named by an absolute URL' }
  }
  const mapPath = resolveBeside(path, fromPercent(url))
  if (mapPath === undefined) return { kind: 'external', ...place, problem: 'the map is named by a path that leaves the tree' }
  const bytes = await context.readFile(mapPath)
  if (bytes === undefined) return { kind: 'external', path: mapPath, ...place, problem: 'the map is not there' }
  return { kind: 'external', path: mapPath, ...place, ...readSourceMap(new TextDecoder().decode(bytes)) }
}

/** A map for error trackers (`sourcemap: 'hidden'`): `NAME.map`, which says that it is of this script, or of none. */
async function findHiddenMap(path: string, place: { readonly start: number; readonly end: number }, context: Context): Promise<FoundSourceMap | undefined> {
  const mapPath = `${path}.map`
  const bytes = await context.readFile(mapPath)
  if (bytes === undefined) return undefined
  const read = readSourceMap(new TextDecoder().decode(bytes))
  if (!('map' in read)) return undefined
  const { file } = read.map
  if (typeof file === 'string' && file.split('/').at(-1) !== path.split('/').at(-1)) return undefined
  return { kind: 'hidden', path: mapPath, ...place, ...read }
}

/** Reads a map; never throws: what a file names need not be a map. */
export function readSourceMap(json: string): { map: TraceMap; debugIds?: DebugIds } | { problem: string } {
  try {
    // a leading `)]}'` line guards against script inclusion (ECMA-426, 12)
    const value: unknown = JSON.parse(json.startsWith(")]}'") ? json.slice(json.indexOf('\n') + 1) : json)
    if (typeof value !== 'object' || value === null) return { problem: 'the map is not an object' }
    if (!('mappings' in value && typeof value.mappings === 'string') && !('sections' in value && Array.isArray(value.sections))) {
      return { problem: 'the map has neither mappings nor sections' }
    }
    const debugIds = debugIdsOf(value)
    return { map: FlattenMap(value as SourceMapInput), ...(debugIds === undefined ? {} : { debugIds }) }
  } catch (error) {
    return { problem: `the map cannot be read: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function debugIdsOf(map: object): DebugIds | undefined {
  const found = Object.entries(map).filter(([key, value]) => (key === 'debugId' || key === 'debug_id') && typeof value === 'string')
  return found.length === 0 ? undefined : (Object.fromEntries(found) as DebugIds)
}

/** `relative` seen from the folder of `path`; undefined when it leaves the tree. */
export function resolveBeside(path: string, relative: string): string | undefined {
  const parts = path.split('/').slice(0, -1)
  for (const part of relative.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/')
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

function fromPercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
