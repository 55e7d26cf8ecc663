import type { Code } from './code.ts'

/** Bytes that are looked at. */
const SIZE = 4096
/** Instructions that programs may not execute, or that no compiler emits: I/O, far calls, CLI, STI, INT1, IRET, HLT. */
const notForPrograms: ReadonlySet<number> = new Set([0x6c, 0x6d, 0x6e, 0x6f, 0x9a, 0xca, 0xcb, 0xcf, 0xe4, 0xe5, 0xe6, 0xe7, 0xec, 0xed, 0xee, 0xef, 0xf1, 0xf4, 0xfa, 0xfb])

/**
 * Tables among code, as assembly has them (points of an elliptic curve): whoever runs from such an address comes to
 * something that is no instruction before anything leads elsewhere, in this or, as nothing leads elsewhere, in what follows. Code does not.
 */
export function isDataAmongCode({ graph, decoder, codeAt }: Pick<Code, 'graph' | 'decoder' | 'codeAt'>, index: number): boolean {
  const start = graph.starts[index]!
  const range = codeAt(start)
  if (range === undefined || graph.names.has(start)) return false
  const { code, base } = range
  const end = (graph.ends[index]! - base) | 0
  const last = Math.min(((start - base) | 0) + SIZE, code.length)
  for (let at = (start - base) | 0; at < last; ) {
    const length = decoder.decode(code, at)
    if (length === 0) return true
    let opcodeAt = at
    while (code[opcodeAt] === 0x66 || code[opcodeAt] === 0x67 || code[opcodeAt] === 0xf2 || code[opcodeAt] === 0xf3 || code[opcodeAt] === 0x2e || code[opcodeAt] === 0x3e) opcodeAt++
    if ((code[opcodeAt]! & 0xf0) === 0x40) opcodeAt++
    const opcode = code[opcodeAt]!
    const next = code[opcodeAt + 1]!
    if (notForPrograms.has(opcode)) return true
    if (opcode === 0xc3 || opcode === 0xc2 || opcode === 0xeb || opcode === 0xe9 || (opcode === 0xff && (next & 0x38) === 0x20) || (opcode === 0x0f && next === 0x0b)) return false
    at += length
    // the call that a function ends with may not come back
    if (opcode === 0xe8 && at >= end) return false
  }
  return false
}
