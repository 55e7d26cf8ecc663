import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { findSection } from '../read/elf-file.ts'

/** A finding pays from this saving on. */
const minimumBytes = 16384

export const unwindTables: Rule<ElfDetail> = {
  id: 'elf/unwind-tables',
  help: 'A Rust program that aborts on panic needs no clean-up code and no tables for it.',
  *check({ properties, detail: { file, symbols } }) {
    if (properties['rust'] === undefined) return
    // A panic handler that unwinds leaves its mark: the personality routine or the unwinder is imported.
    const table = findSection(file, '.gcc_except_table')
    if (table === undefined || table.sh_size < minimumBytes || symbols === undefined) return
    yield {
      severity: 'info',
      message: `panics unwind: the tables of clean-up code take ${table.sh_size} bytes, and the code itself several times that`,
      advice: 'if nothing catches panics, set panic = "abort" (and opt-level = "s", lto = true) in [profile.release]',
      data: { exceptTable: table.sh_size, ehFrame: findSection(file, '.eh_frame')?.sh_size ?? 0 },
      wastedBytes: table.sh_size,
    }
  },
}
