import type { Transform } from '../../../core/transform.ts'
import { ET, SHF, SHT } from '../constants.ts'
import type { ElfDetail } from '../detail.ts'
import type { ElfFile } from '../read/elf-file.ts'
import type { StripMode } from '../write/removable-sections.ts'
import { isRemovable } from '../write/removable-sections.ts'
import { rewriteElf } from '../write/rewrite.ts'

/** Removes symbols and debug information that no loader, unwinder or language run time reads. */
export const strip: Transform<ElfDetail> = {
  id: 'elf/strip',
  title: 'Remove symbols and debug information',
  safety: 'drops-debug-info',
  applies({ detail: { file } }, { options }) {
    return isProgram(file) && removableSections(file, modeOf(options['strip'])).length > 0
  },
  async apply(artifact, { detail: { file } }, { options }) {
    const removed = removableSections(file, modeOf(options['strip']))
    const { bytes } = rewriteElf(file, { removed: new Set(removed) })
    const names = removed.map((index) => file.sections[index]!.name)
    return {
      artifact: { path: artifact.path, bytes },
      changes: [
        {
          transform: strip.id,
          what: `removed ${names.join(', ')}`,
          before: artifact.bytes.byteLength,
          after: bytes.byteLength,
          verifiedBy: ['every segment unchanged', 'requirements unchanged'],
        },
      ],
    }
  },
}

/** Linkers need the symbols of objects; split debug files hold nothing else. */
function isProgram(file: ElfFile): boolean {
  const isCodeMissing = file.sections.some((section) => section.sh_type === SHT.NOBITS && (section.sh_flags & SHF.EXECINSTR) !== 0)
  return (file.header.e_type === ET.EXEC || file.header.e_type === ET.DYN) && !isCodeMissing
}

function modeOf(value: unknown): StripMode {
  return value === 'debug' || value === 'none' ? value : 'all'
}

function removableSections(file: ElfFile, mode: StripMode): number[] {
  return file.sections.filter((section) => isRemovable(file, section, mode)).map((section) => section.index)
}
