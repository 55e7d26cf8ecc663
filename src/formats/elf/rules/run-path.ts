import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { DT } from '../constants.ts'

export const runPath: Rule<ElfDetail> = {
  id: 'elf/run-path',
  help: 'Libraries are searched in a folder of the machine the file was built on: it does not exist elsewhere, or belongs to somebody else.',
  *check({ detail: { dynamic } }) {
    const entries = [DT.RPATH, DT.RUNPATH].flatMap((tag) => dynamic?.strings(tag) ?? []).flatMap((value) => value.split(':'))
    const odd = [...new Set(entries)].filter((entry) => !/^\$\{?ORIGIN\}?(\/|$)/.test(entry) && !/^\/(usr\/(local\/)?)?lib(64|32)?(\/|$)|^\/opt\//.test(entry))
    if (odd.length === 0) return
    yield {
      severity: 'warning',
      message: `run path ${odd.map((entry) => (entry === '' ? '(empty: the working folder)' : entry)).join(', ')} is neither relative to $ORIGIN nor a system folder`,
      advice: 'link with -Wl,-rpath,$ORIGIN, or remove it (patchelf --remove-rpath)',
      data: { entries: odd },
    }
  },
}
