import type { FunctionCode } from '../code/function-code.ts'
import type { Evaluation } from './evaluation.ts'

const none: ReadonlySet<number> = new Set()

/** Branches that an instruction hangs on, beyond which it is taken to hang on any. */
const MOST_CONTROLLING = 64

/** The next instruction may come next; one at a distance of a byte or of four; the caller; or one whose address is in a register or in memory. */
const FALLS = 1
const SHORT = 2
const NEAR = 4
const LEAVES = 8
const INDIRECT = 16

/** To a goal in any case, and past it. */
const CERTAINLY = 1
const PAST = 2

/** How control goes through a function, by instruction, along what can run. */
export class ControlFlow {
  readonly #start: number
  /** By offset from the start: the instruction there, counted from 1. */
  readonly #indexes: Int32Array
  readonly #count: number
  /** Ways of an instruction to another, as chains: the last one that leads to each, counted from 1, and for each way the one before. */
  readonly #lastTo: Int32Array
  readonly #before: Int32Array
  readonly #from: Int32Array
  #ways = 0
  readonly #conditional: Uint8Array
  /** Those that lead to several. */
  readonly #splits: Uint8Array
  /** Instructions after which control can be back with the caller. */
  readonly #exits: number[] = []
  /** Jumps through tables: they lead to what nothing else leads to. */
  readonly #tableJumps: number[] = []
  /** By instruction, where that was asked for. */
  readonly #controllers = new Map<number, readonly number[]>()
  /** The branches that were asked about last, and what was said then, by the first of the instructions in a row that hang on the same. */
  #asked: { readonly branches: ReadonlySet<number>; readonly isAsked: Uint8Array; readonly byHead: Map<number, boolean> } | undefined

  constructor({ code, view, base, blocks }: FunctionCode, evaluation: Pick<Evaluation, 'seen' | 'start' | 'tableJumps'>) {
    const { seen, start } = evaluation
    this.#start = start
    this.#indexes = new Int32Array(seen.length)
    let count = 0
    for (let offset = 0; offset < seen.length; offset++) if ((seen[offset]! & 1) !== 0) this.#indexes[offset] = ++count
    this.#count = count
    this.#lastTo = new Int32Array(count)
    let ways = 2 * count + 1
    for (const targets of evaluation.tableJumps.values()) ways += targets?.length ?? 0
    this.#before = new Int32Array(ways)
    this.#from = new Int32Array(ways)
    this.#conditional = new Uint8Array(count)
    this.#splits = new Uint8Array(count)
    const first = (start - base) | 0
    for (let offset = 0; offset < seen.length; offset++) {
      const index = this.#indexes[offset]! - 1
      if (index < 0) continue
      const place = first + offset
      const next = place + blocks.lengths[offset]!
      const transfer = transferAt(code, place)
      if (transfer === INDIRECT) this.#followTable(index, evaluation.tableJumps.get(start + offset))
      if ((transfer & (SHORT | NEAR)) !== 0) {
        const target = next + (transfer & SHORT ? view.getInt8(next - 1) : view.getInt32(next - 4, true))
        if ((seen[offset]! & 2) !== 0 && !this.#link(index, target + base)) this.#exits.push(index)
        if ((transfer & FALLS) !== 0) {
          this.#conditional[index] = 1
          this.#splits[index] = 1
        }
      }
      if ((transfer & FALLS) !== 0) this.#link(index, next + base)
      if (transfer === LEAVES) this.#exits.push(index)
    }
  }

  #followTable(index: number, cases: readonly number[] | undefined): void {
    if (cases === undefined) {
      this.#tableJumps.push(index)
      this.#exits.push(index)
      return
    }
    this.#splits[index] = 1
    if (cases.filter((target) => !this.#link(index, target)).length > 0) this.#exits.push(index)
  }

  #indexOf(at: number): number | undefined {
    const index = this.#indexes[at - this.#start]
    return index === undefined || index === 0 ? undefined : index - 1
  }

  /** False when `to` is not in the function. */
  #link(from: number, to: number): boolean {
    const index = this.#indexOf(to)
    if (index === undefined) return false
    const way = ++this.#ways
    this.#from[way] = from
    this.#before[way] = this.#lastTo[index]!
    this.#lastTo[index] = way
    return true
  }

