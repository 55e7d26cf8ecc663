import type { OutputReport, PackageReport, Report } from '../core/report.ts'

/** What was done to every file of the folder, with the digests to check it by. */
export interface Manifest {
  readonly schemaVersion: 1
  readonly tool: Report['tool']
  readonly files: readonly OutputReport[]
  /** Entry points of the bundles among the files, relative to the folder: where `shrink explain` finds the sources. */
  readonly bundledFrom?: readonly string[]
  /** Archives, images and folders made of the files. */
  readonly packages?: readonly PackageReport[]
  /** Bills of materials. */
  readonly sboms?: readonly { readonly path: string; readonly sha256: string }[]
}

/** The manifest's text: sorted, no clock, no absolute path, so that equal builds have equal manifests. */
export function manifestText(
  tool: Report['tool'],
  outputs: readonly OutputReport[],
  packages: readonly PackageReport[] = [],
  sboms: Manifest['sboms'] = [],
  bundledFrom: readonly string[] = [],
): string {
  const manifest: Manifest = {
    schemaVersion: 1,
    tool,
    files: outputs,
    ...(bundledFrom.length > 0 ? { bundledFrom } : {}),
    ...(packages.length > 0 ? { packages } : {}),
    ...(sboms.length > 0 ? { sboms } : {}),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
