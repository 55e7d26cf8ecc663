import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'

export const cpuAnalysisBounded: Rule<ElfDetail> = {
  id: 'elf/cpu-analysis-bounded',
  help: 'The search for checks of the CPU stopped at its bounds: functions that were not looked into count as unchecked.',
  *check({ path, detail: { cpu } }) {
    if (cpu.properties['cpuAnalysis'] !== 'bounded') return
    yield {
      severity: 'info',
      message: 'the search for checks of the CPU stopped at its bounds: `possible` may turn out guarded, and `guarded` is less certain than elsewhere',
      advice: 'run the file on the oldest CPU it is meant for, or under qemu-user with that model',
      location: { path },
    }
  },
}
