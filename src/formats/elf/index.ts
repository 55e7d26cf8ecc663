import type { Format } from '../../core/format.ts'
import { analyzeArchive } from './analyze-archive.ts'
import { analyzeElf } from './analyze.ts'
import { explainFeature } from './cpu/explain-feature.ts'
import type { ElfDetail } from './detail.ts'
import { isArchive } from './read/archive.ts'
import { recognizesElf } from './recognizes.ts'
import { rules } from './rules/index.ts'
import { strip } from './transforms/strip.ts'
import { verifyElf } from './verify.ts'

/** Executables, shared objects, addons, objects and static archives in the Executable and Linkable Format (gABI). */
export const elf: Format<ElfDetail> = {
  id: 'elf',
  recognizes: recognizesElf,
  async analyze(artifact, settings, context) {
    return isArchive(artifact.bytes) ? analyzeArchive(artifact, context) : analyzeElf(artifact, settings, context)
  },
  rules,
  transforms: [strip],
  verify: verifyElf,
  explain: explainFeature,
}
