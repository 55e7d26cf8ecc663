import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { PF, PT } from '../constants.ts'

export const executableStack: Rule<ElfDetail> = {
  id: 'elf/executable-stack',
  help: 'The stack is executable: what an attacker writes there can be run. One assembly file without a note is enough.',
  *check({ detail: { file } }) {
    const stack = file.segments.find((segment) => segment.p_type === PT.GNU_STACK)
    if (stack === undefined || (stack.p_flags & PF.X) === 0) return
    yield {
      severity: 'warning',
      message: 'PT_GNU_STACK asks for an executable stack; hardened systems (SELinux) and dlopen since glibc 2.41 refuse it',
      advice: 'link with -z noexecstack, and add .section .note.GNU-stack,"",@progbits to assembly files',
    }
  },
}
