/** How an A64 instruction passes control on. Arm ARM C4.1.93, "Branches, Exception Generating and System instructions". */
export const Flow = {
  next: 0,
  /** BL. */
  call: 1,
  /** B. */
  jump: 2,
  /** B.cond. */
  condition: 3,
  /** CBZ, CBNZ. */
  zero: 4,
  /** TBZ, TBNZ. */
  bit: 5,
  /** BLR. */
  indirectCall: 6,
  /** BR. */
  indirectJump: 7,
  /** RET. */
  return: 8,
  /** BRK, HLT, UDF. */
  trap: 9,
} as const

export function flowOf(word: number): number {
  const high = word >>> 24
  if ((high & 0xfc) === 0x94) return Flow.call
  if ((high & 0xfc) === 0x14) return Flow.jump
  if (high === 0x54) return Flow.condition
  if ((high & 0x7e) === 0x34) return Flow.zero
  if ((high & 0x7e) === 0x36) return Flow.bit
  if ((high & 0xfe) === 0xd6) {
    const opcode = (word >>> 21) & 3
    return opcode === 0 ? Flow.indirectJump : opcode === 1 ? Flow.indirectCall : Flow.return
  }
  if (high === 0xd4 && (word & 0x00e0_001f) === 0x0020_0000) return Flow.trap
  if (high === 0xd4 && (word & 0x00e0_001f) === 0x0040_0000) return Flow.trap
  return word >>> 16 === 0 ? Flow.trap : Flow.next
}

/** Does no path lead on to the next instruction? */
export function endsPath(flow: number): boolean {
  return flow === Flow.jump || flow === Flow.indirectJump || flow === Flow.return || flow === Flow.trap
}

/** Where a direct branch at `at` (any unit of bytes) leads. */
export function branchTarget(word: number, flow: number, at: number): number {
  if (flow === Flow.call || flow === Flow.jump) return at + ((word << 6) >> 6) * 4
  if (flow === Flow.bit) return at + ((word << 13) >> 18) * 4
  return at + ((word << 8) >> 13) * 4
}

/** ADR, ADRP: what they compute at `at`; undefined for other instructions. */
export function pageAddress(word: number, at: number): number | undefined {
  if ((word & 0x1f00_0000) !== 0x1000_0000) return undefined
  const immediate = (((word << 8) >> 13) << 2) | ((word >>> 29) & 3)
  return word < 0 ? Math.floor(at / 4096) * 4096 + immediate * 4096 : at + immediate
}

/** LDR (literal): address that is loaded from; undefined for other instructions. PRFM is among them. */
export function literalAddress(word: number, at: number): number | undefined {
  return (word & 0x3b00_0000) === 0x1800_0000 ? at + ((word << 8) >> 13) * 4 : undefined
}

/** Is no instruction allocated in this part of the encoding space? Words of data are often of that kind. */
export function isUnallocated(word: number): boolean {
  const group = (word >>> 25) & 15
  return group === 1 || group === 3 || (group === 0 && word >= 0)
}
