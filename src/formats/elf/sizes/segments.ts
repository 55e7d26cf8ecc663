import type { SizeRange } from '../../../core/size-map.ts'
import { PF, PT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { range, sectionRanges } from './file-layout.ts'

/** A claim for each PT_LOAD, named by what it may be used for, and one for all that is not loaded. */
export function segmentRanges(file: ElfFile): SizeRange[] {
  const loads = file.segments
    .filter((segment) => segment.p_type === PT.LOAD)
    .map((segment) => ({
      ...range(`PT_LOAD ${segment.index} (${permissions(segment.p_flags)})`, 'segment', segment.p_offset, segment.p_filesz),
      memorySize: segment.p_memsz,
    }))
  const rest = sectionRanges(file)
    .filter((section) => section.memorySize === 0 && section.size > 0)
    .map((section) => ({ ...section, label: '[not loaded]', kind: 'section' }))
  return [...loads, ...rest]
}

function permissions(flags: number): string {
  return `${flags & PF.R ? 'r' : '-'}${flags & PF.W ? 'w' : '-'}${flags & PF.X ? 'x' : '-'}`
}
