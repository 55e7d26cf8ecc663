import type { Requirement } from '../../../core/requirement.ts'
import { DT } from '../constants.ts'
import type { ElfTables } from '../tables.ts'

/** The loader (PT_INTERP) and the libraries (DT_NEEDED), in the order in which they are searched. */
export function libraryRequirements({ file, dynamic, interpreter }: ElfTables): Requirement[] {
  const requirements: Requirement[] = []
  if (interpreter !== undefined) {
    const segment = file.segments.find((candidate) => candidate.p_type === 3)
    requirements.push({
      kind: 'loader',
      name: interpreter,
      need: 'required',
      evidence: [{ text: `PT_INTERP ${interpreter}`, ...(segment === undefined ? {} : { offset: segment.p_offset }) }],
    })
  }
  for (const name of new Set(dynamic?.strings(DT.NEEDED) ?? [])) {
    requirements.push({ kind: 'library', name, need: 'required', evidence: [{ text: `DT_NEEDED ${name}` }] })
  }
  return requirements
}
