import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'

/** A finding pays from this share of the file on. */
const minimumShare = 0.1
const minimumBytes = 16384

export const alignmentPadding: Rule<ElfDetail> = {
  id: 'elf/alignment-padding',
  help: 'Segments that start on large pages leave zeros between them in the file. They compress well, but count unpacked.',
  *check({ byteLength, sizes }) {
    const padding = sizes.ranges.filter((range) => range.kind === 'padding').reduce((sum, range) => sum + range.size, 0)
    if (padding < minimumBytes || padding < byteLength * minimumShare) return
    yield {
      severity: 'info',
      message: `${padding} of ${byteLength} bytes are padding between segments`,
      advice: 'link with LLD, or with -Wl,-z,noseparate-code; a smaller max-page-size would lose kernels with large pages',
      wastedBytes: padding,
    }
  },
}
