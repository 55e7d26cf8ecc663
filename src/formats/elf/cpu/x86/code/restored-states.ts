import type { Program } from './program.ts'

/** All masks. What copies an object has no more vector registers than that at a time. */
const MASKS = 8
/** All vector registers in the encoding of AVX, and as many again in that of AVX-512. */
const VECTORS = 16
const LONGEST_MOVE = 12
const KMOV = 0x90
/** Conditions of Jcc: with a displacement of one byte, and of four. */
const SHORT_BRANCH = 0x70
const NEAR_BRANCH = 0x80

/** `vinsertf128 ymm3, ymm3, [rdi + 0x510], 1`: a register and where in the object that a register points to it is. */
interface Move {
  readonly register: number
  /** NaN where EVEX counts it in units of what is moved. */
  readonly displacement: number
  /** All that moves of one run have in common. */
  readonly manner: number
  readonly base: number
  readonly isMask: boolean
}

/**
 * Instructions that put back, or keep, what vector registers hold, where flags of the object that it is in say that it has them: one register after
 * another, at equal distances, behind a test of that object (`RtlRestoreContext` of .NET, with the CONTEXT that a signal left). On a CPU
 * without those registers nobody has saved them. What they need is no need.
 */
export function restoredStates({ sweep, codeAt }: Pick<Program, 'sweep' | 'codeAt'>): number[] {
  const at = sweep.hitAt.values()
  const found: number[] = []
  // where the last run ended, and whose object it was about
  let end = -1
  let object = -1
  for (let hit = 0; hit + MASKS <= at.length; hit++) {
    // cheap, for files with many kernels: as many as there have to be lie at equal distances
    const length = at[hit + 1]! - at[hit]!
    if (length > LONGEST_MOVE || at[hit + MASKS - 1]! - at[hit]! > LONGEST_MOVE * (MASKS - 1)) continue
    const range = codeAt(at[hit]!)
    if (range === undefined) continue
    const { code, view, base } = range
    const first = moveAt(code, view, at[hit]! - base)
    if (first === undefined || first.register % VECTORS !== 0) continue
    let last = hit
    for (let before = first, step = 0; last + 1 < at.length && at[last + 1]! - at[last]! <= LONGEST_MOVE; last++) {
      const next = moveAt(code, view, at[last + 1]! - base)
      if (next === undefined || next.manner !== first.manner || next.base !== first.base || next.register !== before.register + 1) break
      const distance = next.displacement - before.displacement
      if (distance <= 0 || (step !== 0 && distance !== step && !Number.isNaN(distance))) break
      if (distance > 0) step = distance
      before = next
    }
    const count = last - hit + 1
    if (count !== (first.isMask ? MASKS : VECTORS)) continue
    if ((at[hit] === end && first.base === object) || isBehindTest(code, at[hit]! - base, first.base)) {
      for (let each = hit; each <= last; each++) found.push(at[each]!)
      end = at[last + 1] ?? -1
      object = first.base
    }
    hit = last
  }
  return found
}

/** A move between a vector or mask register, or one of APX, and [register + displacement]. */
function moveAt(code: Uint8Array, view: DataView, at: number): Move | undefined {
  const first = code[at]!
  const opcodeAt = at + (first === 0xc5 || first === 0xd5 ? 2 : first === 0xc4 ? 3 : first === 0x62 ? 4 : -1)
  if (opcodeAt < at) return undefined
  const modrm = code[opcodeAt + 1]!
  const mode = modrm >> 6
  if ((mode !== 2 && mode !== 1) || (modrm & 7) === 4) return undefined
  const prefix = code[at + 1]!
  const high = first === 0xd5 ? ((prefix & 0x40) >> 2) | ((prefix & 4) << 1) : (prefix & 0x80) === 0 ? 8 : 0
  const displacement = mode === 2 ? view.getInt32(opcodeAt + 2, true) : first === 0x62 ? NaN : view.getInt8(opcodeAt + 2)
  const highest = first === 0x62 && (prefix & 0x10) === 0 ? 16 : 0
  return { register: ((modrm >> 3) & 7) | high | highest, displacement, manner: (first << 8) | code[opcodeAt]!, base: modrm & 7, isMask: first < 0xd0 && (code[opcodeAt]! & 0xfe) === KMOV }
}

/** Does a branch on a bit of the object that register `base` points to end right before `at`? */
function isBehindTest(code: Uint8Array, at: number, base: number): boolean {
  const branch = (code[at - 2]! & 0xf0) === SHORT_BRANCH ? at - 2 : code[at - 6] === 0x0f && (code[at - 5]! & 0xf0) === NEAR_BRANCH ? at - 6 : -1
  if (branch < 0) return false
  // TEST with [register + displacement] of one byte or four, of a byte and of four
  return [
    { length: 4, opcode: 0xf6, mode: 1 },
    { length: 7, opcode: 0xf6, mode: 2 },
    { length: 7, opcode: 0xf7, mode: 1 },
    { length: 10, opcode: 0xf7, mode: 2 },
  ].some(({ length, opcode, mode }) => code[branch - length] === opcode && code[branch - length + 1] === ((mode << 6) | base))
}
