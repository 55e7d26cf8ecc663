import type { OutputReport, Report } from '../core/report.ts'

/** Where a build says what it did, in the folder that it made. */
export const manifestName = 'shrink-manifest.json'

/** What was done to every file of the folder, with the digests to check it by. */
export interface Manifest {
  readonly schemaVersion: 1
  readonly tool: Report['tool']
  readonly files: readonly OutputReport[]
}

/** The manifest's text: sorted, no clock, no absolute path, so that equal builds have equal manifests. */
export function manifestText(tool: Report['tool'], outputs: readonly OutputReport[]): string {
  const manifest: Manifest = { schemaVersion: 1, tool, files: outputs }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
