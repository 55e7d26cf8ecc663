// Kernels for several CPUs behind bits of one number: `if (flags & AVX2 && size % 16 == 0) wide(); else if (flags & SSE4_1) narrow(); else …`.
import { onlyMoves } from './branch-conditions.ts'
import { Kind, type Listing } from '../code/listing.ts'

/** Instructions from a test to the next, and from there to the call. */
const NEAR = 14
/** Branches between a call and the test of a bit that it hangs on: whether the size is a multiple of something. */
const BRANCHES = 3
/** Instructions between a test and the branch on it. */
const BETWEEN = 3

/** A bit of a register that a branch is made on. */
interface BitTest {
  readonly branch: number
  readonly register: number
  readonly bit: number
}

export interface Ways {
  /** Function that is called at an instruction, or jumped to out of this one. */
  calleeAt(place: number): number | undefined
  /** Is that function a kernel for other CPUs than the one at hand, or what does the same on any? */
  isOther(callee: number): boolean
  /** Does nothing but what runs on any CPU follow? */
  isForAny(callee: number): boolean
}

/** Is the call one of several behind bits of the same number, of which others lead to kernels for other CPUs, and none to what needs no call? */
export function isKernelByBit(listing: Listing, code: Uint8Array, call: number, ways: Ways): boolean {
  const tested = testBefore(listing, code, call)
  if (tested === undefined) return false
  const { branch, leadsByJump } = tested
  const taken = listing.indexOf(listing.target[branch]!)
  if (taken === undefined) return false
  const other = leadsByJump ? branch + 1 : taken
  const next = testNear(listing, code, other, tested)
  if (next !== undefined) return isLadder(listing, next.branch, ways)
  const before = testAhead(listing, code, branch, tested)
  return before !== undefined && calleesNear(listing, otherSide(listing, before, branch), ways).some((callee) => ways.isOther(callee)) && isOpenEnd(listing, other, ways)
}

/** One way from the branch leads to another kernel, and the other to none. */
function isLadder(listing: Listing, branch: number, ways: Ways): boolean {
  const taken = listing.indexOf(listing.target[branch]!)
  if (taken === undefined) return false
  return [[taken, branch + 1] as const, [branch + 1, taken] as const].some(([one, rest]) => calleesNear(listing, one, ways).some((callee) => ways.isOther(callee)) && isOpenEnd(listing, rest, ways))
}

function isOpenEnd(listing: Listing, from: number, ways: Ways): boolean {
  return calleesNear(listing, from, ways).every((callee) => ways.isForAny(callee))
}

function otherSide(listing: Listing, { branch }: BitTest, towards: number): number {
  const taken = listing.indexOf(listing.target[branch]!) ?? branch + 1
  return taken <= towards && taken > branch ? branch + 1 : taken
}

/** The test of a bit that the call hangs on, over a few other branches, and whether its branch is taken then. */
function testBefore(listing: Listing, code: Uint8Array, call: number): (BitTest & { readonly leadsByJump: boolean }) | undefined {
  let place = call
  for (let branches = 0; branches <= BRANCHES; branches++) {
    let steps = 0
    while (place > 0 && steps++ < NEAR && listing.firstJumpTo[place]! < 0 && listing.kind[place - 1] === Kind.other) place--
    let branch = place - 1
    let leadsByJump = false
    if (listing.firstJumpTo[place]! >= 0) {
      // from one place only
      let before = place - 1
      while (before > 0 && isPadding(code, listing.at[before]!)) before--
      if (before >= 0 && listing.kind[before] !== Kind.jump && listing.kind[before] !== Kind.end) return undefined
      branch = listing.firstJumpTo[place]!
      if (listing.nextJump[branch]! >= 0) return undefined
      leadsByJump = true
    }
    if (branch < 0 || listing.kind[branch] !== Kind.branch) return undefined
    const test = bitTestOf(listing, code, branch)
    if (test !== undefined) return { ...test, leadsByJump }
    place = branch
  }
  return undefined
}

/** NOP, of any length. */
function isPadding(code: Uint8Array, from: number): boolean {
  let at = from
  while (code[at] === 0x66 || code[at] === 0x2e) at++
  return code[at] === 0x90 || (code[at] === 0x0f && code[at + 1] === 0x1f)
}

