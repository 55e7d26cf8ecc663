import type { PackageJson } from './package-json.ts'

/** A package as the lockfile pins it. */
export interface LockedPackage {
  /** Where it is installed, from the lockfile's folder: `node_modules/a/node_modules/b`. Yarn's does not say. */
  readonly path?: string
  /** As the registry knows it. */
  readonly name: string
  readonly version: string
  /** Subresource integrity, one or several digests; undefined when the lockfile has none. */
  readonly integrity?: string
  /** URL of the tarball, when the lockfile says it. */
  readonly resolved?: string
  readonly manifest: PackageJson
}

export interface Lockfile {
  /** The file's name, for messages. */
  readonly name: string
  /** By place of installation; by `name@range` in Yarn's, by `name@version` in pnpm's and Bun's. */
  readonly packages: ReadonlyMap<string, LockedPackage>
}
