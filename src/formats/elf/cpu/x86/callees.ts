import { Edge } from '../program/call-graph.ts'
import { Access } from '../program/sweep.ts'
import { featureTable, number, relative, type Value } from '../program/value.ts'
import { isDetectorFunction, isDetectorTableFunction } from './detectors.ts'
import { type Endings, neverReturns } from './endings.ts'
import type { Evaluation, Origins, Surroundings } from './evaluation.ts'
import { mentionedRegisters } from './mentioned-registers.ts'
import type { Program } from './program.ts'

/** Functions beyond that size leave no register alone. */
const LEAF_SIZE = 500
const EVERY_REGISTER = 0xffff

function isMemset(name: string | undefined): boolean {
  return name === 'memset' || name === '__memset_chk'
}

/** What the search has found out so far. */
export interface Known extends Pick<Surroundings, 'model' | 'load' | 'initially'> {
  /** What the function that begins at `reader` finds at `offset` of some object. */
  loadField(offset: number, size: number, reader: number): Value | undefined
  readonly evaluations: ReadonlyMap<number, Evaluation>
  readonly results: ReadonlyMap<number, { readonly values: ReadonlyMap<number, Value> }>
  /** What function `index` returns when it is called with `registers`, where that is more than what it always returns. */
  answer(index: number, registers: readonly (Value | undefined)[]): ReadonlyMap<number, Value> | undefined
  /** Functions that never return on this CPU. */
  readonly dead: ReadonlySet<number>
  readonly endings: Endings
}

interface Calls {
  readonly callee: ReadonlyMap<number, number>
  readonly imported: ReadonlyMap<number, string>
}

/** What a function that is evaluated is told of those that it calls, and of memory. */
export class Callees {
  readonly #program: Program
  readonly #known: Known
  readonly #changed = new Map<number, number>()
  readonly #calls = new Map<number, Calls>()

  constructor(program: Program, known: Known) {
    this.#program = program
    this.#known = known
  }

  of(index: number, origins?: Origins): Surroundings {
    const { graph, image, stubs } = this.#program
    const { callee, imported } = this.#callsOf(index)
    return {
      origins,
      model: this.#known.model,
      load: (at, size) => this.#known.load(at, size),
      loadField: (offset, size) => this.#known.loadField(offset, size, graph.starts[index]!),
      returned: (at, registers) => {
        const target = callee.get(at)
        if (target !== undefined) return this.#comesBack(target) ? (this.#known.answer(target, registers) ?? this.#known.results.get(target)?.values) : 'never'
        const name = imported.get(at)
        if (name === undefined) return undefined
        if (neverReturns.has(name)) return 'never'
        // an environment variable that overrides a check is not for us to judge: nobody sets it
        if (/^(?:__)?(?:secure_)?getenv$/.test(name)) return new Map([[0, number(0)]])
        if (isDetectorTableFunction(name)) return new Map([[0, relative(featureTable, 0)]])
        return isDetectorFunction(name) ? new Map([[0, number(0, 0, true)]]) : undefined
      },
      writesOf: (at) => {
        const target = callee.get(at)
        return target === undefined ? [] : (this.#known.evaluations.get(target)?.parameterStores ?? [])
      },
      withheldBy: (at) => {
        const target = callee.get(at)
        return target === undefined ? [] : (this.#known.evaluations.get(target)?.withheld ?? [])
      },
      fills: (at) => {
        const target = callee.get(at)
        return isMemset(target === undefined ? imported.get(at) : graph.names.get(graph.starts[target]!))
      },
      initially: (at, size) => this.#known.initially(at, size),
      changedBy: (at) => {
        const target = callee.get(at)
        return target === undefined ? EVERY_REGISTER : this.#changes(target)
      },
      storedByCallee: (at, address) => {
        const target = callee.get(at)
        const stores = target === undefined ? undefined : this.#known.evaluations.get(target)?.globalStores
        return stores?.find((store) => store.address === address)?.value
      },
      calleeStores: (at, address) => {
        const target = callee.get(at)
        return target !== undefined && this.#stores(target, address)
      },
      isPointerTarget: (at) => image.inCode(at) ? graph.functionAt(at) !== undefined : image.dataAt(at) !== undefined,
      isMiddle: (at) => image.inCode(at) && graph.functionAt(at) === undefined,
      throughStub: (at) => {
        const slot = stubs.get(at)
        return slot?.address ?? at
      },
    }
  }

  /** Functions called, and names of other files', by address of the call. */
  #callsOf(index: number): Calls {
    let calls = this.#calls.get(index)
    if (calls !== undefined) return calls
    const { graph } = this.#program
    const callee = new Map<number, number>()
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeKind[edge] === Edge.call) callee.set(graph.edgeAt[edge]!, graph.edgeTo[edge]!)
    }
    calls = { callee, imported: new Map((graph.importCalls.get(index) ?? []).map((call) => [call.at, call.name])) }
    this.#calls.set(index, calls)
    return calls
  }

  #comesBack(index: number): boolean {
    const { graph } = this.#program
    if (this.#known.dead.has(index) || this.#known.endings.endsProgram(index)) return false
    return !neverReturns.has(graph.names.get(graph.starts[index]!) ?? '')
  }

  #changes(index: number): number {
    let known = this.#changed.get(index)
    if (known === undefined) {
      const target = this.#program.functions.get(index)
      known = target === undefined || target.end - target.start > LEAF_SIZE ? EVERY_REGISTER : mentionedRegisters(this.#program.decoder, target.code, target.start - target.base, target.end - target.base)
      this.#changed.set(index, known)
    }
    return known
  }

  #stores(index: number, address: number): boolean {
    const { graph, sweep } = this.#program
    const accessTo = sweep.accessTo.values()
    const accessKind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (accessKind[access] === Access.store && accessTo[access] === address) return true
    }
    return false
  }
}
