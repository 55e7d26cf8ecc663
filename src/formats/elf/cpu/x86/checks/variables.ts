import { Access } from '../../program/sweep.ts'
import { address as addressValue, anything, certain, compute, detectedAs, join, number, plain, sameValue, truncated, type Value } from '../../program/value.ts'
import type { Agenda } from './agenda.ts'
import type { Evaluation } from '../evaluation/evaluation.ts'
import { firstInitializer } from '../../program/initializers.ts'
import { isOwnDetectorObject } from '../code/detectors.ts'
import { unsetTokens } from '../code/unset-tokens.ts'
import { isFunctionPointer } from './function-pointer.ts'
import { GotVariables } from './got-variables.ts'
import type { KeptWords } from './kept-words.ts'
import { numbersBesideChecks, numbersOfOthers } from './numbers-of-others.ts'
import type { Settled } from './settled.ts'
import type { Program } from '../code/program.ts'
import { VariableAccessors } from './variable-accessors.ts'

const NEAR_MASK = 0xffff

/** How far from CPUID it is looked who sets a variable to what callers say, how large such a function is, how many callers it has, and how many there are. */
const SETTERS_DISTANCE = 3
/** Bytes of a structure that a variable may be a part of. */
const STRUCTURE = 128
const LARGEST_SETTER = 128
const SETTERS_CALLERS = 8
const MOST_SETTERS = 64

/** Stands for what is none of the variables. */
const other: Value = number(0)

interface Variable {
  readonly size: number
  /** What the file says it holds first, or what is put there before anybody reads it. */
  initial: Value
  /** What functions store, by function: what they store when they are evaluated again with better knowledge replaces it. */
  readonly stored: Map<number, Value>
  /** What it can hold, of all that. */
  value: Value
  /** How many steps from CPUID it is. */
  readonly distance: number
}

/** Variables of the file that hold what checks of the CPU found out. */
export class Variables {
  readonly #program: Program
  readonly #agenda: Agenda
  readonly #variables = new Map<number, Variable>()
  /** Function that runs before all others. */
  readonly #first: number | undefined
  /** Functions that put what they are called with into one. */
  readonly setters: Set<number> = new Set()
  /** Functions that call those. */
  readonly callersOfSetters: Set<number> = new Set()
  readonly #storedBy = new Map<number, ReadonlySet<number>>()
  /** By the lower bits of an eighth of the address: may a variable begin there? Most loads are of something else. */
  readonly #near = new Uint8Array(NEAR_MASK + 1)
  readonly #got: GotVariables
  readonly #accessors: VariableAccessors
  /**
   * By function: what it found in variables the last time, whoever it was evaluated for, so that it is not evaluated again where it
   * would find the same: half of all evaluations in workerd were such.
   */
  readonly #found = new Map<number, Map<number, Value | undefined>>()
  /** By address: who found something there, also through a pointer that it got, and so does not name it. */
  readonly #readers = new Map<number, Set<number>>()

  constructor(program: Program, agenda: Agenda) {
    this.#program = program
    const first = firstInitializer(program)
    this.#first = first === undefined ? undefined : program.graph.functionAt(first)
    this.#agenda = agenda
    this.#got = new GotVariables(program)
    this.#accessors = new VariableAccessors(program, this.#got)
  }

