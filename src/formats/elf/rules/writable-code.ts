import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { PF } from '../constants.ts'
import { loadSegments } from '../read/address-space.ts'

export const writableCode: Rule<ElfDetail> = {
  id: 'elf/writable-code',
  help: 'A segment is writable and executable at once.',
  *check({ path, detail: { file } }) {
    for (const segment of loadSegments(file)) {
      if ((segment.p_flags & PF.W) === 0 || (segment.p_flags & PF.X) === 0) continue
      yield {
        severity: 'warning',
        message: `PT_LOAD ${segment.index} (0x${segment.p_vaddr.toString(16)}, ${segment.p_memsz} bytes) is writable and executable`,
        advice: 'link without -N/--omagic and with -z separate-code',
        location: { path, offset: segment.p_offset },
      }
    }
  },
}
