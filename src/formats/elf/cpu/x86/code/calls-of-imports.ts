import { Access } from '../../program/sweep.ts'
import type { Code } from './code.ts'

/** MOV from memory. */
const LOAD = 0x8b

/**
 * Name of another file's function that the call at `at` of function `index` leads to through a register, which was last loaded from the GOT in
 * the order of addresses: `mov rbx, [rip + slot]; …; call rbx`. Compilers do so where one is called several times.
 */
export function importCalledThroughRegister({ codeAt, graph, image, sweep }: Code, index: number, at: number): string | undefined {
  const range = codeAt(at)
  if (range === undefined) return undefined
  const { base, code } = range
  const hasRex = code[at - base] === 0x41
  const opcodeAt = at - base + (hasRex ? 1 : 0)
  if (code[opcodeAt] !== 0xff || (code[opcodeAt + 1]! & 0xf8) !== 0xd0) return undefined
  const register = (code[opcodeAt + 1]! & 7) | (hasRex ? 8 : 0)
  const from = sweep.accessFrom.values()
  for (let access = graph.firstAccess[index + 1]! - 1; access >= graph.firstAccess[index]!; access--) {
    const place = from[access]! - base
    if (place >= at - base || sweep.accessKind.values()[access] !== Access.load) continue
    if ((code[place]! & 0xfb) !== 0x48 || code[place + 1] !== LOAD || (((code[place + 2]! >> 3) & 7) | ((code[place]! & 4) << 1)) !== register) continue
    return image.slots.get(sweep.accessTo.values()[access]!)?.import
  }
  return undefined
}