  #isNear(at: number): boolean {
    return this.#near[Math.floor(at / 8) & NEAR_MASK] === 1
  }

  get count(): number {
    return this.#variables.size
  }

  has(at: number): boolean {
    return this.#variables.has(at)
  }

  /** May the eight bytes at `at` be, or overlap, one? */
  overlaps(at: number): boolean {
    if (!this.#isNear(at - 7) && !this.#isNear(at) && !this.#isNear(at + 7)) return false
    for (let near = at - 7; near < at + 8; near++) if (this.#variables.has(near)) return true
    return false
  }

  /** Is one in [from, to)? */
  anyIn(from: number, to: number): boolean {
    for (const at of this.#variables.keys()) if (at >= from && at < to) return true
    return false
  }

  /** How far behind an address variables begin, as far as a structure may reach that begins there. */
  offsetsBehind(address: number): ReadonlySet<number> {
    const offsets = new Set<number>()
    // any number may be asked for, and beyond 2^53 a loop over addresses does not get on
    if (this.#program.image.dataAt(address)?.constant !== false) return offsets
    const end = address + STRUCTURE
    for (let eighth = Math.floor(address / 8); eighth * 8 < end; eighth++) {
      if (this.#near[eighth & NEAR_MASK] === 0) continue
      for (let at = Math.max(address, eighth * 8); at < Math.min(end, eighth * 8 + 8); at++) {
        const distance = this.#variables.get(at)?.distance
        if (distance !== undefined && distance <= SETTERS_DISTANCE) offsets.add(at - address)
      }
    }
    return offsets
  }

  addresses(): Iterable<number> {
    return this.#variables.keys()
  }

  /** Functions that store to the variable at an address. */
  writersOf(at: number): Iterable<number> {
    return this.#variables.get(at)?.stored.keys() ?? []
  }

  /** Functions that may read what lies at `at`, or store to it. */
  accessors(at: number, size: number): Iterable<number> {
    return this.#accessors.of(at, size)
  }

  /** Functions that name what is followed. */
  *allAccessors(): Iterable<number> {
    for (const [at, { size }] of this.#variables) yield* this.#accessors.of(at, size)
  }

  /** Does function `index` name one? */
  areNamedBy(index: number): boolean {
    const { graph, sweep } = this.#program
    const to = sweep.accessTo.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) if (this.#variables.has(to[access]!)) return true
    return false
  }

  /** What function `reader` loads from the variable, or from what nothing writes to. */
  load(at: number, size: number, reader: number): Value | undefined {
    const known = this.#isNear(at - 7) || this.#isNear(at) || this.#isNear(at + 7) ? this.#loadVariable(at, size) : other
    if (known === other) return this.#loadConstant(at, size)
    let found = this.#found.get(reader)
    if (found === undefined) this.#found.set(reader, (found = new Map()))
    found.set(at * 16 + size, known)
    let readers = this.#readers.get(at)
    if (readers === undefined) this.#readers.set(at, (readers = new Set()))
    readers.add(reader)
    return known
  }

  /** Does function `reader` find something else in variables than when it was evaluated? */
  #findsOther(reader: number): boolean {
    for (const [key, value] of this.#found.get(reader) ?? []) {
      const size = key % 16
      if (!sameValue(this.#loadVariable((key - size) / 16, size), value)) return true
    }
    return false
  }

  #loadVariable(at: number, size: number): Value | undefined {
    const exact = this.#variables.get(at)
    if (exact !== undefined && exact.size >= size) return truncated(exact.value, size) ?? (size === 8 ? exact.value : undefined)
    for (let back = 1; back < 8; back++) {
      const wider = this.#variables.get(at - back)
      if (wider !== undefined && wider.size >= back + size) return truncated(compute('shr', wider.value, number(back * 8)), size)
    }
    return exact !== undefined || (size === 8 && this.#variables.has(at + 4)) ? this.#compose(at, size) : other
  }

  /**
   * The same where it holds what functions that are reached leave in it, and no longer what was there before they ran. What
   * lies across variables is not known.
   */
  settled(at: number, size: number, evaluations: ReadonlyMap<number, Evaluation>, others: Settled): Value | undefined {
    for (let back = 0; back < 8; back++) {
      const variable = this.#variables.get(at - back)
      if (variable === undefined || variable.size < back + size) continue
      let joined: Value | undefined
      for (const [index, stored] of variable.stored) {
        if (!others.isReached(index) && !this.#program.detectors.functions.has(index)) continue
        const isOne = stored.words.length === 2 && stored.partial !== true
        const store = ((isOne ? undefined : others.evaluation(index)) ?? evaluations.get(index))?.globalStores.find(({ address }) => address === at - back)
        const last = store?.left ?? store?.value
        const value = last?.base === plain && last.words.length > 0 ? certain(last) : stored
        joined = joined === undefined ? value : (join(joined, value) ?? anything)
      }
      const put = others.options && numbersBesideChecks(this.#program, at - back, variable.size, others.isReached, others.options)
      if (put !== undefined) joined = join(joined ?? variable.initial, put) ?? anything
      return truncated(compute('shr', joined ?? variable.initial, number(back * 8)), size)
    }
    if ((this.#isNear(at - 7) || this.#isNear(at) || this.#isNear(at + 7)) && this.#loadVariable(at, size) !== other) return anything
    return this.#loadConstant(at, size) ?? (others.options === undefined ? undefined : numbersOfOthers(this.#program, at, size, this.#initialPointer(at, size) ?? this.initially(at, size), others.isReached, others.options))
  }

  #initialPointer(at: number, size: number): Value | undefined {
    const slot = size === 8 ? this.#program.image.slots.get(at) : undefined
    return slot?.address === undefined || slot.indirect === true ? undefined : addressValue(slot.address)
  }

  #loadConstant(at: number, size: number): Value | undefined {
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range === undefined || !range.constant) return undefined
    const slot = image.slots.get(at)
    if (slot === undefined) return this.initially(at, size)
    return slot.address === undefined || slot.indirect === true ? undefined : addressValue(slot.address)
  }

  /** A load that spans several variables: one number each, or nothing is known. */
  #compose(at: number, size: number): Value | undefined {
    let whole: Value | undefined = number(0, 0, true)
    for (let offset = 0; offset < size; ) {
      const variable = this.#variables.get(at + offset)
      const part = variable === undefined ? this.initially(at + offset, 1) : variable.value
      whole = compute('or', whole, compute('shl', part, number(offset * 8)))
      offset += variable?.size ?? 1
    }
    return whole
  }

  /** What the file says memory holds before anything runs. */
  initially(at: number, size: number): Value | undefined {
    const { image } = this.#program
    const range = image.dataAt(at)
    if (range === undefined || at + size > range.end) return undefined
    if (range.offset === undefined) return number(0)
    const place = range.offset + at - range.address
    const { view } = image
    if (size === 8) return number(view.getInt32(place, true), view.getInt32(place + 4, true))
    if (size === 4) return number(view.getInt32(place, true))
    return size === 2 ? number(view.getUint16(place, true)) : size === 1 ? number(view.getUint8(place)) : undefined
  }

  /**
   * Starts to follow a variable: whoever stores or reads it is evaluated.
   * @param made what it holds before anybody reads it, whatever the file says: the pointer to what makes it (LazyLock)
   */
  follow(at: number, size: number, distance: number, made?: Value): Variable | undefined {
    const initial = this.initially(at, size)
    const { image } = this.#program
    if ((image.slots.has(at) && made === undefined) || initial === undefined) return undefined
    const first = detectedAs(made ?? initial, true)
    const variable: Variable = { size, initial: first, stored: new Map(), value: first, distance }
    this.#variables.set(at, variable)
    this.#near[Math.floor(at / 8) & NEAR_MASK] = 1
    for (const index of this.#accessors.byAddress(at, size)) this.#agenda.addAccessor(index, distance + 1)
    for (const index of this.#accessors.otherwise(at)) this.#agenda.add(index, distance + 1)
    if (distance <= SETTERS_DISTANCE) this.#followSetters(at, distance)
    return variable
  }

  /** Small functions that store what they are called with, by few: what these pass is of interest, wherever they are. */
  #followSetters(at: number, distance: number): void {
    const { accesses, graph, sweep } = this.#program
    const kind = sweep.accessKind.values()
    const from = sweep.accessFrom.values()
    for (const access of accesses.range(at, at)) {
      const index = kind[access] === Access.store ? graph.functionOf(from[access]!) : -1
      if (index >= 0) this.followSetter(index, distance)
    }
  }

  /** Follows function `index`, which stores what it is called with, or hands it on to one that does. */
  followSetter(index: number, distance: number): void {
    const { detectors, graph } = this.#program
    if (this.setters.has(index) || this.setters.size >= MOST_SETTERS || graph.ends[index]! - graph.starts[index]! > LARGEST_SETTER) return
    if (detectors.functions.has(index) || this.#agenda.callerCount(index) > SETTERS_CALLERS || this.#program.isOfRuntimeLibrary(index)) return
    this.setters.add(index)
    for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) this.callersOfSetters.add(graph.edgeFrom[graph.callerEdge[entry]!]!)
    this.#agenda.add(index, distance + 1)
    this.#agenda.addCallers(index, distance)
  }

  /** Follows what the file says holds what is known of the CPU: objects by their names, and bytes that would say that something is there had anybody asked. */
  followNamed(): void {
    for (const { name, address, size } of this.#program.image.objects) {
      for (let at = 0; isOwnDetectorObject(name) && at < Math.min(size, 512); at += 4) this.follow(address + at, 4, 1)
    }
    for (const at of unsetTokens(this.#program)) this.follow(at, 1, 1)
  }

  /** Takes over what function `index`, so many steps from CPUID, stores. */
  spread(index: number, evaluation: Evaluation, distance: number, { kept, changed }: KeptWords): void {
    for (const { address, size } of kept) this.follow(address, size, distance)
    const { graph, image, sweep } = this.#program
    const controls = evaluation.decides && (distance <= 1 ? evaluation.seen.length < 30_000 : distance <= 3 && evaluation.seen.length < 1200)
    const before = this.#storedBy.get(index) ?? new Set<number>()
    const after = new Set<number>()
    for (const store of evaluation.globalStores) {
      const range = image.dataAt(store.address)
      if (range === undefined || !range.writable || range.constant) continue
      const known = this.#variables.get(store.address)
      const fromCheck = store.value?.detected === true && distance <= 5
      if (known === undefined && !fromCheck && !(controls && store.value !== undefined && !evaluation.unconditional.has(store.address))) continue
      if (store.value !== undefined && isFunctionPointer(store.value, graph)) continue
      if (store.structure !== undefined) this.#accessors.isPartOf(store.address, store.structure)
      const variable = known ?? this.follow(store.address, store.size, distance, store.isMadeOnce === true ? store.value : undefined)
      if (variable === undefined) continue
      after.add(store.address)
      if (index === this.#first && store.left?.base === plain && store.left.words.length > 0 && !this.#reads(index, store.address)) variable.initial = certain(store.left)
      this.#store(store.address, variable, index, store.value)
    }
    for (const address of before) if (!after.has(address)) this.#store(address, this.#variables.get(address)!, index, undefined)
    this.#storedBy.set(index, after)
    if (!controls) return
    // a variable that is only set behind a check that fails keeps what the file says (what is set on other ways in any case is none: simdutf's objects,
    // of which there is a copy behind `getenv`)
    const accessTo = sweep.accessTo.values()
    const accessFrom = sweep.accessFrom.values()
    const accessKind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
      if (accessKind[access] === Access.load) continue
      const stored = accessKind[access] === Access.store ? 0 : this.#storesBehind(accessFrom[access]!)
      if (stored === undefined) continue
      const at = accessTo[access]! + stored
      if (evaluation.seen[accessFrom[access]! - evaluation.start] !== 0 || this.#variables.has(at) || evaluation.unconditional.has(at) || changed.has(at)) continue
      const range = image.dataAt(at)
      if (range === undefined || !range.writable || range.constant || image.slots.has(at)) continue
      this.follow(at, 4, distance)
    }
    for (const at of this.#got.skippedStores(index, evaluation.seen)) if (!this.#variables.has(at)) this.follow(at, 4, distance)
  }

  /** Does function `index` read the variable at `at`? */
  #reads(index: number, at: number): boolean {
    const { graph, sweep } = this.#program
    const to = sweep.accessTo.values()
    const kind = sweep.accessKind.values()
    for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) if (to[access] === at && kind[access] !== Access.store) return true
    return false
  }

  /** Offset of the word that the instruction behind `lea r, [variable]` stores to, where it stores to [r + offset]. */
  #storesBehind(from: number): number | undefined {
    const range = this.#program.codeAt(from)
    if (range === undefined) return undefined
    const { code, base } = range
    const lea = from - base
    if ((code[lea]! & 0xf8) !== 0x48 || code[lea + 1] !== 0x8d) return undefined
    const pointer = ((code[lea + 2]! >> 3) & 7) | ((code[lea]! & 4) << 1)
    let at = lea + 7
    const rex = (code[at]! & 0xf0) === 0x40 ? code[at++]! : 0
    const [opcode, modrm] = [code[at]!, code[at + 1]!]
    // OR, MOV of a register or of a number
    const isStore = opcode === 0x08 || opcode === 0x09 || opcode === 0x88 || opcode === 0x89 || opcode === 0xc6 || opcode === 0xc7 || (opcode >= 0x80 && opcode <= 0x83 && ((modrm >> 3) & 7) === 1)
    if (!isStore || modrm >= 0x80 || (modrm & 7) === 4 || ((modrm & 7) | ((rex & 1) << 3)) !== pointer) return undefined
    if (modrm < 0x40) return (modrm & 7) === 5 ? undefined : 0
    return code[at + 2]! < 0x80 ? code[at + 2]! & ~3 : undefined
  }

  #store(at: number, variable: Variable, index: number, value: Value | undefined): void {
    // a store of something unknown is an override from outside (environment, command line): it is not for us to judge
    const before = variable.stored.get(index)
    const now = value === undefined || value.base !== plain || value.words.length === 0 ? undefined : certain(value)
    if (sameValue(before, now)) return
    if (now === undefined) variable.stored.delete(index)
    else variable.stored.set(index, now)
    let joined = variable.value
    if (before === undefined && index !== this.#first) joined = join(joined, now) ?? joined // one more
    else {
      joined = variable.initial
      for (const stored of variable.stored.values()) joined = join(joined, stored) ?? joined
    }
    if (sameValue(joined, variable.value)) return
    variable.value = joined
    for (const reader of this.#accessors.byAddress(at, variable.size)) if (this.#findsOther(reader)) this.#agenda.addAccessor(reader, variable.distance + 1)
    for (const reader of this.#accessors.otherwise(at)) if (this.#findsOther(reader)) this.#agenda.add(reader, variable.distance + 1)
    for (let part = at; part < at + variable.size; part++) for (const reader of this.#readers.get(part) ?? []) if (this.#findsOther(reader)) this.#agenda.addAccessor(reader, variable.distance + 1)
  }
}
