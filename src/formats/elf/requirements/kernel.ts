import type { Requirement } from '../../../core/requirement.ts'
import type { ElfTables } from '../tables.ts'
import { NT_GNU } from '../constants.ts'

/** NT_GNU_ABI_TAG: the loader refuses the file on an older kernel. */
export function kernelRequirements({ notes }: ElfTables): Requirement[] {
  const note = notes.find((candidate) => candidate.owner === 'GNU' && candidate.type === NT_GNU.ABI_TAG)
  if (note === undefined || note.description.size < 16) return []
  const { view, littleEndian, base } = note.description
  const word = (index: number): number => view.getUint32(index * 4, littleEndian)
  if (word(0) !== 0) return [] // not for Linux
  const version = `${word(1)}.${word(2)}.${word(3)}`
  return [{ kind: 'kernel', name: 'linux', version, need: 'required', evidence: [{ text: `NT_GNU_ABI_TAG Linux ${version}`, offset: base }] }]
}