/** The next test of another bit of the same register from `from` on. */
function testNear(listing: Listing, code: Uint8Array, from: number, { register, bit }: BitTest): BitTest | undefined {
  for (let place = from, steps = 0; place < listing.count && steps < NEAR; place++, steps++) {
    const kind = listing.kind[place]
    if (kind === Kind.other) continue
    const test = kind === Kind.branch ? bitTestOf(listing, code, place) : undefined
    return test !== undefined && test.register === register && test.bit !== bit ? test : undefined
  }
  return undefined
}

/** The test of another bit of the same register before the one at `branch`. */
function testAhead(listing: Listing, code: Uint8Array, branch: number, { register, bit }: BitTest): BitTest | undefined {
  let place = branch
  for (let steps = 0; place > 0 && steps < NEAR && listing.firstJumpTo[place]! < 0 && listing.kind[place - 1] === Kind.other; steps++) place--
  const before = [place - 1]
  for (let jump = listing.firstJumpTo[place]!; jump >= 0 && before.length < BRANCHES; jump = listing.nextJump[jump]!) before.push(jump)
  for (const at of before) {
    if (at < 0 || listing.kind[at] !== Kind.branch) continue
    const test = bitTestOf(listing, code, at)
    if (test !== undefined && test.register === register && test.bit !== bit) return test
  }
  return undefined
}

/** Functions that are called a little behind `from`, or behind a branch on the way there. */
function calleesNear(listing: Listing, from: number, ways: Ways, depth = 1): number[] {
  const callees: number[] = []
  for (let place = from, steps = 0; place < listing.count && steps < NEAR; place++, steps++) {
    const kind = listing.kind[place]
    const inside = kind === Kind.branch || kind === Kind.jump ? listing.indexOf(listing.target[place]!) : undefined
    if (kind === Kind.call || (kind === Kind.jump && inside === undefined)) {
      const callee = ways.calleeAt(place)
      if (callee !== undefined) callees.push(callee)
      break
    }
    if (kind === Kind.end || kind === Kind.jump) break
    if (kind === Kind.branch && inside !== undefined && depth > 0) callees.push(...calleesNear(listing, inside, ways, depth - 1))
  }
  return callees
}

/** TEST r, number or AND r, number with one bit, before a branch on whether that is set. */
function bitTestOf(listing: Listing, code: Uint8Array, branch: number): BitTest | undefined {
  const at = listing.at[branch]!
  const condition = (code[at] === 0x0f ? code[at + 1]! : code[at]!) & 15
  if (condition >> 1 !== 2) return undefined
  for (let place = branch - 1, steps = 0; place >= 0 && steps < BETWEEN && listing.kind[place] === Kind.other; place--, steps++) {
    const found = maskedBit(code, listing.at[place]!, listing.at[place + 1]!)
    if (found !== undefined) return { branch, ...found }
    if (!onlyMoves(code, listing.at[place]!)) return undefined
  }
  return undefined
}

const AND = 4

function maskedBit(code: Uint8Array, from: number, next: number): { register: number; bit: number } | undefined {
  const rex = (code[from]! & 0xf0) === 0x40 ? code[from]! : 0
  const at = rex === 0 ? from : from + 1
  const opcode = code[at]!
  let register = 0
  let isByte = opcode === 0xa8
  if (opcode === 0xf6 || opcode === 0xf7 || opcode === 0x83 || opcode === 0x80) {
    const modrm = code[at + 1]!
    const slash = (modrm >> 3) & 7
    if (modrm < 0xc0 || slash !== (opcode >= 0xf6 ? 0 : AND)) return undefined
    register = (modrm & 7) | ((rex & 1) << 3)
    isByte = opcode !== 0xf7
    if ((opcode === 0xf6 || opcode === 0x80) && rex === 0 && register >= 4) return undefined // AH to BH
  } else if (opcode !== 0xa8 && opcode !== 0xa9) return undefined
  const mask = isByte ? code[next - 1]! : code[next - 4]! | (code[next - 3]! << 8) | (code[next - 2]! << 16) | (code[next - 1]! << 24)
  return mask > 0 && (mask & (mask - 1)) === 0 ? { register, bit: mask } : undefined
}
