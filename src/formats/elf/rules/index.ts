import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { notStripped } from './not-stripped.ts'

/** Every check on a single ELF file, in the order of the documentation. */
export const rules: readonly Rule<ElfDetail>[] = [notStripped]
