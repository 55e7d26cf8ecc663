import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { SHT } from '../constants.ts'

/** A finding pays from this saving on. */
const minimumBytes = 1024

export const twoHashTables: Rule<ElfDetail> = {
  id: 'elf/two-hash-tables',
  help: 'Loaders use DT_GNU_HASH where there is one; the older table beside it is for systems before 2006.',
  *check({ detail: { file } }) {
    const old = file.sections.find((section) => section.sh_type === SHT.HASH)
    const hasNew = file.sections.some((section) => section.sh_type === SHT.GNU_HASH)
    if (old === undefined || !hasNew || old.sh_size < minimumBytes) return
    yield {
      severity: 'info',
      message: `.hash takes ${old.sh_size} bytes beside .gnu.hash`,
      advice: 'link with -Wl,--hash-style=gnu',
      wastedBytes: old.sh_size,
    }
  },
}
