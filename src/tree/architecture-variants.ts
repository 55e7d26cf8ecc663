import type { ArtifactReport } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import { withoutArchitecture } from './variant-key.ts'

/** A binary that does not run on the asked architecture. */
export interface ForeignBinary {
  readonly path: string
  readonly architecture: Architecture
  /** The build of the same thing for the asked architecture, where the tree has one. */
  readonly counterpart: string | undefined
}

/**
 * Every ELF artifact that is not of one of the asked architectures, with its counterpart: the artifact of an asked
 * architecture whose path is the same but for the names of architectures in it.
 */
export function foreignBinaries(artifacts: readonly ArtifactReport[], asked: readonly Architecture[]): ForeignBinary[] {
  const native = new Map<string, string>()
  for (const { format, architecture, path } of artifacts) {
    if (format === 'elf' && architecture !== null && asked.includes(architecture)) native.set(withoutArchitecture(path), path)
  }
  const foreign: ForeignBinary[] = []
  for (const { format, architecture, path } of artifacts) {
    if (format !== 'elf' || architecture === null || asked.includes(architecture)) continue
    foreign.push({ path, architecture, counterpart: native.get(withoutArchitecture(path)) })
  }
  return foreign
}
