import { branchTarget, endsPath, Flow, flowOf, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess } from '../../../../../isa/arm64/operands.ts'

const NOP = 0xd503_201f | 0
const UDF = 0

/** Where an indirect jump between two indexes of `words` can lead: blocks that neither the block before nor a direct jump leads to. */
export function tableTargets(words: Int32Array, from: number, to: number): number[] {
  const targets = new Set<number>()
  const leaders: number[] = []
  let open = false
  for (let index = from; index < to; index++) {
    const word = words[index]!
    const flow = flowOf(word)
    // linkers fill with UDF #0 between sections
    if (open && word !== NOP && word !== UDF) {
      leaders.push(index)
      open = false
    }
    if (flow === Flow.jump || (flow >= Flow.condition && flow <= Flow.bit)) targets.add(branchTarget(word, flow, index * 4) / 4)
    if (endsPath(flow)) open = true
  }
  return leaders.filter((leader) => !targets.has(leader))
}

/** Instructions before the jump that are looked at. */
const WINDOW = 24
const ENTRIES = 1024

/** What is known where the jump is made. */
interface Place {
  readonly words: Int32Array
  /** Address of `words[0]`. */
  readonly base: number
  /** Of the function, as indexes. */
  readonly from: number
  readonly to: number
  register(register: number): number | undefined
  /** A constant of the file. */
  constant(address: number, size: number): number | undefined
  /** Does something begin there: behind a jump, or where another branch leads? */
  isLeader(index: number): boolean
}

export interface JumpTable {
  /** As indexes into the words. */
  readonly targets: ReadonlySet<number>
  /** What entries are added to, as an index: no place that is jumped to by itself. */
  readonly label: number
  /** No comparison tells how long the table is: some targets are none. */
  readonly isUnbounded: boolean
}

/**
 * Targets of the `BR` at `index` by the table it reads, as compilers write it: an entry of 1, 2, 4 or 8 bytes, extended,
 * shifted, and added to a label or to the table. Where no bound is found, entries are read as long as they lead into the
 * function, and count where something begins: some too many. Undefined for other jumps.
 */
export function readJumpTable(place: Place, index: number): JumpTable | undefined {
  const { words } = place
  const target = (words[index]! >>> 5) & 31
  const last = definition(place, index, target)
  if (last === undefined) return undefined
  const word = words[last]!
  let load = last
  let label: number | undefined = 0
  let shift = 0
  let extension = 0
  if ((word & 0xff20_0000) >>> 0 === 0x8b20_0000 || (word & 0xffe0_0000) >>> 0 === 0x8b00_0000) {
    const extended = (word & 0x0020_0000) !== 0
    shift = (word >>> 10) & (extended ? 7 : 63)
    extension = extended ? (word >>> 13) & 7 : 3
    const found = definition(place, last, (word >>> 16) & 31)
    if (found === undefined) return undefined
    load = found
    label = addressIn(place, last, (word >>> 5) & 31)
  }
  const entry = memoryAccess(words[load]!)
  if (label === undefined || entry === undefined || !entry.load || entry.index < 0 || entry.register < 0) return undefined
  const table = addressIn(place, load, entry.base)
  if (table === undefined || (load === last && entry.size !== 8)) return undefined
  const count = bound(place, load, entry.index) ?? ENTRIES
  const bits = 8 * Math.min(entry.size, load === last ? 8 : 1 << (extension & 3))
  const signed = entry.signed > 0 || (extension & 4) !== 0
  const targets: number[] = []
  for (let at = 0; at < count; at++) {
    const raw = place.constant(table + at * entry.size, entry.size)
    if (raw === undefined) break
    const value = signed && bits < 64 && raw >= 2 ** (bits - 1) ? raw - 2 ** bits : raw
    const leads = (label + value * 2 ** shift - place.base) / 4
    if (!Number.isInteger(leads) || leads < place.from || leads >= place.to) {
      if (count === ENTRIES) break
      return undefined
    }
    // numbers behind a table without a bound lead anywhere; what control runs into from a case before is followed from there
    if (count !== ENTRIES || place.isLeader(leads)) targets.push(leads)
  }
  return targets.length === 0 ? undefined : { targets: new Set(targets), label: (label - place.base) / 4, isUnbounded: count === ENTRIES }
}

