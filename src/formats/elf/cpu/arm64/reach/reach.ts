import { endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { CheckedTags } from './checked-tags.ts'
import { isOnlyForExactLoad } from './exact-loads.ts'
import { exportsByCpu } from './exports-by-cpu.ts'
import type { Guards } from '../checks/guards.ts'
import type { Program } from '../code/program.ts'
import { HeldPages } from '../code/held-pages.ts'
import { ReachableWords } from '../code/reachable-words.ts'
import { findRoots } from './roots.ts'
import type { Step } from './steps.ts'
import { TablesInData } from './tables-in-data.ts'
import { trapScope } from './trap-scope.ts'

/** How far a path may be trusted. Each includes the one before. */
export const Trust = { calls: 0, addresses: 1, tables: 2 } as const
export type Trust = (typeof Trust)[keyof typeof Trust]

const NOP = 0xd503_201f | 0
/** Bytes of a function that is evaluated for whether an instruction in it runs. */
const SMALL = 128

/** Finds what can run on the CPU that the guards are about. */
export class ReachSearch {
  readonly #program: Program
  readonly #guards: Guards
  readonly #needs: ReadonlySet<number>
  readonly #reachable: ReachableWords
  readonly #pages: HeldPages
  readonly #followed = new Map<number, Evaluation | undefined>()
  readonly #tables: TablesInData
  readonly #tags: CheckedTags
  /** Functions that try instructions with a handler of SIGILL in place, and what only they call. */
  readonly trapped: ReadonlySet<number>
  /** Exports that callers choose by CPU. */
  readonly #forCallers: ReadonlySet<number>
  readonly roots: ReadonlyMap<number, Step>
  /** All that is reached, once that was looked for. */
  #reached: ReadonlyMap<number, Step> | undefined

  /** @param needs functions with instructions that the CPU lacks */
  constructor(program: Program, guards: Guards, needs: ReadonlySet<number>) {
    this.#program = program
    this.#guards = guards
    this.#needs = needs
    this.#reachable = new ReachableWords(program)
    this.#pages = new HeldPages(program)
    this.#tables = new TablesInData(program, guards)
    this.#tags = new CheckedTags(program, guards.evaluations, needs)
    this.trapped = trapScope(program, guards)
    this.#forCallers = exportsByCpu(program, needs)
    this.roots = findRoots(program, needs, this.#forCallers)
  }

  /** Does the file leave it to its callers to ask? */
  get isForSeveralCpus(): boolean {
    return this.#forCallers.size > 0
  }

  /** Can the instruction at `at` run? */
  instructionRuns(index: number, at: number): boolean {
    if (this.trapped.has(index)) return false
    const evaluation = this.#guards.evaluations.get(index)
    const runs = evaluation === undefined ? this.#isReachable(index, at) && this.#runsInSmall(index, at) : (evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0
    return runs && !this.#tags.ruleOut(index, at)
  }

  /** Does anything that is reached lead to the instruction? What LLVM takes out of kernels may stand behind the end of another function, where only kernels jump to. */
  #isReachable(index: number, at: number): boolean {
    if (this.#reached === undefined) return this.#reachable.has(index, at)
    return this.#reachable.hasWith(index, at, (place, from) => {
      const evaluation = this.#guards.evaluations.get(from)
      return this.#reached!.has(from) && (evaluation === undefined || (evaluation.seen[(place - evaluation.start) / 4]! & 2) !== 0)
    })
  }

  /** Helpers of atomic operations that nobody told about a CPU ask for a constant (`MOV W16, WZR; CBZ W16`). */
  #runsInSmall(index: number, at: number): boolean {
    const { starts, ends } = this.#program.graph
    const evaluation = ends[index]! - starts[index]! > SMALL ? undefined : this.#follow(index)
    return evaluation === undefined || (evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0
  }

  #follow(index: number): Evaluation | undefined {
    if (!this.#followed.has(index)) this.#followed.set(index, this.#guards.follow(index))
    return this.#followed.get(index)
  }

  #isSeen(index: number, at: number): boolean {
    const evaluation = this.#guards.evaluations.get(index)
    return evaluation === undefined || (evaluation.seen[(at - evaluation.start) / 4]! & 1) !== 0
  }

  edgeRuns(index: number, edge: number): boolean {
    return this.#edgeRuns(index, edge) && !this.#tags.ruleOut(index, this.#program.graph.edgeAt[edge]!)
  }

  #edgeRuns(index: number, edge: number): boolean {
    const { graph, detectors } = this.#program
    if (detectors.probes.has(index) && this.#needs.has(graph.edgeTo[edge]!)) return false // tried, and caught
    let evaluation = this.#guards.evaluations.get(index)
    if (evaluation === undefined) {
      if (graph.edgeKind[edge] !== Edge.call) return this.#pages.reaches(index, graph.edgeAt[edge]!)
      if (!this.#needs.has(graph.edgeTo[edge]!)) return true
      if (this.#guards.evaluations.get(graph.edgeTo[edge]!)?.decides === true) return true // it asks itself: helpers of atomic operations
      // the bounds of the search were reached before it: what variables tell it is known all the same
      evaluation = this.#follow(index)
      if (evaluation === undefined) return true
    }
    const seen = evaluation.seen[(graph.edgeAt[edge]! - evaluation.start) / 4]!
    if (graph.edgeKind[edge] === Edge.taken) return evaluation.guessesJumps ? (seen & 1) !== 0 : evaluation.addressesUsed.has(graph.starts[graph.edgeTo[edge]!]!)
    return (seen & 2) !== 0
  }

  /** Does control run on into the next function? Numbers in data that look like addresses of code cut functions in two. */
  #runsOn(index: number): boolean {
    const { graph, codeAt } = this.#program
    const last = graph.ends[index]! - 4
    const code = last + 4 === graph.starts[index + 1] ? codeAt(last) : undefined
    const word = code?.words[(last - code.base) / 4] ?? NOP
    const flow = flowOf(word)
    if (word === NOP || flow === Flow.call || flow === Flow.indirectCall || endsPath(flow)) return false
    const evaluation = this.#guards.evaluations.get(index)
    return evaluation === undefined ? this.#reachable.has(index, last) : (evaluation.seen[(last - evaluation.start) / 4]! & (flow === Flow.next ? 1 : 4)) !== 0
  }

  /** Does the function take the address of a kernel, and does none of the instructions run that do? */
  #isOnlyTakenForRuledOut(index: number, target: number): boolean {
    const { graph } = this.#program
    if (!this.#needs.has(target)) return false
    let takes = false
    for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
      if (graph.edgeTo[edge] !== target || graph.edgeKind[edge] === Edge.call) continue
      if (!this.#tags.ruleOut(index, graph.edgeAt[edge]!)) return false
      takes = true
    }
    return takes
  }

  search(trust: Trust): ReadonlyMap<number, Step> {
    const { graph } = this.#program
    const steps = new Map<number, Step>()
    const stack: number[] = []
    const visited = new Set<number>()
    const isReached = new Uint8Array(graph.starts.length)
    const reach = (index: number, step: Step): void => {
      if (isReached[index] === 1) return
      isReached[index] = 1
      steps.set(index, step)
      stack.push(index)
    }
    for (const [index, step] of this.roots) reach(index, step)
    while (stack.length > 0) {
      const index = stack.pop()!
      const { how } = steps.get(index)!
      const passesMain = how === 'entry' || how === 'resolver'
      for (let edge = graph.firstEdge[index]!; edge < graph.firstEdge[index + 1]!; edge++) {
        const target = graph.edgeTo[edge]!
        const taken = graph.edgeKind[edge] === Edge.taken
        if (isReached[target] === 1 || (taken && trust < Trust.addresses && !passesMain) || !this.edgeRuns(index, edge)) continue
        reach(target, { from: index, how: taken ? 'address' : 'call' })
      }
      const evaluation = this.#guards.evaluations.get(index)
      if (trust >= Trust.addresses || passesMain) {
        for (const address of evaluation?.addressesUsed ?? []) {
          const target = graph.functionAt(address)
          if (target !== undefined && isReached[target] === 0 && !this.#isOnlyTakenForRuledOut(index, target)) reach(target, { from: index, how: 'address' })
        }
      }
      if (this.#runsOn(index)) reach(index + 1, { from: index, how: 'call' })
      // seldom, if ever: no part of what shows how a program was compiled
      for (const { start, end, to } of trust >= Trust.addresses ? this.#program.landingPads.leaving(index) : []) {
        if (evaluation === undefined || callsIn(evaluation, start, end)) reach(to, { from: index, how: 'call' })
      }
      for (const targets of evaluation?.indirect.values() ?? []) {
        for (const address of targets) {
          const target = graph.functionAt(address)
          if (target !== undefined) reach(target, { from: index, how: 'call' })
        }
      }
      if (trust >= Trust.tables) this.#followTables(index, visited, reach)
    }
    if (trust === Trust.tables) {
      this.#reached = steps
      this.#reachable.forget()
    }
    return steps
  }

  /** Pointers in data that the function reads, and tables of them (virtual tables, operations) that it names. */
  #followTables(index: number, visited: Set<number>, reach: (index: number, step: Step) => void): void {
    const { graph, sweep, image } = this.#program
    const to = sweep.accessTo.values()
    const from = sweep.accessFrom.values()
    const kind = sweep.accessKind.values()
    const evaluation = this.#guards.evaluations.get(index)
    const table = (first: number): void => this.#tables.follow(first, visited, (target) => reach(target, { from: index, how: 'table' }))
    const isNamed = (address: number): boolean => to.subarray(graph.firstAccess[index]!, graph.firstAccess[index + 1]!).includes(address)
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (kind[access] === Access.store || !this.#isSeen(index, from[access]!)) continue
      const place = to[access]!
      if (kind[access] === Access.take) {
        const isFollowed = evaluation !== undefined && (!evaluation.guessesJumps || isOnlyForExactLoad(this.#program, evaluation, from[access]!))
        if (!isFollowed && !this.#tables.endsArray(place, isNamed)) table(place)
        continue
      }
      if (evaluation === undefined && this.#tables.isBehindText(place)) table(place)
      // what was followed through a variable was counted where it is used
      if (evaluation !== undefined && (this.#guards.isKnown(place) || image.dataAt(place)?.constant === true)) continue
      const target = this.#tables.functionIn(place)
      const first = image.slots.get(place)?.address ?? image.dataPointers.get(place)
      if ((target === undefined && first === undefined) || (evaluation === undefined && !this.#pages.reaches(index, from[access]!))) continue
      if (target !== undefined) reach(target, { from: index, how: 'table' })
      // what an evaluated function loads from a variable that is not known may be what the file says is there
      if (first !== undefined && !image.inCode(first)) table(first)
    }
    for (const address of evaluation?.addressesUsed ?? []) if (!image.inCode(address) && !this.#tables.endsArray(address, isNamed)) table(address)
  }
}

/** Does a call in [start, end) run? */
function callsIn({ seen, start: base }: Evaluation, start: number, end: number): boolean {
  for (let at = start; at < end; at += 4) if ((seen[(at - base) / 4]! & 2) !== 0) return true
  return false
}
