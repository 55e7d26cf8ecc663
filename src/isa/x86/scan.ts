import { MAX_LENGTH, X86Decoder } from './decode.ts'
import { Fast, fastTable } from './fast-table.ts'
import type { Mode } from './expand-tables.ts'

/** How often each feature set occurs in a stretch of code. */
export interface FeatureCounts {
  /** Instructions per feature set id; what does not decode is in `undecodable`. */
  readonly counts: Uint32Array
  /** Offset in the code of the first instruction of each set. */
  readonly first: Int32Array
  instructions: number
  undecodable: number
}

/** Bytes after which a decoder that started anywhere is in step (measured: 177 at most; see docs/isa.md). */
const SYNC_DISTANCE = 512

/**
 * Counts feature sets by linear sweep.
 *
 * Four streams are decoded in turn, so that the CPU works on the next one while a length is looked up: an x86 stream
 * alone is one long chain of dependent loads.
 */
export function scanX86(code: Uint8Array, mode: Mode): FeatureCounts {
  const decoder = new X86Decoder(mode)
  const sets = decoder.tables.featureSets.length
  const result = { counts: new Uint32Array(sets), first: new Int32Array(sets).fill(-1), instructions: 0, undecodable: 0 }
  const tail = Math.max(0, code.length - 2 * MAX_LENGTH)
  const quarter = mode === 64 && tail > 65_536 ? tail >> 2 : 0
  const starts = [0, 1, 2, 3].map((index) => (quarter === 0 ? 0 : boundaryNear(decoder, code, index * quarter)))
  if (quarter !== 0) {
    sweepFour(decoder, code, starts as [number, number, number, number], tail, result)
  } else sweepSlowly(decoder, code, 0, code.length, result)
  return result
}

/** The first instruction boundary at or after `at`, found by starting early enough to be in step. */
function boundaryNear(decoder: X86Decoder, code: Uint8Array, at: number): number {
  let next = Math.max(0, at - SYNC_DISTANCE)
  while (next < at) next += decoder.decode(code, next) || 1
  return next
}

function note(decoder: X86Decoder, code: Uint8Array, at: number, result: FeatureCounts): number {
  const length = decoder.decode(code, at)
  if (length === 0) {
    result.undecodable++
    return 1
  }
  const feature = decoder.feature
  if (feature !== 0) {
    result.counts[feature]!++
    const first = result.first[feature]!
    if (first < 0 || at < first) result.first[feature] = at
  }
  return length
}

function sweepSlowly(decoder: X86Decoder, code: Uint8Array, start: number, end: number, result: FeatureCounts): void {
  let at = start
  while (at < end) {
    const length = note(decoder, code, at, result)
    at += length
    result.instructions++
  }
}

function sweepFour(
  decoder: X86Decoder,
  code: Uint8Array,
  starts: readonly [number, number, number, number],
  tail: number,
  result: FeatureCounts,
): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const { classes, rows } = fastTable(64)
  const sib5 = Uint8Array.from({ length: 256 }, (_, sib) => ((sib & 7) === 5 ? 1 : 0))
  let [p0, p1, p2, p3] = starts
  const e0 = p1
  const e1 = p2
  const e2 = p3
  let instructions = 0
  // ((x ^ y) - 1) >>> 31 is 1 where x equals y: a comparison would be compiled to a branch, and mispredicted
  while (p0 < e0 && p1 < e1 && p2 < e2 && p3 < tail) {
    let w0 = view.getInt32(p0, true)
    let w1 = view.getInt32(p1, true)
    let w2 = view.getInt32(p2, true)
    let w3 = view.getInt32(p3, true)
    const r0 = (((w0 & 0xf0) ^ 0x40) - 1) >>> 31
    const r1 = (((w1 & 0xf0) ^ 0x40) - 1) >>> 31
    const r2 = (((w2 & 0xf0) ^ 0x40) - 1) >>> 31
    const r3 = (((w3 & 0xf0) ^ 0x40) - 1) >>> 31
    const wide0 = (w0 >> 3) & r0
    const wide1 = (w1 >> 3) & r1
    const wide2 = (w2 >> 3) & r2
    const wide3 = (w3 >> 3) & r3
    w0 >>>= r0 << 3
    w1 >>>= r1 << 3
    w2 >>>= r2 << 3
    w3 >>>= r3 << 3
    const z0 = (((w0 & 0xff) ^ 0x0f) - 1) >>> 31
    const z1 = (((w1 & 0xff) ^ 0x0f) - 1) >>> 31
    const z2 = (((w2 & 0xff) ^ 0x0f) - 1) >>> 31
    const z3 = (((w3 & 0xff) ^ 0x0f) - 1) >>> 31
    w0 >>>= z0 << 3
    w1 >>>= z1 << 3
    w2 >>>= z2 << 3
    w3 >>>= z3 << 3
    const t0 = rows[(classes[(w0 & 0xff) | (z0 << 8)]! << 8) | ((w0 >>> 8) & 0xff)]!
    const t1 = rows[(classes[(w1 & 0xff) | (z1 << 8)]! << 8) | ((w1 >>> 8) & 0xff)]!
    const t2 = rows[(classes[(w2 & 0xff) | (z2 << 8)]! << 8) | ((w2 >>> 8) & 0xff)]!
    const t3 = rows[(classes[(w3 & 0xff) | (z3 << 8)]! << 8) | ((w3 >>> 8) & 0xff)]!
    const q0 = p0 + r0 + z0
    const q1 = p1 + r1 + z1
    const q2 = p2 + r2 + z2
    const q3 = p3 + r3 + z3
    const n0 = q0 + (t0 & 31) + ((((t0 >> 5) & sib5[code[q0 + 2]!]!) | ((t0 >> 6) & wide0)) << 2)
    const n1 = q1 + (t1 & 31) + ((((t1 >> 5) & sib5[code[q1 + 2]!]!) | ((t1 >> 6) & wide1)) << 2)
    const n2 = q2 + (t2 & 31) + ((((t2 >> 5) & sib5[code[q2 + 2]!]!) | ((t2 >> 6) & wide2)) << 2)
    const n3 = q3 + (t3 & 31) + ((((t3 >> 5) & sib5[code[q3 + 2]!]!) | ((t3 >> 6) & wide3)) << 2)
    instructions += 4
    if (((t0 | t1 | t2 | t3) & Fast.slow) === 0) {
      p0 = n0
      p1 = n1
      p2 = n2
      p3 = n3
      continue
    }
    p0 = (t0 & Fast.slow) === 0 ? n0 : p0 + note(decoder, code, p0, result)
    p1 = (t1 & Fast.slow) === 0 ? n1 : p1 + note(decoder, code, p1, result)
    p2 = (t2 & Fast.slow) === 0 ? n2 : p2 + note(decoder, code, p2, result)
    p3 = (t3 & Fast.slow) === 0 ? n3 : p3 + note(decoder, code, p3, result)
  }
  result.instructions += instructions
  // what the longer streams have left
  sweepSlowly(decoder, code, p0, e0, result)
  sweepSlowly(decoder, code, p1, e1, result)
  sweepSlowly(decoder, code, p2, e2, result)
  sweepSlowly(decoder, code, p3, code.length, result)
}
