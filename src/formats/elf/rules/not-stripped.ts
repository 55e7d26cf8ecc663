import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { ET } from '../constants.ts'
import { fileSizeOf } from '../read/elf-file.ts'
import { isRemovable } from '../write/removable-sections.ts'

/** Less than this is not worth a person's time. */
const minimumBytes = 1024

/** Less than this share of the file is worth a line, not a warning. */
const warningShare = 0.01

export const notStripped: Rule<ElfDetail> = {
  id: 'elf/not-stripped',
  help: 'Symbols and debug information that no run needs. They are often a tenth, with debug information most of a file.',
  *check({ detail: { file } }) {
    if (file.header.e_type === ET.REL) return // a linker needs them
    const removable = file.sections.filter((section) => isRemovable(file, section, 'all'))
    const wastedBytes = removable.reduce((sum, section) => sum + fileSizeOf(section), 0)
    if (wastedBytes < minimumBytes) return
    const largest = [...removable].sort((a, b) => b.sh_size - a.sh_size).slice(0, 4)
    yield {
      severity: wastedBytes < file.bytes.byteLength * warningShare ? 'info' : 'warning',
      message: `${wastedBytes} of ${file.bytes.byteLength} bytes are symbols and debug information (${largest.map((section) => section.name).join(', ')})`,
      advice: 'strip it with `shrink build`; add --keep-debug DIR to keep what debuggers need in a separate file',
      data: { sections: removable.map((section) => ({ name: section.name, size: fileSizeOf(section) })) },
      wastedBytes,
      fix: { transform: 'elf/strip' },
    }
  },
}