  /**
   * Those of `branches` that lead to `at`, and elsewhere out of the function without it: `at` itself where it is one, which
   * may not be taken. Undefined: `at` is not in it. Those of `either` that may lead to `at` are taken to do so, where none of
   * `branches` lies in between. What leads to one of `others` counts as leading to `at`.
   */
  decidingOf(branches: ReadonlySet<number>, at: number, either: ReadonlySet<number> = none, others: readonly number[] = []): readonly number[] | undefined {
    if (branches.size === 0) return []
    const goal = this.#indexOf(at)
    if (goal === undefined) return undefined
    const goals = [goal, ...others.map((other) => this.#indexOf(other)).filter((other) => other !== undefined)]
    const toGoal = this.#backwards(goals, none)
    const walls = new Set(goals)
    const straight = either.size === 0 ? toGoal : this.#backwards([goal], this.#indexesOf(branches, goal))
    for (const branch of either) {
      const index = this.#indexOf(branch)
      if (index !== undefined && straight[index] === 1) walls.add(index)
    }
    const out = this.#backwards(this.#exits, walls)
    return [...branches].filter((branch) => {
      const index = this.#indexOf(branch)
      return index !== undefined && (index === goal ? this.#conditional[index] === 1 : toGoal[index] === 1 && out[index] === 1)
    })
  }

  /** Of all but `goal`. */
  #indexesOf(branches: ReadonlySet<number>, goal: number): ReadonlySet<number> {
    const indexes = new Set<number>()
    for (const branch of branches) {
      const index = this.#indexOf(branch)
      if (index !== undefined && index !== goal) indexes.add(index)
    }
    return indexes
  }

  /**
   * Does it hang on one of `branches` whether the instruction at `at` runs, or on a branch that hangs on one of them, and so on? What comes
   * before, and leads to the same whatever it decides, does not count: `decidingOf` is for proofs, this for what is likely.
   */
  hangsOn(branches: ReadonlySet<number>, at: number): boolean {
    const goal = this.#indexOf(at)
    if (goal === undefined) return true
    if (this.#asked?.branches !== branches) this.#asked = { branches, isAsked: this.#bytesOf(branches), byHead: new Map() }
    const { isAsked, byHead } = this.#asked
    // a tail call on a condition
    if (this.#conditional[goal] === 1) return isAsked[goal] === 1 || this.#hangsOnAsked(isAsked, goal)
    const head = this.#headOf(goal)
    let known = byHead.get(head)
    if (known === undefined) byHead.set(head, (known = this.#hangsOnAsked(isAsked, goal)))
    return known
  }

  #bytesOf(branches: ReadonlySet<number>): Uint8Array {
    const bytes = new Uint8Array(this.#count)
    for (const branch of branches) {
      const index = this.#indexOf(branch)
      if (index !== undefined) bytes[index] = 1
    }
    return bytes
  }

  #hangsOnAsked(isAsked: Uint8Array, goal: number): boolean {
    const known = new Uint8Array(this.#count)
    const work = [goal]
    known[goal] = 1
    for (let steps = 0; work.length > 0; steps++) {
      if (steps === MOST_CONTROLLING) return true
      for (const branch of this.#controlling(this.#headOf(work.pop()!))) {
        if (isAsked[branch] === 1) return true
        if (known[branch] === 1) continue
        known[branch] = 1
        work.push(branch)
      }
    }
    return false
  }

  /** The first instruction of those in a row of which each leads to the next only, and nothing else does: they hang on the same. */
  #headOf(index: number): number {
    let head = index
    for (;;) {
      const way = this.#lastTo[head]!
      const from = this.#from[way]!
      if (way === 0 || this.#before[way] !== 0 || this.#splits[from] === 1) return head
      head = from
    }
  }

  /** Instructions behind which one way leads to `goal` in any case, and another past it. */
  #controlling(goal: number): readonly number[] {
    let known = this.#controllers.get(goal)
    if (known === undefined) this.#controllers.set(goal, (known = this.#findControlling(goal)))
    return known
  }

  #findControlling(goal: number): readonly number[] {
    const toGoal = this.#backwards([goal], none)
    const around = this.#backwards(this.#exits, [goal])
    const ways = new Uint8Array(this.#count)
    for (const exit of this.#exits) ways[exit] = PAST
    const leads = (index: number): number => (index === goal || (toGoal[index] === 1 && around[index] !== 1) ? CERTAINLY : around[index] === 1 ? PAST : 0)
    this.#addWays(ways, leads)
    return [...placesOf(ways, CERTAINLY | PAST), ...this.#tableJumps]
  }

  /** Adds what each instruction leads to, to those that lead to it. */
  #addWays(ways: Uint8Array, leads: (index: number) => number): void {
    for (let index = 0; index < ways.length; index++) {
      const lead = leads(index)
      for (let way = lead === 0 ? 0 : this.#lastTo[index]!; way !== 0; way = this.#before[way]!) ways[this.#from[way]!]! |= lead
    }
  }

  /** What can reach one of `ends` without passing one of `walls`: 1; those themselves are 2. */
  #backwards(ends: readonly number[], walls: Iterable<number>): Uint8Array {
    const marked = new Uint8Array(this.#count)
    for (const wall of walls) marked[wall] = 2
    const work: number[] = []
    for (const end of ends) {
      if (marked[end] !== 0) continue
      marked[end] = 1
      work.push(end)
    }
    for (let index = work.pop(); index !== undefined; index = work.pop()) {
      for (let way = this.#lastTo[index]!; way !== 0; way = this.#before[way]!) {
        const from = this.#from[way]!
        if (marked[from] !== 0) continue
        marked[from] = 1
        work.push(from)
      }
      if (index === 0 || this.#lastTo[index] !== 0) continue
      for (const jump of this.#tableJumps) {
        if (marked[jump] !== 0) continue
        marked[jump] = 1
        work.push(jump)
      }
    }
    return marked
  }
}

function placesOf(bytes: Uint8Array, wanted: number): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) places.push(at)
  return places
}

/** How the instruction at `place` hands on control. */
function transferAt(code: Uint8Array, place: number): number {
  let at = place
  while (code[at] === 0x66 || code[at] === 0x2e || code[at] === 0xf2 || code[at] === 0xf3 || code[at] === 0x3e) at++
  if ((code[at]! & 0xf0) === 0x40) at++
  const byte = code[at]!
  const second = code[at + 1]!
  if ((byte >= 0x70 && byte < 0x80) || (byte >= 0xe0 && byte < 0xe4)) return SHORT | FALLS
  if (byte === 0x0f && (second & 0xf0) === 0x80) return NEAR | FALLS
  if (byte === 0xeb) return SHORT
  if (byte === 0xe9) return NEAR
  if (byte === 0xc3 || byte === 0xc2) return LEAVES
  if (byte === 0xff && ((second >> 3) & 7) === 4) return INDIRECT
  return byte === 0x0f && second === 0x0b ? 0 : FALLS
}
