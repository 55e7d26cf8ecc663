/** A published npm package, pinned: what the registry serves must have this digest. */
export interface PinnedPackage {
  readonly name: string
  readonly version: string
  /** Subresource integrity of the tarball, as the registry states it (`npm view NAME@VERSION dist.integrity`). */
  readonly integrity: string
}
