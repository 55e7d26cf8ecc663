import { SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { type Constant, constantsOf } from '../code/constant-data.ts'
import { codeOf } from '../code/function-code.ts'
import { FewInstructions } from '../code/few-instructions.ts'
import { handsOnFirstArgument, partsHandedOn, readsFirstArgument } from '../code/handed-on-objects.ts'
import { onlyCalled } from '../code/only-called.ts'
import type { Program } from '../code/program.ts'
import { type InPlace, LARGEST_SMALL, PASSED, SMALL } from '../code/small-numbers.ts'
import { ARGUMENTS, bytesStored, givesObjectTo, type TagStore, tagStores, widerTagStores } from '../code/tag-stores.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { isRust } from '../../program/languages.ts'
import { KernelCallers } from './kernel-callers.ts'
import { functionsCalling, functionsNear } from './nearby-functions.ts'
import { TagFlow } from './tag-flow.ts'

/** Bytes around a function in which others that work on the same objects are. */
const NEAR = 0x4000
/** The same, where a kernel makes what is in the objects that lies near the one they are given to. */
const FAR = 0x10000
/** Functions that are looked at, over all, and bytes of the largest of them. */
const MOST_FOLLOWED = 2048
const LARGEST = 0x4000
/** Of how many larger objects, one in the other, a part is looked for. */
const WHOLES = 2
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
  readonly isFar: boolean
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
  /** All functions that call none are not looked at. */
  readonly #kernels: KernelCallers
  readonly #constant: Constant
  readonly #flows = new Map<number, TagFlow | undefined>()
  readonly #stores = new Map<number, readonly TagStore[]>()
  readonly #skipped = new Map<number, readonly Maker[]>()
  #isRust: boolean | undefined
  #askingFunctions: readonly number[] | undefined
  #onlyCalled: ((index: number) => boolean) | undefined
  #left = MOST_FOLLOWED

  /** @param needs functions with instructions that the CPU lacks */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, needs: ReadonlySet<number>) {
    this.#program = program
    this.#evaluations = evaluations
    this.#needs = needs
    this.#few = new FewInstructions(program)
    this.#kernels = new KernelCallers(program, evaluations, needs)
    this.#constant = constantsOf(program.image)
  }

  /** Does the instruction of function `index` at `at` run for nothing but variants that are not made on this CPU? */
  ruleOut(index: number, at: number): boolean {
    if (!this.#kernels.isCaller(index)) return false
    if (!this.#flows.has(index)) this.#flows.set(index, this.#follow(index))
    return this.#flows.get(index)?.isOnlyForRuledOut(at) === true
  }

  #follow(index: number): TagFlow | undefined {
    const { graph, landingPads } = this.#program
    if (this.#left <= 0 || this.#needs.has(index) || this.#kernels.calledBy(index).length === 0 || graph.ends[index]! - graph.starts[index]! > LARGEST) return undefined
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
    return new TagFlow(code, { landingPad: (at) => landingPads.of(at), constant: this.#constant }, {
      isRuledOut: (offset, size, tag) => tag <= LARGEST_SMALL && (fieldAt(offset, size).ruledOut & (1 << tag)) !== 0,
      areOthersRuledOut: (offset, size, tag) => {
        const { all, ruledOut } = fieldAt(offset, size)
        const others = tag <= LARGEST_SMALL ? all & ~(1 << tag) : 0
        return others !== 0 && (others & ~ruledOut) === 0
      },
      areRuledOutBy: (offset, size, bit, isSet) => {
        const { all, ruledOut } = fieldAt(offset, size)
        const those = all & (isSet ? tagsWith(bit) : SMALL & ~tagsWith(bit))
        return those !== 0 && (those & ~ruledOut) === 0
      },
    })
  }

  /** What function `index` finds in a field: as far as others near make what is there, or in what it is given as a part of something larger. */
  #fieldOf(index: number, offset: number, size: number, depth = 0): KnownField {
    const near = depth > 0 ? undefined : this.#fieldMadeBy(index, offset, size, false)
    if (near !== undefined && near.all !== 0) return near
    const far = this.#fieldMadeBy(index, offset, size, true)
    return far.all !== 0 || depth >= WHOLES ? far : (this.#fieldOfWholes(index, offset, size, depth) ?? far)
  }

  /** The same field in the larger objects of which callers hand on a part. */
  #fieldOfWholes(index: number, offset: number, size: number, depth: number): KnownField | undefined {
    const { graph } = this.#program
    const code = codeOf(this.#program, index)
    if (code === undefined || this.#kernels.isCalledOften(index) || !readsFirstArgument(code, offset, size) || !this.#isOnlyCalled(index)) return undefined
    let all = 0
    let ruledOut = SMALL
    for (const caller of this.#kernels.callersOf(index)) {
      const calling = codeOf(this.#program, caller)
      for (const part of calling === undefined ? [0] : new Set(partsHandedOn(calling, graph.starts[index]!))) {
        const field = part <= 0 ? undefined : this.#fieldOf(caller, offset + part, size, depth + 1)
        if (field === undefined || field.ruledOut === 0) return undefined
        all |= field.all
        ruledOut &= field.ruledOut
      }
    }
    return all === 0 ? undefined : { all, ruledOut }
  }

  /** @param isFar also by those who hand down what they make; then what is stored together with a tag is looked at, too */
  #fieldMadeBy(index: number, offset: number, size: number, isFar: boolean): KnownField {
    const isIt = ({ store }: { readonly store: TagStore }): boolean => store.offset === offset && store.size === size
    // what was inlined into others asks there, and calls the function then
    const callers = this.#kernels.isCalledOften(index) ? new Set<number>() : this.#kernels.callersOf(index)
    const makers = [...new Set([...this.#askingNear(index, NEAR), ...callers, ...(isFar ? this.#askingFar(index) : [])])].flatMap((other) => this.#skippedBy(other).filter(isIt))
    makers.push(...this.#makersOfFamily(index).filter(isIt))
    let all = 0
    let ruledOut = 0
    for (const { store, others } of makers) {
      ruledOut |= store.tags
      all |= store.tags | others
    }
    for (let tag = 1; tag > 0 && tag <= ruledOut; tag <<= 1) if ((ruledOut & tag) !== 0 && this.#isMadeNear(index, { offset, size, tag, makers, callers, isFar })) ruledOut &= ~tag
    return { all, ruledOut }
  }

  /** Does somebody make a variant without asking? */
  #isMadeNear(index: number, { offset, size, tag, makers, callers, isFar }: Wanted): boolean {
    const { starts } = this.#program.graph
    const those = makers.filter(({ store }) => (store.tags & tag) !== 0)
    const asking = new Set(those.map((maker) => maker.index))
    const areAllAsking = callers.size > 0 && [...callers].every((caller) => asking.has(caller))
    const far = (isFar ? [...asking] : []).filter((maker) => !callers.has(maker) && Math.abs(starts[maker]! - starts[index]!) >= FAR).flatMap((maker) => [...functionsNear(this.#program, maker, NEAR)])
    // who makes an object far away and hands it down may do so without asking, too
    const calling = !isFar || [...asking].every((maker) => callers.has(maker)) ? [] : functionsCalling(this.#kernels, index)
    const near = areAllAsking ? callers : new Set([...functionsNear(this.#program, index, 2 * NEAR), ...callers, ...calling, ...far])
    const users = this.#usersOf(index, offset, size, callers)
    for (const other of near) {
      for (const store of [...this.#storesOf(other), ...(isFar ? this.#widerStoresOf(other, offset, size) : [])]) {
        // on the stack of who asks, arguments are kept in other places of the same frame
        const tags = store.base === SP && asking.has(other) ? store.tags & SMALL : store.tags
        if (store.offset !== offset || store.size !== size || (tags & (tag | PASSED)) === 0) continue
        if (!this.#isOfAnother(other, store, those) && (store.base !== SP || this.#isGivenTo(other, store.object, users))) return true
      }
    }
    return false
  }

  /** Functions that may hand on to `index` what they are given, and itself: how many of their arguments it may be. */
  #usersOf(index: number, offset: number, size: number, callers: ReadonlySet<number>): Map<number, number> {
    const code = codeOf(this.#program, index)
    const isFirst = code !== undefined && readsFirstArgument(code, offset, size)
    const start = this.#program.graph.starts[index]!
    const handsOn = (caller: number): boolean => {
      const calling = isFirst ? codeOf(this.#program, caller) : undefined
      return calling === undefined || handsOnFirstArgument(calling, start)
    }
    const users = new Map([...callers].filter(handsOn).map((caller) => [caller, ARGUMENTS]))
    return users.set(index, isFirst ? 1 : ARGUMENTS)
  }

  /** Does a function give an object on its stack to one of those? */
  #isGivenTo(index: number, object: number, users: ReadonlyMap<number, number>): boolean {
    const { graph } = this.#program
    const code = codeOf(this.#program, index)
    if (code === undefined) return true
    return givesObjectTo(code, object, (target) => users.get(graph.functionAt(target) ?? -1) ?? 0)
  }

  #isOnlyCalled(index: number): boolean {
    return (this.#onlyCalled ??= onlyCalled(this.#program))(index)
  }

  /** Functions that ask, and of which one may make an object and hand it down. */
  #askingFar(index: number): number[] {
    const calling = functionsCalling(this.#kernels, index)
    return this.#asking.filter((asking) => calling.has(asking))
  }

  /** Makers farther away that call kernels near those that function `index` calls. */
  #makersOfFamily(index: number): Maker[] {
    const { starts } = this.#program.graph
    const own = this.#kernels.calledBy(index)
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
    return this.#asking.filter((asking) => Math.abs(starts[asking]! - starts[index]!) < distance)
  }

  get #asking(): readonly number[] {
    return (this.#askingFunctions ??= [...this.#evaluations].filter(([, evaluation]) => this.#asks(evaluation)).map(([asking]) => asking))
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

  #widerStoresOf(index: number, offset: number, size: number): readonly TagStore[] {
    const code = size === 4 ? codeOf(this.#program, index) : undefined
    return code === undefined || code.end - code.start > LARGEST ? [] : widerTagStores(code, this.#constant, offset)
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
      if (graph.edgeKind[edge] === Edge.call && (seen[(graph.edgeAt[edge]! - start) / 4]! & 1) === 0) kernels.push(...this.#kernels.behind(graph.edgeTo[edge]!))
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

/** Small numbers in which a bit is set, as bits. */
function tagsWith(bit: number): number {
  let tags = 0
  for (let tag = 0; tag <= LARGEST_SMALL; tag++) if (bit < 5 && ((tag >>> bit) & 1) !== 0) tags |= 1 << tag
  return tags
}

/** The smallest of those that there are most of. */
function mostFrequent(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1)
  return [...counts].sort(([a, timesA], [b, timesB]) => timesB - timesA || a - b)[0]?.[0] ?? 0
}
