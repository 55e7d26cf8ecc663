import type { SizeMap, SizeRange } from '../../../core/size-map.ts'
import { buildSizeMap, totalsByLabel } from '../../../core/size-map.ts'
import { normalizeSource, packageOf } from './package-of.ts'

/** How it was found out which module a byte comes from. */
export type CompositionSource = 'source-map' | 'markers' | 'metafile'

/** A run of bytes of the file that one module is to answer for. */
export interface ModuleRange {
  /** As it stands in the map or marker. */
  readonly source: string
  /** Bytes from the start of the file. */
  readonly offset: number
  readonly size: number
}

export interface PackageShare {
  /** `[app]` for the application's own modules. */
  readonly name: string
  readonly bytes: number
  readonly modules: number
  /** Folders it was taken from; more than one where it is there more than once. */
  readonly copies: readonly { readonly root: string; readonly version: string | null; readonly bytes: number }[]
}

/** What a script is made of, by module and by package. Both maps sum to the file's length. */
export interface Composition {
  readonly from: CompositionSource
  readonly modules: SizeMap
  readonly packages: SizeMap
  /** Largest first. */
  readonly shares: readonly PackageShare[]
}

export const APPLICATION = '[app]'
export const UNKNOWN = '[bundler and unmapped]'

export function compose(from: CompositionSource, byteLength: number, ranges: readonly ModuleRange[]): Composition {
  const modules: SizeRange[] = []
  const packages: SizeRange[] = []
  const shares = new Map<string, { bytes: number; modules: Set<string>; copies: Map<string, { version: string | null; bytes: number }> }>()
  for (const { source, offset, size } of ranges) {
    const path = normalizeSource(source)
    const owner = packageOf(path)
    const name = owner.name ?? APPLICATION
    modules.push({ label: path, kind: 'module', offset, size })
    packages.push({ label: name, kind: 'package', offset, size })
    let share = shares.get(name)
    if (share === undefined) shares.set(name, (share = { bytes: 0, modules: new Set(), copies: new Map() }))
    share.bytes += size
    share.modules.add(path)
    const copy = share.copies.get(owner.root)
    if (copy === undefined) share.copies.set(owner.root, { version: owner.version ?? null, bytes: size })
    else copy.bytes += size
  }
  return {
    from,
    modules: buildSizeMap(byteLength, modules, UNKNOWN),
    packages: buildSizeMap(byteLength, packages, UNKNOWN),
    shares: [...shares]
      .map(([name, share]) => ({
        name,
        bytes: share.bytes,
        modules: share.modules.size,
        copies: [...share.copies]
          .map(([root, copy]) => ({ root, ...copy }))
          .sort((a, b) => b.bytes - a.bytes || (a.root < b.root ? -1 : 1)),
      }))
      .sort((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1)),
  }
}

/** Bytes of the modules that `wanted` accepts. */
export function bytesOfModules(composition: Composition, wanted: (path: string) => boolean): number {
  let bytes = 0
  for (const { label, size } of totalsByLabel(composition.modules)) if (label !== UNKNOWN && wanted(label)) bytes += size
  return bytes
}
