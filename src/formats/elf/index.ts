import type { Format } from '../../core/format.ts'
import { analyzeArchive } from './analyze-archive.ts'
import { analyzeElf } from './analyze.ts'
import { explainFeature } from './cpu/explain-feature.ts'
import type { ElfDetail } from './detail.ts'
import { isArchive } from './read/archive.ts'
import { rules } from './rules/index.ts'
import { strip } from './transforms/strip.ts'
import { verifyElf } from './verify.ts'

/** Executables, shared objects, addons, objects and static archives in the Executable and Linkable Format (gABI). */
export const elf: Format<ElfDetail> = {
  id: 'elf',
  recognizes: (path, head) => isElf(head) || (path.endsWith('.a') && isArchive(head) && holdsElf(head)),
  async analyze(artifact, settings, context) {
    return isArchive(artifact.bytes) ? analyzeArchive(artifact, context) : analyzeElf(artifact, settings, context)
  },
  rules,
  transforms: [strip],
  verify: verifyElf,
  explain: explainFeature,
}

function isElf(head: Uint8Array): boolean {
  return head.length >= 4 && head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46
}

/** Archives of other systems look the same: an ELF member must begin in the head, behind a member header's end. */
function holdsElf(head: Uint8Array): boolean {
  return Buffer.from(head.buffer, head.byteOffset, head.byteLength).includes('`\n\x7fELF', 8, 'latin1')
}
