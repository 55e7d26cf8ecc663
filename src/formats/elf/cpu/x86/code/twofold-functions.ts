// Functions that were compiled twice, of which a bit of a word decides which runs: GraalVM's copies of arrays, with AVX and without. The word lies in the image
// of the heap, which a register points to as long as the program runs, and keeps what the CPU was found to lack.
import { lengthAt } from '../../../../../isa/x86/length.ts'
import type { Program } from './program.ts'
import { Kind, Lister, type Listing } from './listing.ts'

/** Instructions from the beginning of a function to the branch. */
const FIRST = 8
/** No field of an object lies so far from its beginning. */
const LEAST_DISTANCE = 0x10000
/** Functions that one bit decides about: one by itself may be about anything. */
const LEAST_FUNCTIONS = 4
/** RBX, RBP, and R12 to R15 (psABI 3.2.1): who calls passes nothing in them, so that what a function reads there is the same for all. */
const registersOfAll: ReadonlySet<number> = new Set([3, 5, 12, 13, 14, 15])

/** Instructions from one that takes the address of an object to a store there. */
const BEHIND = 4
/** Bytes of both together. */
const LARGEST = 2000
/** Parts of a function that are taken for others, in front of the one with features. */
const PARTS = 2

/** A word, as where LEA or nothing has the address of what it is in, and its distance from there. */
interface Word {
  readonly register: number
  readonly displacement: number
  readonly inside: number
}

/** A bit of a word, as a key. */
type Bit = string

interface Found {
  readonly word: Word
  /** Instructions that need features. */
  readonly hits: readonly number[]
  readonly isWhereClear: boolean
}

/**
 * Instructions that only run where a bit of such a word lets them: all that need features in at least four functions, each of which begins with
 * a test of the same bit and does without such instructions on the other side. None, where some function does so where the bit is otherwise.
 */
export function instructionsOfTwofold(program: Pick<Program, 'sweep' | 'graph' | 'codeAt' | 'decoder' | 'image' | 'detectors' | 'stubs'>): number[] {
  if (!program.detectors.any) return []
  const at = program.sweep.hitAt.values()
  const lister = new Lister(program)
  const byBit = new Map<Bit, Found[]>()
  // padding before a function may be taken for one
  const branches = new Set<number>()
  for (const index of beginnings(program)) {
    const start = program.graph.starts[index]!
    const range = program.codeAt(start)
    if (range === undefined || !mayTest(range.code, start - range.base)) continue
    const { code, view, base } = range
    // a part that is jumped to behind padding is taken for another function
    const end = Math.min(start + LARGEST, base + code.length)
    const listing = lister.list(range, start, end)
    const tested = listing && testedFirst(listing, code, view)
    if (listing === undefined || tested === undefined || branches.has(base + listing.at[tested.branch]!)) continue
    branches.add(base + listing.at[tested.branch]!)
    const hits: number[] = []
    for (let hit = program.graph.firstHit[index]!; hit < at.length && at[hit]! < end; hit++) hits.push(at[hit]!)
    const found = sideWithFeatures(listing, code, base, tested, hits)
    if (found === undefined) continue
    const known = byBit.get(keyOf(tested))
    if (known === undefined) byBit.set(keyOf(tested), [found])
    else known.push(found)
  }
  return [...byBit.values()]
    .filter((found) => found.length >= LEAST_FUNCTIONS && found.every(({ isWhereClear }) => isWhereClear === found[0]!.isWhereClear) && isStored(program, found[0]!.word))
    .flatMap((found) => found.flatMap(({ hits }) => hits))
}

/** Functions that need features, or are followed by what does. */
function* beginnings({ graph }: Pick<Program, 'graph'>): Iterable<number> {
  let next = 0
  for (let index = 0; index < graph.starts.length; index++) {
    const count = graph.firstHit[index + 1]! - graph.firstHit[index]!
    if (count === 0) continue
    for (next = Math.max(next, index - PARTS); next <= index; next++) yield next
  }
}

/** Cheap: does the function begin with something that names such a register, within the first few instructions? */
function mayTest(code: Uint8Array, from: number): boolean {
  for (let at = from; at < from + 2 * FIRST; at++) {
    const opcode = code[at]!
    if ((opcode === 0x8d || opcode === 0xf6 || opcode === 0xf7 || opcode === 0x8b) && code[at + 1]! >> 6 === 2) return true
  }
  return false
}

interface Tested {
  readonly branch: number
  readonly word: Word
  readonly mask: number
}

function keyOf({ word: { register, displacement, inside }, mask }: Tested): Bit {
  return [register, displacement, inside, mask].join()
}

/** The first branch of a function, where it is made on a bit of a word far from where a register points to. */
function testedFirst(listing: Listing, code: Uint8Array, view: DataView): Tested | undefined {
  // registers that LEA has put the address of an object into, or MOV the word
  const objects = new Map<number, Word>()
  const words = new Map<number, Word>()
  let tested: { readonly word: Word; readonly mask: number } | undefined
  for (let place = 0; place < Math.min(FIRST, listing.count); place++) {
    const from = listing.at[place]!
    if (listing.kind[place] === Kind.branch) return tested !== undefined && tested.mask !== 0 && (tested.mask & (tested.mask - 1)) === 0 ? { branch: place, ...tested } : undefined
    if (listing.kind[place] !== Kind.other) return undefined
    const rex = (code[from]! & 0xf0) === 0x40 ? code[from]! : 0
    const opcodeAt = rex === 0 ? from : from + 1
    const opcode = code[opcodeAt]!
    const next = listing.at[place + 1]!
    const word = wordAt(code, view, opcodeAt + 1, rex, objects)
    const register = ((code[opcodeAt + 1]! >> 3) & 7) | ((rex & 4) << 1)
    tested = undefined
    if (opcode === 0x8d && word !== undefined) objects.set(register, word)
    else if (opcode === 0x8b && word !== undefined) words.set(register, word)
    else if (isTest(opcode) && word !== undefined) tested = { word, mask: opcode === 0xf6 ? code[next - 1]! : view.getInt32(next - 4, true) }
    else if (opcode === 0x0f && code[opcodeAt + 1] === 0xba && (code[opcodeAt + 2]! & 0xf8) === 0xe0) {
      const loaded = words.get((code[opcodeAt + 2]! & 7) | ((rex & 1) << 3))
      if (loaded !== undefined) tested = { word: loaded, mask: 1 << code[next - 1]! }
    } else if (objects.has(register) || words.has(register)) return undefined
  }
  return undefined
}

