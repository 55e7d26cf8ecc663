import { demangle } from '../../../core/demangle/demangle.ts'
import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { unreferencedFunctionsOrNothing } from '../relink/unreferenced-functions.ts'

/**
 * A finding pays from this saving on. Interpreters reach some of their code through tables of offsets, which nothing
 * here follows: in V8 that is up to 2 % of the file.
 */
const minimumBytes = 8192
const minimumShare = 0.025

export const unreferencedFunctions: Rule<ElfDetail> = {
  id: 'elf/unreferenced-functions',
  help: 'Functions that nothing calls or points to. A linker leaves them out when each has a section of its own and it is told to.',
  *check({ byteLength, properties, detail }) {
    if (!detail.readsCode || properties['go'] !== undefined) return // Go's linker leaves out what is not reached
    const found = unreferencedFunctionsOrNothing(detail)
    if (found === undefined || found.bytes < minimumBytes || found.bytes < byteLength * minimumShare) return
    const names = found.largest.map(({ name, size }) => `${demangle(name)} ${size}`)
    yield {
      severity: 'info',
      message: `${found.count} functions, ${found.bytes} bytes, are not reached from anywhere in the file (${names.join(', ')})`,
      advice: 'compile with -ffunction-sections -fdata-sections and link with -Wl,--gc-sections; static libraries must be compiled so too',
      data: { functions: found.count, largest: found.largest.map((each) => ({ ...each })) },
      wastedBytes: found.bytes,
    }
  },
}
