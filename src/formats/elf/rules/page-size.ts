import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { EM } from '../constants.ts'
import { pageSizeRequirements } from '../requirements/page-size.ts'

/** Machines whose kernels come with larger pages than 4 KiB, and the largest that distributions use. */
const largestPages: Readonly<Record<number, number>> = { [EM.AARCH64]: 0x10000, [EM.PPC64]: 0x10000, [EM.LOONGARCH]: 0x4000 }

export const pageSize: Rule<ElfDetail> = {
  id: 'elf/page-size',
  help: 'Segments aligned to small pages cannot be mapped by kernels with larger ones: Apple silicon and Android (16K), RHEL (64K).',
  *check({ detail }) {
    const largest = largestPages[detail.file.header.e_machine]
    const has = pageSizeRequirements(detail)[0]?.value
    if (largest === undefined || has === undefined || has >= largest) return
    yield {
      severity: 'warning',
      message: `segments are aligned to ${has} bytes: kernels with pages of ${largest / 1024} KiB cannot map them`,
      advice: `link with -Wl,-z,max-page-size=${largest}`,
      data: { pageSize: has, needed: largest },
    }
  },
}
