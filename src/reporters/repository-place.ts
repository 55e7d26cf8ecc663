import type { Location } from '../core/location.ts'

/** Where something of a report is in a repository. */
export interface RepositoryPlace {
  /** Relative to the repository’s root, `/`-separated; as the report has it for what lies outside of it. Empty: the root itself. */
  readonly path: string
  /** The file in `path`, which is an archive: lines and offsets are of this one. */
  readonly inside?: string
}

/** Of a path of a report, which is relative to what was given to the command. */
export type PlaceInRepository = (path: string) => RepositoryPlace

/** Paths of the report as they are. */
export const sameInRepository: PlaceInRepository = (path) => ({ path })

/** A location, its path in the repository; of a file in an archive, that of the archive. */
export function inRepository(location: Location | undefined, placeOf: PlaceInRepository): { readonly location: Location; readonly inside?: string } {
  if (location === undefined || location.path === '' || location.path === '.') return { location: { path: '' } }
  const { path, inside } = placeOf(location.path)
  return inside === undefined ? { location: { ...location, path } } : { location: { path }, inside }
}
