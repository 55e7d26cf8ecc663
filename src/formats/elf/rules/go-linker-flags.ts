import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { SHT } from '../constants.ts'

export const goLinkerFlags: Rule<ElfDetail> = {
  id: 'elf/go-linker-flags',
  help: 'Go writes symbols and DWARF into every program unless it is told not to; stack traces do not need them.',
  *check({ detail: { file } }) {
    const isGo = file.sections.some((section) => section.name.endsWith('gopclntab'))
    const extra = file.sections.filter((section) => section.sh_type === SHT.SYMTAB || section.name === '.strtab' || /^\.z?debug_/.test(section.name))
    const wastedBytes = extra.reduce((sum, section) => sum + section.sh_size, 0)
    if (!isGo || wastedBytes === 0) return
    yield {
      severity: 'info',
      message: `a Go program that was linked without -s -w: ${wastedBytes} bytes of symbols and DWARF`,
      advice: 'go build -trimpath -ldflags="-s -w"; `shrink build` removes them afterwards as well',
      wastedBytes,
      fix: { transform: 'elf/strip' },
    }
  },
}
