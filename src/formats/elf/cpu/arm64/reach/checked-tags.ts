import { SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { codeOf } from '../code/function-code.ts'
import { FewInstructions } from '../code/few-instructions.ts'
import type { Program } from '../code/program.ts'
import type { InPlace } from '../code/small-numbers.ts'
import { bytesStored, type TagStore, tagStores } from '../code/tag-stores.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { isRust } from '../../program/languages.ts'
import { TagFlow } from './tag-flow.ts'

/** Bytes around a function in which others that work on the same objects are. */
const NEAR = 0x4000
/** The same, where a kernel makes what is in the objects that lies near the one they are given to. */
const FAR = 0x10000
/** Functions that are looked at, over all, and bytes of the largest of them. */
const MOST_FOLLOWED = 256
const LARGEST = 0x4000
/** Bytes of one that only hands on to a kernel. */
const WRAPPER = 256
/** Callers of one that is not called everywhere. */
const CALLERS = 64

/** A function that asks, and would store a tag on other CPUs. */
interface Maker {
  readonly index: number
  readonly store: TagStore
  /** Kernels that it calls in code that is skipped. */
  readonly kernels: readonly number[]
  /** It is one of them that makes what goes with the tag, as far as can be told. */
  readonly isMadeByKernel: boolean
}

/**
 * Which variant of an object a function makes may be what a check found out: crc32fast's `enum State { Baseline, Specialized }`, of
 * which a number at some offset tells the variant. Where all that stores a number there is skipped on this CPU, in functions that
 * ask, and nobody near stores it without asking, no object is of that variant, and what is done for it does not run.
 */
export class CheckedTags {
  readonly #program: Program
  readonly #evaluations: ReadonlyMap<number, Evaluation>
  readonly #needs: ReadonlySet<number>
  readonly #few: FewInstructions
  readonly #flows = new Map<number, TagFlow | undefined>()
  readonly #stores = new Map<number, readonly TagStore[]>()
  readonly #skipped = new Map<number, readonly Maker[]>()
  #isRust: boolean | undefined
  #left = MOST_FOLLOWED

  /** @param needs functions with instructions that the CPU lacks */
  constructor(program: Program, evaluations: ReadonlyMap<number, Evaluation>, needs: ReadonlySet<number>) {
    this.#program = program
    this.#evaluations = evaluations
    this.#needs = needs
    this.#few = new FewInstructions(program)
  }

  /** Does the instruction of function `index` at `at` run for nothing but variants that are not made on this CPU? */
  ruleOut(index: number, at: number): boolean {
    if (!this.#flows.has(index)) this.#flows.set(index, this.#follow(index))
    return this.#flows.get(index)?.isOnlyForRuledOut(at) === true
  }

  #follow(index: number): TagFlow | undefined {
    const { graph, landingPads } = this.#program
    if (this.#left <= 0 || this.#kernelsOf(index).length === 0 || graph.ends[index]! - graph.starts[index]! > LARGEST) return undefined
    const code = codeOf(this.#program, index)
    if (code === undefined) return undefined
    this.#left--
    const known = new Map<string, boolean>()
    return new TagFlow(code, (at) => landingPads.of(at), (offset, size, tag) => {
      const key = `${offset} ${size} ${tag}`
      let ruledOut = known.get(key)
      if (ruledOut === undefined) known.set(key, (ruledOut = tag <= 30 && this.#isRuledOut(index, offset, size, 1 << tag)))
      return ruledOut
    })
  }

  /** Kernels that the function calls, itself or by a small one that hands on, or that it is. */
  #kernelsOf(index: number, depth = 0): readonly number[] {
    const { graph } = this.#program
    if (this.#isKernel(index)) return [index]
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

  #isRuledOut(index: number, offset: number, size: number, tag: number): boolean {
    const { firstCaller } = this.#program.graph
    const isIt = ({ store }: { readonly store: TagStore }): boolean => store.offset === offset && store.size === size && (store.tags & tag) !== 0
    // what was inlined into others asks there, and calls the function then
    const callers = firstCaller[index + 1]! - firstCaller[index]! <= CALLERS ? this.#callersOf(index) : new Set<number>()
    const makers = [...new Set([...this.#functionsNear(index, NEAR), ...callers])].flatMap((other) => this.#skippedBy(other).filter(isIt))
    makers.push(...this.#makersOfFamily(index).filter(isIt))
    if (makers.length === 0) return false
    const asking = new Set(makers.map((maker) => maker.index))
    const areAllAsking = callers.size > 0 && [...callers].every((caller) => asking.has(caller))
    const near = areAllAsking ? callers : new Set([...this.#functionsNear(index, 2 * NEAR), ...callers])
    const leading = new Set([...callers, ...[...callers].flatMap((caller) => [...this.#callersOf(caller)])])
    for (const other of near) {
      for (const store of this.#storesOf(other)) {
        // what lies on the stack of a function that does not lead here is its own
        if (isIt({ store }) && (store.base !== SP || leading.has(other)) && !this.#isOfAnother(other, store, makers)) return false
      }
    }
    return true
  }

  /** Makers farther away that call kernels near those that function `index` calls. */
  #makersOfFamily(index: number): Maker[] {
    const { starts } = this.#program.graph
    const own = this.#kernelsOf(index)
    const isOfFamily = (kernel: number): boolean => own.some((other) => Math.abs(starts[other]! - starts[kernel]!) < NEAR)
    const makers: Maker[] = []
    for (const other of this.#functionsNear(index, FAR)) {
      if (Math.abs(starts[other]! - starts[index]!) >= NEAR) makers.push(...this.#skippedBy(other).filter(({ kernels }) => kernels.some(isOfFamily)))
    }
    return makers
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
      if (stored !== undefined && (store.tags & ~stored) !== 0) makers.push({ index, store: { ...store, tags: store.tags & ~stored }, kernels, isMadeByKernel: !runs && kernels.length > 0 })
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
   * Is what is stored part of another type? In Rust a variant is stored together with its content, and all of it: who stores less or more
   * beside it makes something else; and where a kernel makes the content, no one does who calls none.
   */
  #isOfAnother(index: number, store: TagStore, makers: readonly Maker[]): boolean {
    this.#isRust ??= isRust(this.#program.image.file)
    if (!this.#isRust) return false
    if (makers.every(({ isMadeByKernel }) => isMadeByKernel)) return true
    // what lies on the stack is followed by something else
    const known = makers.filter(({ store: { base } }) => base !== SP)
    const own = Math.min(...(known.length > 0 ? known : makers).map((maker) => this.#lengthOf(maker.index, maker.store)))
    const length = this.#lengthOf(index, store)
    return store.base === SP ? length < own : length > store.size && length !== own
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
