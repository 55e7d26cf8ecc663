import type { Format } from '../../core/format.ts'
import { analyzeElf } from './analyze.ts'
import type { ElfDetail } from './detail.ts'
import { rules } from './rules/index.ts'
import { strip } from './transforms/strip.ts'
import { verifyElf } from './verify.ts'

/** Executables, shared objects, addons and object files in the Executable and Linkable Format (gABI). */
export const elf: Format<ElfDetail> = {
  id: 'elf',
  recognizes: (_path, head) =>
    head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46,
  analyze: analyzeElf,
  rules,
  transforms: [strip],
  verify: verifyElf,
}