/** The instruction before `index` that sets a register, on the way without branches taken. */
function definition({ words, from }: Place, index: number, register: number): number | undefined {
  for (let at = index - 1; at >= from && at >= index - WINDOW; at--) {
    const word = words[at]!
    const flow = flowOf(word)
    if (endsPath(flow) || flow === Flow.call || flow === Flow.indirectCall) return undefined
    if (flow === Flow.next && (destination(word) === register || writesByMemory(word, register))) return at
  }
  return undefined
}

function writesByMemory(word: number, register: number): boolean {
  if (((word >>> 25) & 5) !== 4) return false
  const operand = memoryAccess(word)
  if (operand === undefined) return true
  return (operand.load && (operand.register === register || operand.second === register)) || (operand.writeback !== 'none' && operand.base === register)
}

/** The address a register holds before `index`: from ADR, from ADRP and ADD, or from before, when nothing has set it since. */
function addressIn(place: Place, index: number, register: number): number | undefined {
  const at = definition(place, index, register)
  if (at === undefined) return isSetUpTo(place, index, register) ? undefined : place.register(register)
  const word = place.words[at]!
  const named = pageAddress(word, place.base + at * 4)
  if (named !== undefined) return named
  if ((word & 0xffc0_0000) >>> 0 !== 0x9100_0000) return undefined
  const base = addressIn(place, at, (word >>> 5) & 31)
  return base === undefined ? undefined : base + ((word >>> 10) & 0xfff)
}

/** Is a register set from `index` on to the next jump? Then what it holds there says nothing about here. */
function isSetUpTo({ words, to }: Place, index: number, register: number): boolean {
  for (let at = index; at < to; at++) {
    const word = words[at]!
    if (flowOf(word) === Flow.indirectJump) return false
    if (flowOf(word) !== Flow.next || destination(word) === register || writesByMemory(word, register)) return true
  }
  return true
}

/** How many entries the comparison before the load lets through, on the way there: CMP, then B.HI or B.HS over it, or B.LS or B.LO to it. */
function bound({ words, from, to }: Place, load: number, register: number): number | undefined {
  let branch: { readonly condition: number; readonly taken: boolean } | undefined
  for (let at = load - 1, steps = 0; at >= from && steps < WINDOW; at--, steps++) {
    const word = words[at]!
    const flow = flowOf(word)
    if (endsPath(flow)) {
      const source = onlyBranchTo(words, from, to, at + 1)
      if (source === undefined) return undefined
      branch = { condition: words[source]! & 15, taken: true }
      at = source
    } else if (flow === Flow.condition) branch = { condition: word & 15, taken: false }
    else if ((word & 0x7fc0_001f) === 0x7100_001f && ((word >>> 5) & 31) === register) {
      const limit = (word >>> 10) & 0xfff
      if (branch?.condition === (branch?.taken === true ? 9 : 8)) return limit + 1
      return branch?.condition === (branch?.taken === true ? 3 : 2) ? limit : undefined
    } else if (flow === Flow.call || flow === Flow.indirectCall || (flow === Flow.next && destination(word) === register)) return undefined
  }
  return undefined
}

function onlyBranchTo(words: Int32Array, from: number, to: number, target: number): number | undefined {
  let source: number | undefined
  for (let at = from; at < to; at++) {
    if (flowOf(words[at]!) !== Flow.condition || branchTarget(words[at]!, Flow.condition, at * 4) / 4 !== target) continue
    if (source !== undefined) return undefined
    source = at
  }
  return source
}
