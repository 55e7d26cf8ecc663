import { PT, SHT } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'

/** The path in PT_INTERP: the loader that the kernel starts. @throws MalformedError */
export function readInterpreter(file: ElfFile): string | undefined {
  const segment = file.segments.find((candidate) => candidate.p_type === PT.INTERP && candidate.p_filesz > 0)
  if (segment === undefined) return undefined
  if (file.sections.some((section) => section.name === '.interp' && section.sh_type === SHT.NOBITS)) return undefined
  return file.reader.window(segment.p_offset, segment.p_filesz, 'PT_INTERP').cstringAt(0, 'path')
}