function isTest(opcode: number): boolean {
  return opcode === 0xf6 || opcode === 0xf7
}

/** The word that ModRM at `at` names. */
function wordAt(code: Uint8Array, view: DataView, at: number, rex: number, objects: ReadonlyMap<number, Word>): Word | undefined {
  const operand = memoryAt(code, view, at, rex)
  if (operand === undefined) return undefined
  const { register, displacement } = operand
  const object = objects.get(register)
  if (object !== undefined) return { ...object, inside: displacement }
  return registersOfAll.has(register) && displacement >= LEAST_DISTANCE ? { register, displacement, inside: 0 } : undefined
}

/** Does somebody store to the word? Else it says the same on every CPU. */
function isStored({ image, codeAt, decoder }: Pick<Program, 'image' | 'codeAt' | 'decoder'>, { register, displacement, inside }: Word): boolean {
  const wanted = Buffer.alloc(4)
  wanted.writeInt32LE(displacement)
  return image.code.some(({ address }) => {
    const range = codeAt(address)
    if (range === undefined) return false
    const { code, view } = range
    const bytes = Buffer.from(code.buffer, code.byteOffset, code.byteLength)
    for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
      const rex = (code[at - 3]! & 0xf0) === 0x40 ? code[at - 3]! : 0
      if (memoryAt(code, view, at - 1, rex)?.register !== register) continue
      if (inside === 0 && code[at - 2] === 0x89) return true
      if (code[at - 2] !== 0x8d) continue
      const object = ((code[at - 1]! >> 3) & 7) | ((rex & 4) << 1)
      for (let next = at + 4, steps = 0; steps < BEHIND; steps++) {
        const prefix = (code[next]! & 0xf0) === 0x40 ? code[next]! : 0
        const opcodeAt = prefix === 0 ? next : next + 1
        const operand = memoryAt(code, view, opcodeAt + 1, prefix)
        if (code[opcodeAt] === 0x89 && operand?.register === object && operand.displacement === inside) return true
        next += lengthAt(decoder, code, next) || 1
      }
    }
    return false
  })
}

/** [register + displacement], by ModRM. */
function memoryAt(code: Uint8Array, view: DataView, at: number, rex: number): { readonly register: number; readonly displacement: number } | undefined {
  const modrm = code[at]!
  const mode = modrm >> 6
  if ((mode !== 1 && mode !== 2) || (modrm & 7) === 4) return undefined
  return { register: (modrm & 7) | ((rex & 1) << 3), displacement: mode === 1 ? view.getInt8(at + 1) : view.getInt32(at + 1, true) }
}

/** Those of `hits` that run behind the branch, where all do on the same side, and control comes back on the other. */
function sideWithFeatures(listing: Listing, code: Uint8Array, base: number, { branch, word }: Tested, hits: readonly number[]): Found | undefined {
  const target = listing.indexOf(listing.target[branch]!)
  if (target === undefined) return undefined
  const [onBranch, behind] = [reachedFrom(listing, target), reachedFrom(listing, branch + 1)]
  const hitsOn = (side: Uint8Array): number[] => hits.filter((hit) => side[listing.indexOf(hit - base) ?? listing.count] === 1)
  const comesBack = (side: Uint8Array): boolean => side.some((mark, place) => mark === 1 && code[listing.at[place]!] === 0xc3)
  const opcode = code[listing.at[branch]!] === 0x0f ? code[listing.at[branch]! + 1]! : code[listing.at[branch]!]!
  // JNE behind TEST, JB behind BT; their opposites have the lowest bit set, or not
  const condition = opcode & 15
  if (condition !== 2 && condition !== 3 && condition !== 4 && condition !== 5) return undefined
  const leadsWhereSet = condition === 5 || condition === 2
  const [taken, passed] = [hitsOn(onBranch), hitsOn(behind)]
  if (taken.length === 0 && passed.length > 0 && comesBack(onBranch)) return { word, hits: passed, isWhereClear: leadsWhereSet }
  return passed.length === 0 && taken.length > 0 && comesBack(behind) ? { word, hits: taken, isWhereClear: !leadsWhereSet } : undefined
}

/** Instructions that control comes to from one of them. */
function reachedFrom(listing: Listing, from: number): Uint8Array {
  const reached = new Uint8Array(listing.count)
  const work = [from]
  for (let place = work.pop(); place !== undefined; place = work.pop()) {
    while (place < listing.count && reached[place] === 0) {
      reached[place] = 1
      const kind = listing.kind[place]
      const inside = kind === Kind.branch || kind === Kind.jump ? listing.indexOf(listing.target[place]!) : undefined
      if (inside !== undefined) work.push(inside)
      if (kind === Kind.jump || kind === Kind.end) break
      place++
    }
  }
  return reached
}
