import { MAX_LENGTH, X86Decoder } from './decode.ts'
import { Fast, fastTable, lengthBehindPrefixes, ROWS } from './fast-table.ts'
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

// Copies: an imported binding is loaded anew each time, which the sweep would feel.
const { slow } = Fast
const lastRow = ROWS - 1

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
  sweep(decoder, code, 0, code.length, result)
  return result
}

/** Below this a stretch is not worth four streams. */
const LEAST = 16_384

/** `start` is an instruction boundary, and so is `end`, or it is the end of the code. */
function sweep(decoder: X86Decoder, code: Uint8Array, start: number, end: number, result: FeatureCounts): void {
  if (decoder.mode === 32 || end - start < LEAST) sweepSlowly(decoder, code, start, end, result)
  else sweepFour(decoder, code, start, end, result)
}

/** The first instruction boundary at or after `at`, found by starting early enough to be in step. */
function boundaryNear(decoder: X86Decoder, code: Uint8Array, at: number): number {
  let next = Math.max(0, at - SYNC_DISTANCE)
  while (next < at) next += decoder.decode(code, next) || 1
  return next
}

/** Length of the instruction at `at`, 1 where there is none, and what it needs added to the result. */
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
  const table = fastTable()
  // the table is one of 64-bit mode, and reads on without a look at the end
  const fastEnd = decoder.mode === 64 ? Math.min(end, code.length - 2 * MAX_LENGTH) : 0
  let at = start
  while (at < end) {
    at += (at < fastEnd && lengthBehindPrefixes(table, code, at)) || note(decoder, code, at, result)
    result.instructions++
  }
}

function sweepFour(decoder: X86Decoder, code: Uint8Array, start: number, end: number, result: FeatureCounts): void {
  const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
  const table = fastTable()
  const { classes, rows, prefixes } = table
  const slowly = (at: number): number => lengthBehindPrefixes(table, code, at) || note(decoder, code, at, result)
  const quarter = (end - start) >> 2
  let p0 = start
  let p1 = boundaryNear(decoder, code, start + quarter)
  let p2 = boundaryNear(decoder, code, start + 2 * quarter)
  let p3 = boundaryNear(decoder, code, start + 3 * quarter)
  const e0 = p1
  const e1 = p2
  const e2 = p3
  const e3 = Math.min(end, code.length - 2 * MAX_LENGTH)
  let instructions = 0
  // ((x ^ y) - 1) >>> 31 is 1 where x equals y: a comparison would be compiled to a branch, and mispredicted
  while (p0 < e0 && p1 < e1 && p2 < e2 && p3 < e3) {
    let w0 = view.getInt32(p0, true)
    let w1 = view.getInt32(p1, true)
    let w2 = view.getInt32(p2, true)
    let w3 = view.getInt32(p3, true)
    // a prefix that matters
    const k0 = prefixes[w0 & 0xff]!
    const k1 = prefixes[w1 & 0xff]!
    const k2 = prefixes[w2 & 0xff]!
    const k3 = prefixes[w3 & 0xff]!
    const s0 = (k0 + 0x600) >> 11
    const s1 = (k1 + 0x600) >> 11
    const s2 = (k2 + 0x600) >> 11
    const s3 = (k3 + 0x600) >> 11
    w0 >>>= s0 << 3
    w1 >>>= s1 << 3
    w2 >>>= s2 << 3
    w3 >>>= s3 << 3
    // REX, and its W
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
    // the escape to the 0F map
    const z0 = (((w0 & 0xff) ^ 0x0f) - 1) >>> 31
    const z1 = (((w1 & 0xff) ^ 0x0f) - 1) >>> 31
    const z2 = (((w2 & 0xff) ^ 0x0f) - 1) >>> 31
    const z3 = (((w3 & 0xff) ^ 0x0f) - 1) >>> 31
    // opcode, ModRM and SIB
    const q0 = p0 + s0 + r0 + z0
    const q1 = p1 + s1 + r1 + z1
    const q2 = p2 + s2 + r2 + z2
    const q3 = p3 + s3 + r3 + z3
    w0 = view.getInt32(q0, true)
    w1 = view.getInt32(q1, true)
    w2 = view.getInt32(q2, true)
    w3 = view.getInt32(q3, true)
    const c0 = classes[(w0 & 0xff) | (z0 << 8) | k0]! & lastRow
    const c1 = classes[(w1 & 0xff) | (z1 << 8) | k1]! & lastRow
    const c2 = classes[(w2 & 0xff) | (z2 << 8) | k2]! & lastRow
    const c3 = classes[(w3 & 0xff) | (z3 << 8) | k3]! & lastRow
    const t0 = rows[(c0 << 8) | ((w0 >>> 8) & 0xff)]!
    const t1 = rows[(c1 << 8) | ((w1 >>> 8) & 0xff)]!
    const t2 = rows[(c2 << 8) | ((w2 >>> 8) & 0xff)]!
    const t3 = rows[(c3 << 8) | ((w3 >>> 8) & 0xff)]!
    const b0 = (((w0 & 0x7_0000) ^ 0x5_0000) - 1) >>> 31
    const b1 = (((w1 & 0x7_0000) ^ 0x5_0000) - 1) >>> 31
    const b2 = (((w2 & 0x7_0000) ^ 0x5_0000) - 1) >>> 31
    const b3 = (((w3 & 0x7_0000) ^ 0x5_0000) - 1) >>> 31
    const n0 = q0 + (t0 & 31) + ((((t0 >> 5) & b0) | ((t0 >> 6) & wide0)) << 2)
    const n1 = q1 + (t1 & 31) + ((((t1 >> 5) & b1) | ((t1 >> 6) & wide1)) << 2)
    const n2 = q2 + (t2 & 31) + ((((t2 >> 5) & b2) | ((t2 >> 6) & wide2)) << 2)
    const n3 = q3 + (t3 & 31) + ((((t3 >> 5) & b3) | ((t3 >> 6) & wide3)) << 2)
    instructions += 4
    if (((t0 | t1 | t2 | t3) & slow) === 0) {
      p0 = n0
      p1 = n1
      p2 = n2
      p3 = n3
      continue
    }
    p0 = (t0 & slow) === 0 ? n0 : p0 + slowly(p0)
    p1 = (t1 & slow) === 0 ? n1 : p1 + slowly(p1)
    p2 = (t2 & slow) === 0 ? n2 : p2 + slowly(p2)
    p3 = (t3 & slow) === 0 ? n3 : p3 + slowly(p3)
  }
  result.instructions += instructions
  // streams of longer instructions come further: what the others have left is split again
  sweep(decoder, code, p0, e0, result)
  sweep(decoder, code, p1, e1, result)
  sweep(decoder, code, p2, e2, result)
  sweep(decoder, code, p3, end, result)
}
