import { Access } from '../../program/sweep.ts'
import { addressesIn, type Value } from '../../program/value.ts'
import type { Evaluation, FileLeaks } from '../evaluation/evaluation.ts'
import type { Program } from '../code/program.ts'
import { writesTexts } from './compared-texts.ts'
import type { OtherSetters } from './other-setters.ts'
import type { PointerCallers } from './pointer-callers.ts'
import { settersBehindChecks, type Withheld } from './setters-behind-checks.ts'
import type { Variables } from './variables.ts'

/** Bytes of what variables are a part of. */
const STRUCTURE_SIZE = 1024

const nothing: Withheld = { fields: new Set(), variables: new Set() }

export interface Unfollowed {
  /** Functions that were not told all of what they are called with: it was passed on further than arguments are followed. */
  readonly uninformed: ReadonlySet<number>
  /** Functions whose callers were not told what they store. */
  readonly untold: ReadonlySet<number>
  /** Functions that nobody calls but functions that were followed, and told what these store: see `closedFunctions`. */
  readonly closed: ReadonlySet<number>
  readonly pointerCallers: PointerCallers
  /** Functions that some call with what a check found out, and others with another number. */
  readonly mixed: ReadonlySet<number>
  readonly setters: OtherSetters
}

/** The same of what the program itself finds out, and not what is linked into every such program. */
export function findOwnLeaks(program: Program, evaluations: ReadonlyMap<number, Evaluation>, variables: Variables, unfollowed: Unfollowed, all: FileLeaks): FileLeaks {
  const isOwn = (index: number): boolean => !program.isOfRuntimeLibrary(index)
  return [...evaluations.keys()].every(isOwn) && all.lost.size === 0 && all.variables.size === 0 && all.threadLocals.size === 0 ? all : findLeaks(program, evaluations, variables, unfollowed, isOwn, false)
}

/**
 * Where what checks found out goes without being followed.
 * @param isOwn which functions' checks are asked for
 * @param isForProofs is also asked for what may be the check's, and more likely is something else?
 */
export function findLeaks(program: Program, evaluations: ReadonlyMap<number, Evaluation>, variables: Variables, { uninformed, untold, closed, pointerCallers, mixed, setters }: Unfollowed, isOwn: (index: number) => boolean = () => true, isForProofs = true): FileLeaks {
  const { sweep, accesses, graph } = program
  const fields = new Set<number>()
  const stored = new Set<number>()
  const ambiguous = new Set<number>()
  const lost = new Set<number>()
  const threadLocals = new Set<number>()
  const threadNumbers = new Set<number>()
  let anywhere = false
  let passed = false
  /** Does what is called there get to know what lies behind its arguments, or is it another file's? */
  const isFollowed = (index: number, at: number, passed: ReadonlyMap<number, Value> | undefined): boolean => {
    // with a function that is to be called with it
    for (const value of passed?.values() ?? []) if (addressesIn(value).some((address) => address > 0xfff && graph.functionAt(address) !== undefined)) return false
    const { callees, imported } = program.calls.of(index)
    const callee = callees.get(at)
    return callee === undefined ? imported.has(at) : keepsArguments(callee)
  }
  const known = new Map<number, boolean>()
  /** Are pointers that function `index` is given kept nowhere, by it and by those that it hands them on to, all of which were followed? */
  const keepsArguments = (index: number): boolean => {
    const before = known.get(index)
    if (before !== undefined) return before
    known.set(index, true) // where it calls itself
    const { callees, imported } = program.calls.of(index)
    const leaks = evaluations.get(index)?.leaks
    const keeps =
      leaks !== undefined &&
      !leaks.argumentsEscape &&
      !uninformed.has(index) &&
      [...leaks.argumentsHandedAt].every((at) => {
        const callee = callees.get(at)
        return callee === undefined ? imported.has(at) : keepsArguments(callee)
      })
    known.set(index, keeps)
    return keeps
  }
  const texts = isForProofs && [...evaluations].some(([index, { decides }]) => decides && isOwn(index) && graph.importCalls.get(index)?.some(({ name }) => writesTexts(name)) === true)
  /** Fields by functions that tell none of their callers what they store, and of objects that others may have changed. */
  const doubtful = new Set<number>()
  for (const [index, { leaks, passed: given, decides }] of evaluations) {
    if (!isOwn(index)) continue
    if (!decides && mixed.has(index)) for (const offset of leaks.fields) ambiguous.add(offset)
    const areTakenOver = leaks.toArguments.size > 0 && closed.has(index)
    for (const offset of leaks.fields) {
      if (untold.has(index) && leaks.toArguments.has(offset)) doubtful.add(offset)
      else if (!areTakenOver || !leaks.toArguments.has(offset)) fields.add(offset)
    }
    for (const offset of leaks.stored) if (!areTakenOver || !leaks.toArguments.has(offset)) stored.add(offset)
    for (const [at, offsets] of leaks.frames) if (!isFollowed(index, at, given.get(at))) for (const offset of offsets) fields.add(offset)
    for (const offset of leaks.doubtful) doubtful.add(offset)
    for (const offset of leaks.ambiguous) ambiguous.add(offset)
    for (const offset of leaks.lost) lost.add(offset)
    for (const offset of leaks.threadLocals) threadLocals.add(offset)
    for (const offset of leaks.threadNumbers) threadNumbers.add(offset)
    anywhere ||= leaks.anywhere
    passed ||= leaks.arguments
  }
  // what a check found out stands there in some of the objects that they are given, and who gets which is not known
  for (const offset of doubtful) {
    if (!fields.has(offset)) ambiguous.add(offset)
    fields.add(offset)
  }
  for (const offset of setters.offsets(isOwn)) ambiguous.add(offset)
  passed ||= [...uninformed].some((index) => isOwn(index) && pointerCallers.has(index))
  // a variable that is read through a pointer to what it is a part of
  const kind = sweep.accessKind.values()
  const to = sweep.accessTo.values()
  const from = sweep.accessFrom.values()
  const staysInside = (access: number): boolean => {
    const evaluation = evaluations.get(graph.functionOf(from[access]!))
    if (evaluation === undefined) return false
    if (!evaluation.addressesUsed.has(to[access]!)) return true
    const index = graph.functionOf(from[access]!)
    return evaluation.addressesPassed.get(to[access]!)?.every((call) => isFollowed(index, call, evaluation.passed.get(call))) === true
  }
  for (const at of variables.addresses()) {
    const writers = [...variables.writersOf(at)]
    if (writers.length > 0 && !writers.some(isOwn)) continue
    for (const access of accesses.range(at - STRUCTURE_SIZE, at)) {
      if (kind[access] === Access.take && isOwn(graph.functionOf(from[access]!)) && !staysInside(access)) fields.add(at - to[access]!)
    }
  }
  // whoever has the address of a thread's variable reads it as a field: that is likely only as far behind what the thread has
  if (isForProofs) anywhere ||= threadLocals.size > 0
  else for (const offset of threadNumbers) fields.add(offset)
  const withheld = isForProofs ? settersBehindChecks(program, evaluations, isOwn) : nothing
  // whether what stands there is the check's nobody can tell: nothing is proved by it, and nothing is likely
  for (const offset of isForProofs ? [...lost, ...withheld.fields] : []) {
    fields.add(offset)
    stored.add(offset)
  }
  return { fields, stored, lost: new Set([...lost, ...withheld.fields]), variables: withheld.variables, ambiguous, anywhere, threadLocals, threadNumbers, texts, arguments: passed }
}
