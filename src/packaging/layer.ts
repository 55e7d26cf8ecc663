import type { PackageEntry } from './entry.ts'

/**
 * Where the parts of an application go in a layer, which Lambda and Function Compute unpack under `/opt`: modules are
 * found through `NODE_PATH=/opt/nodejs/node_modules`, programs through `PATH=/opt/bin`, libraries through
 * `LD_LIBRARY_PATH=/opt/lib`. Source: AWS Lambda Developer Guide, "Packaging your layer content".
 */
const places: readonly (readonly [from: string, to: string])[] = [
  ['node_modules/', 'nodejs/node_modules/'],
  ['bin/', 'bin/'],
  ['lib/', 'lib/'],
  ['extensions/', 'extensions/'],
]

/** The entries of a layer; those that have no place in one, such as the handler itself, are left out. */
export function layerEntries(entries: Iterable<PackageEntry>): PackageEntry[] {
  const layer: PackageEntry[] = []
  for (const entry of entries) {
    const place = places.find(([from]) => entry.path.startsWith(from))
    if (place !== undefined) layer.push({ ...entry, path: place[1] + entry.path.slice(place[0].length) })
  }
  return layer
}
