import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'

export const textRelocations: Rule<ElfDetail> = {
  id: 'elf/text-relocations',
  help: 'The loader must write into code: its pages cannot be shared, and musl and hardened systems refuse to load it.',
  *check({ properties }) {
    const hardening = properties['hardening']
    if (typeof hardening !== 'object' || hardening === null || !('textRelocations' in hardening) || hardening.textRelocations !== true) return
    yield {
      severity: 'warning',
      message: 'DT_TEXTREL: code is relocated when the file is loaded',
      advice: 'compile everything that is linked in with -fPIC',
    }
  },
}
