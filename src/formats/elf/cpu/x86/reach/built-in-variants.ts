import { Kind, type Listing } from '../code/listing.ts'
import { opcodeOf } from '../code/opcode-of.ts'

/** Instructions of a case up to the comparison that it begins with. */
const LEAST_TEST = 2
const LONGEST_TEST = 8
/** Instructions up to the call of a kernel, and up to where the other case has vectors. */
const UP_TO_CALL = 16
const UP_TO_VECTORS = 40
/** Instructions that do the same where the comparison fails. */
const ALIKE = 6

/** What a case compares before it does anything, and where it goes on. */
interface Entry {
  /** Fields that are loaded, numbers and registers that are compared, the condition. */
  readonly signature: string
  /** The first instruction behind the branch, and where the branch leads. */
  readonly sides: readonly [number, number]
}

/**
 * Is a case of a switch, which calls a kernel at `call`, one of two that are the same but for the kernel: both first compare the same field with the same, and
 * where that fails do the same, instruction by instruction, while where it does not, one calls the kernel, and the other has vectors of any CPU in line, or calls
 * what does the same with them? So `memmem::Finder` of memchr was compiled, whose variants for SSE2 and AVX2 are cases, and of which the former may be built in.
 *
 * @param cases the first instruction of each case
 * @param callsTwin does the call at a place lead to what does the same as the kernel on any CPU?
 */
export function hasBuiltInVariant(code: Uint8Array, listing: Listing, cases: readonly number[], call: number, callsTwin: (place: number) => boolean): boolean {
  for (const first of cases) {
    const entry = entryOf(code, listing, first)
    if (entry === undefined) continue
    const side = entry.sides.findIndex((from) => runsInto(listing, from, call))
    if (side < 0) continue
    return cases.some((other) => {
      const theirs = other === first ? undefined : entryOf(code, listing, other)
      if (theirs?.signature !== entry.signature) return false
      const variant = theirs.sides[side]!
      return (hasVectors(code, listing, variant) || callsTwin(callBehind(listing, variant))) && isAlike(code, listing, entry.sides[1 - side]!, theirs.sides[1 - side]!)
    })
  }
  return false
}

function entryOf(code: Uint8Array, listing: Listing, first: number): Entry | undefined {
  const parts: string[] = []
  let hasField = false
  for (let place = first; place < listing.count && place - first < LONGEST_TEST; place++) {
    const at = listing.at[place]!
    const kind = listing.kind[place]
    if (kind === Kind.branch) {
      const to = listing.indexOf(listing.target[place]!)
      if (to === undefined || !hasField || place - first < LEAST_TEST) return undefined
      return { signature: `${parts.join(' ')} ${conditionAt(code, at)}`, sides: [place + 1, to] }
    }
    if (kind !== Kind.other) return undefined
    const opcodeAt = opcodeOf(code, at)
    const opcode = code[opcodeAt]!
    const modrm = code[opcodeAt + 1]!
    const next = listing.at[place + 1] ?? at
    if (opcode === 0x0f && (code[opcodeAt + 1] === 0xb6 || code[opcodeAt + 1] === 0xb7)) {
      // MOVZX from a field: the base, and the displacement
      const field = code[opcodeAt + 2]!
      if (field >> 6 !== 1 || (field & 7) === 4) return undefined
      hasField = true
      parts.push(`field ${code[opcodeAt + 1]} ${field & 7} ${code[opcodeAt + 3]}`)
    } else if ((opcode === 0x83 && modrm >> 3 === 0x18) || (opcode === 0x8d && modrm >> 6 === 1 && (modrm & 7) !== 4)) parts.push(`plus ${code[next - 1]}`) // ADD, LEA
    else if (opcode === 0x39 || opcode === 0x3b) parts.push(`compare ${code.subarray(at, next).join(',')}`)
    else if (opcode !== 0x89 || (modrm < 0xc0 && !isSpill(code, opcodeAt))) return undefined // but MOV between registers
  }
  return undefined
}

/** Is a register stored at a distance from RSP? One case may need it for something else, and the other not. */
function isSpill(code: Uint8Array, opcodeAt: number): boolean {
  const isRsp = (code[opcodeAt - 1]! & 0xf1) !== 0x41 // with REX.B it is R12
  return isRsp && (code[opcodeAt + 1]! & 7) === 4 && code[opcodeAt + 2] === 0x24
}

function runsInto(listing: Listing, from: number, goal: number): boolean {
  if (goal < from || goal - from > UP_TO_CALL) return false
  for (let place = from; place < goal; place++) if (listing.kind[place] !== Kind.other) return false
  return true
}

/** The first call behind `from`, where all else that comes before moves or computes something; or where there is none, the last instruction that was looked at. */
function callBehind(listing: Listing, from: number): number {
  let place = from
  while (place + 1 < listing.count && place - from < UP_TO_CALL && listing.kind[place] === Kind.other) place++
  return place
}

/** Does an instruction of SSE2 work on integers behind `from`, before anything is called? */
function hasVectors(code: Uint8Array, listing: Listing, from: number): boolean {
  for (let place = from; place < listing.count && place - from < UP_TO_VECTORS; place++) {
    const kind = listing.kind[place]
    if (kind !== Kind.other && kind !== Kind.branch) return false
    const at = listing.at[place]!
    const opcodeAt = opcodeOf(code, at)
    if (code[at] === 0x66 && code[opcodeAt] === 0x0f && computesVector(code[opcodeAt + 1]!)) return true
  }
  return false
}

/** Behind 66 0F: not what only moves (MOVD, MOVDQA, MOVQ, MOVNTDQ). */
function computesVector(opcode: number): boolean {
  return (opcode >= 0x60 && opcode < 0x6e) || (opcode >= 0x70 && opcode < 0x77) || (opcode >= 0xd0 && opcode !== 0xd6 && opcode !== 0xe7)
}

/**
 * Do instructions from `a` and from `b` on do the same, whatever registers they do it with? Where compilers move what they have between registers, and compute a
 * number that is one less, is as it comes.
 */
function isAlike(code: Uint8Array, listing: Listing, a: number, b: number): boolean {
  if (a === b) return false
  let [ours, theirs] = [a, b]
  for (let step = 0; step < ALIKE; step++, ours++, theirs++) {
    ours = pastMoves(code, listing, ours)
    theirs = pastMoves(code, listing, theirs)
    if (ours >= listing.count || theirs >= listing.count || listing.kind[ours] !== listing.kind[theirs]) return false
    const kind = listing.kind[ours]
    if (kind === Kind.end || kind === Kind.call) return false
    const operation = kind === Kind.branch ? conditionAt : operationAt
    if (operation(code, listing.at[ours]!) !== operation(code, listing.at[theirs]!)) return false
  }
  return true
}

/** The first instruction from `place` on that is neither LEA nor MOV between registers. */
function pastMoves(code: Uint8Array, listing: Listing, place: number): number {
  let at = place
  for (; at < listing.count; at++) {
    const opcodeAt = opcodeOf(code, listing.at[at]!)
    if (code[opcodeAt] !== 0x8d && !((code[opcodeAt] === 0x89 || code[opcodeAt] === 0x8b) && code[opcodeAt + 1]! >= 0xc0)) break
  }
  return at
}

function operationAt(code: Uint8Array, at: number): number {
  return code[opcodeOf(code, at)]!
}

/** The condition of a branch, short or near. */
function conditionAt(code: Uint8Array, at: number): number {
  return (code[at] === 0x0f ? code[at + 1]! : code[at]!) & 15
}
