import { EM, NT_GNU } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'
import type { Note } from './notes.ts'

/** What NT_GNU_PROPERTY_TYPE_0 says by bits (x86-64 psABI and AArch64 ELF ABI, program properties). */
const bitNames: Readonly<Record<number, Readonly<Record<number, readonly string[]>>>> = {
  [EM.X86_64]: {
    0xc0000002: ['IBT', 'SHSTK', 'LAM_U48', 'LAM_U57'],
    0xc0008002: ['needs x86-64-baseline', 'needs x86-64-v2', 'needs x86-64-v3', 'needs x86-64-v4'],
    0xc0010002: ['uses x86-64-baseline', 'uses x86-64-v2', 'uses x86-64-v3', 'uses x86-64-v4'],
  },
  [EM.AARCH64]: { 0xc0000000: ['BTI', 'PAC', 'GCS'] },
}

/** Program properties by name, in the order of the note. @throws MalformedError */
export function gnuProperties(file: ElfFile, notes: readonly Note[]): string[] {
  const names = bitNames[file.header.e_machine === EM.I386 ? EM.X86_64 : file.header.e_machine] ?? {}
  const found: string[] = []
  for (const note of notes) {
    if (note.owner !== 'GNU' || note.type !== NT_GNU.PROPERTY_TYPE_0) continue
    const reader = note.description
    reader.offset = 0
    while (reader.remaining >= 8) {
      const type = reader.u32('pr_type')
      const size = reader.u32('pr_datasz')
      const at = reader.offset
      if (size >= 4 && names[type] !== undefined) {
        const bits = reader.u32('property')
        for (const [bit, name] of names[type].entries()) if ((bits & (1 << bit)) !== 0) found.push(name)
      }
      const padded = Math.ceil(size / (file.is64 ? 8 : 4)) * (file.is64 ? 8 : 4)
      reader.offset = Math.min(at + padded, reader.size)
    }
  }
  return found
}
