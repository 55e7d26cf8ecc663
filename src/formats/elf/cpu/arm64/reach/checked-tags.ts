import { SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { codeOf } from '../code/function-code.ts'
import { FewInstructions } from '../code/few-instructions.ts'
import type { Program } from '../code/program.ts'
import { type InPlace, LARGEST_SMALL, PASSED, SMALL } from '../code/small-numbers.ts'
import { bytesStored, givesObjectTo, type TagStore, tagStores } from '../code/tag-stores.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { isRust } from '../../program/languages.ts'
import { TagFlow } from './tag-flow.ts'

/** Bytes around a function in which others that work on the same objects are. */
const NEAR = 0x4000
/** The same, where a kernel makes what is in the objects that lies near the one they are given to. */
const FAR = 0x10000
/** Functions that are looked at, over all, and bytes of the largest of them. */
const MOST_FOLLOWED = 2048
const LARGEST = 0x4000
/** Bytes of one that only hands on to a kernel. */
const WRAPPER = 256
/** Callers of one that is not called everywhere. */
const CALLERS = 64

/** A function that asks, and would store a tag on other CPUs. */
interface Maker {
  readonly index: number
  readonly store: TagStore
  /** Tags that it stores there on this CPU. */
  readonly others: number
  /** Kernels that it calls in code that is skipped. */
  readonly kernels: readonly number[]
  /** It is one of them that makes what goes with the tag, as far as can be told. */
  readonly isMadeByKernel: boolean
}

/** Tags in a field, as bits: those that somebody stores who asks, and of these those that no object has. */
interface KnownField {
  readonly all: number
  readonly ruledOut: number
}

interface Wanted {
  readonly offset: number
  readonly size: number
  readonly tag: number
  readonly makers: readonly Maker[]
  readonly callers: ReadonlySet<number>
}

/**
 * Which variant of an object a function makes may be what a check found out: crc32fast's `enum State { Baseline, Specialized }`, of
 * which a number at some offset tells the variant. Where all that stores a number there is skipped on this CPU, in functions that
 * ask, and nobody near stores it without asking, no object is of that variant, and what is done for it does not run. In Rust only, where
 * a variant is stored together with its content, and nobody may take it for granted: in C, structures are cleared, copied and filled in by many.
 */
export class CheckedTags {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #needs: ReadonlySet<number>
  readonly #few: FewInstructions
  /** Functions that call kernels, by index: all others are not looked at. */
  readonly #calling: Uint8Array
  readonly #flows = new Map<number, TagFlow | undefined>()
  readonly #stores = new Map<number, readonly TagStore[]>()
  readonly #skipped = new Map<number, readonly Maker[]>()
  #isRust: boolean | undefined
  #asking: readonly number[] | undefined
  #left = MOST_FOLLOWED

  /** @param needs functions with instructions that the CPU lacks */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, needs: ReadonlySet<number>) {
    this.#program = program
    this.#evaluations = evaluations
    this.#needs = needs
    this.#few = new FewInstructions(program)
    this.#calling = this.#findCalling()
  }

  /** Does the instruction of function `index` at `at` run for nothing but variants that are not made on this CPU? */
  ruleOut(index: number, at: number): boolean {
    if (this.#calling[index] === 0) return false
    if (!this.#flows.has(index)) this.#flows.set(index, this.#follow(index))
    return this.#flows.get(index)?.isOnlyForRuledOut(at) === true
  }

  /** Callers of kernels, and of small functions that hand on to one. */
  #findCalling(): Uint8Array {
    const { starts, ends, firstCaller } = this.#program.graph
    const calling = new Uint8Array(starts.length)
    for (const kernel of this.#needs) {
      if (firstCaller[kernel + 1]! - firstCaller[kernel]! > CALLERS) continue
      for (const caller of this.#callersOf(kernel)) {
        calling[caller] = 1
        if (ends[caller]! - starts[caller]! <= WRAPPER) for (const further of this.#callersOf(caller)) calling[further] = 1
      }
    }
    return calling
  }

  #follow(index: number): TagFlow | undefined {
    const { graph, landingPads } = this.#program
    if (this.#left <= 0 || this.#needs.has(index) || this.#kernelsOf(index).length === 0 || graph.ends[index]! - graph.starts[index]! > LARGEST) return undefined
    this.#isRust ??= isRust(this.#program.image.file)
    if (!this.#isRust) return undefined
    const code = codeOf(this.#program, index)
    if (code === undefined) return undefined
    this.#left--
    const fields = new Map<string, KnownField>()
    const fieldAt = (offset: number, size: number): KnownField => {
      const key = `${offset} ${size}`
      let field = fields.get(key)
      if (field === undefined) fields.set(key, (field = this.#fieldOf(index, offset, size)))
      return field
    }
    return new TagFlow(code, (at) => landingPads.of(at), {
      isRuledOut: (offset, size, tag) => tag <= LARGEST_SMALL && (fieldAt(offset, size).ruledOut & (1 << tag)) !== 0,
      areOthersRuledOut: (offset, size, tag) => {
        const { all, ruledOut } = fieldAt(offset, size)
        const others = tag <= LARGEST_SMALL ? all & ~(1 << tag) : 0
        return others !== 0 && (others & ~ruledOut) === 0
      },
    })
  }

  /** Kernels that the function calls, itself or by a small one that hands on. */
  #kernelsOf(index: number, depth = 0): readonly number[] {
    const { graph } = this.#program
    if (depth > 0 && this.#isKernel(index)) return [index]
    if (depth > 0 && graph.ends[index]! - graph.starts[index]! > WRAPPER) return []
    const kernels: number[] = []
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] !== Edge.call) continue
      if (depth === 0) kernels.push(...this.#kernelsOf(callee, 1))
      else if (this.#isKernel(callee)) kernels.push(callee)
    }
    return kernels
  }

  /** Helpers of outline atomics ask by themselves, and what everybody calls is not chosen. */
  #isKernel(index: number): boolean {
    const { firstCaller } = this.#program.graph
    return this.#needs.has(index) && firstCaller[index + 1]! - firstCaller[index]! <= CALLERS && this.#evaluations.get(index)?.decides !== true
  }

  /** What function `index` finds in a field. */
  #fieldOf(index: number, offset: number, size: number): KnownField {
    const { firstCaller } = this.#program.graph
    const isIt = ({ store }: { readonly store: TagStore }): boolean => store.offset === offset && store.size === size
    // what was inlined into others asks there, and calls the function then
    const callers = firstCaller[index + 1]! - firstCaller[index]! <= CALLERS ? this.#callersOf(index) : new Set<number>()
    const makers = [...new Set([...this.#askingNear(index, NEAR), ...callers])].flatMap((other) => this.#skippedBy(other).filter(isIt))
    makers.push(...this.#makersOfFamily(index).filter(isIt))
    let all = 0
    let ruledOut = 0
    for (const { store, others } of makers) {
      ruledOut |= store.tags
      all |= store.tags | others
    }
    for (let tag = 1; tag > 0 && tag <= ruledOut; tag <<= 1) if ((ruledOut & tag) !== 0 && this.#isMadeNear(index, { offset, size, tag, makers, callers })) ruledOut &= ~tag
    return { all, ruledOut }
  }

  /** Does somebody make a variant without asking? */
  #isMadeNear(index: number, { offset, size, tag, makers, callers }: Wanted): boolean {
    const those = makers.filter(({ store }) => (store.tags & tag) !== 0)
    const asking = new Set(those.map((maker) => maker.index))
    const areAllAsking = callers.size > 0 && [...callers].every((caller) => asking.has(caller))
    const near = areAllAsking ? callers : new Set([...this.#functionsNear(index, 2 * NEAR), ...callers])
    const users = new Set([...callers, index])
    for (const other of near) {
      for (const store of this.#storesOf(other)) {
        // on the stack of who asks, arguments are kept in other places of the same frame
        const tags = store.base === SP && asking.has(other) ? store.tags & SMALL : store.tags
        if (store.offset !== offset || store.size !== size || (tags & (tag | PASSED)) === 0) continue
        if (!this.#isOfAnother(other, store, those) && (store.base !== SP || this.#isGivenTo(other, store.object, users))) return true
      }
    }
    return false
  }

  /** Does a function give an object on its stack to one of those? */
  #isGivenTo(index: number, object: number, users: ReadonlySet<number>): boolean {
    const { graph } = this.#program
    const code = codeOf(this.#program, index)
    if (code === undefined) return true
    const callees = (target: number): boolean => users.has(graph.functionAt(target) ?? -1)
    return givesObjectTo(code, object, callees)
  }

  /** Makers farther away that call kernels near those that function `index` calls. */
  #makersOfFamily(index: number): Maker[] {
    const { starts } = this.#program.graph
    const own = this.#kernelsOf(index)
    const isOfFamily = (kernel: number): boolean => own.some((other) => Math.abs(starts[other]! - starts[kernel]!) < NEAR)
    const makers: Maker[] = []
    for (const other of this.#askingNear(index, FAR)) {
      if (Math.abs(starts[other]! - starts[index]!) >= NEAR) makers.push(...this.#skippedBy(other).filter(({ kernels }) => kernels.some(isOfFamily)))
    }
    return makers
  }

  /** Functions around that ask. */
  #askingNear(index: number, distance: number): number[] {
    const { starts } = this.#program.graph
    this.#asking ??= [...this.#evaluations].filter(([, evaluation]) => this.#asks(evaluation)).map(([asking]) => asking)
    return this.#asking.filter((asking) => Math.abs(starts[asking]! - starts[index]!) < distance)
  }

  *#functionsNear(index: number, distance: number): Iterable<number> {
    const { starts } = this.#program.graph
    for (let other = index; other >= 0 && starts[other]! > starts[index]! - distance; other--) yield other
    for (let other = index + 1; other < starts.length && starts[other]! < starts[index]! + distance; other++) yield other
  }

  #callersOf(index: number): Set<number> {
    const { firstCaller, callerEdge, edgeFrom } = this.#program.graph
    const callers = new Set<number>()
    for (let entry = firstCaller[index]!; entry < firstCaller[index + 1]!; entry++) callers.add(edgeFrom[callerEdge[entry]!]!)
    return callers
  }

  get #inPlace(): InPlace {
    return (target) => {
      const index = this.#program.graph.functionAt(target)
      return index === undefined ? undefined : this.#few.of(index)
    }
  }

  /** What a function stores on this CPU. */
  #storesOf(index: number): readonly TagStore[] {
    let known = this.#stores.get(index)
    if (known === undefined) {
      const code = codeOf(this.#program, index)
      this.#stores.set(index, (known = code === undefined || code.end - code.start > LARGEST ? [] : tagStores(code, this.#inPlace, this.#evaluations.get(index))))
    }
    return known
  }

  /** What a function that asks stores only on other CPUs. */
  #skippedBy(index: number): readonly Maker[] {
    let known = this.#skipped.get(index)
    if (known === undefined) this.#skipped.set(index, (known = this.#findSkipped(index)))
    return known
  }

  #findSkipped(index: number): readonly Maker[] {
    const evaluation = this.#evaluations.get(index)
    const code = evaluation === undefined ? undefined : codeOf(this.#program, index)
    if (evaluation === undefined || code === undefined || code.end - code.start > LARGEST || !this.#asks(evaluation)) return []
    const run = new Map<string, number>()
    const runAt = new Map<number, number>()
    for (const { at, offset, size, tags } of this.#storesOf(index)) {
      run.set(`${offset} ${size}`, (run.get(`${offset} ${size}`) ?? 0) | tags)
      runAt.set(at, (runAt.get(at) ?? 0) | tags)
    }
    const kernels = this.#skippedKernels(index, evaluation)
    const makers: Maker[] = []
    for (const store of tagStores(code, this.#inPlace, undefined)) {
      const runs = (evaluation.seen[(store.at - evaluation.start) / 4]! & 1) !== 0
      const isDetected = evaluation.fieldStores.get(store.at)?.detected === true
      const stored = isDetected ? runAt.get(store.at) : runs || kernels.length === 0 ? run.get(`${store.offset} ${store.size}`) : 0
      const tags = stored === undefined || (stored & PASSED) !== 0 ? 0 : store.tags & ~stored & SMALL
      if (tags !== 0) makers.push({ index, store: { ...store, tags }, others: SMALL & (run.get(`${store.offset} ${store.size}`) ?? 0), kernels, isMadeByKernel: kernels.length > 0 })
    }
    return makers
  }

  #asks({ decides, fieldStores }: Evaluation): boolean {
    return decides || [...fieldStores.values()].some((value) => value?.detected === true)
  }

  #skippedKernels(index: number, { seen, start }: Evaluation): number[] {
    const { graph } = this.#program
    const kernels: number[] = []
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      const callee = graph.edgeTo[edge]!
      if (graph.edgeKind[edge] === Edge.call && this.#isKernel(callee) && (seen[(graph.edgeAt[edge]! - start) / 4]! & 1) === 0) kernels.push(callee)
    }
    return kernels
  }

  /**
   * Is what is stored part of another type? A variant is stored together with its content, and all of it: who stores less or more
   * beside it makes something else; and where a kernel makes the content, no one does who calls none.
   */
  #isOfAnother(index: number, store: TagStore, makers: readonly Maker[]): boolean {
    this.#isRust ??= isRust(this.#program.image.file)
    if (!this.#isRust) return false
    if (makers.every(({ isMadeByKernel }) => isMadeByKernel)) return true
    const own = mostFrequent(makers.map((maker) => this.#lengthOf(maker.index, maker.store)))
    const length = this.#lengthOf(index, store)
    return store.base === SP ? length < own : length !== own // what lies on the stack is followed by something else
  }

  /** Bytes in a row that a function stores from a tag on. */
  #lengthOf(index: number, { base, object, offset }: TagStore): number {
    const code = codeOf(this.#program, index)
    const bytes = code === undefined ? undefined : bytesStored(code, base, object)
    let length = 0
    while (bytes?.has(offset + length) === true) length++
    return length
  }
}

/** The smallest of those that there are most of. */
function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)[0]?.[0] ?? 0
}
