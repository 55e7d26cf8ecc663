import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import type { Callees } from '../code/callees.ts'
import { constantInRegister } from '../code/constants-in-registers.ts'
import type { CopiedFields } from '../code/copied-fields.ts'
import type { Container, CopiedStructure } from '../code/copied-structures.ts'
import type { Field, FieldStore } from '../code/field-accesses.ts'
import { codeOf } from '../code/function-code.ts'
import { GivenFrames } from '../code/given-frames.ts'
import { MethodTables } from '../code/method-tables.ts'
import { MethodUsers } from '../code/method-users.ts'
import type { Program } from '../code/program.ts'
import { isInside, type StructureUsers, type Window } from '../code/structure-users.ts'
import type { FieldsInCode } from './fields-in-code.ts'

/** A field of what a structure is copied into. */
interface CopiedField {
  readonly offset: number
  readonly size: number
  /** Those to the structure before it is copied. */
  readonly stores: readonly FieldStore[]
  /** Bytes of the structure up to its end. */
  readonly copied: number
  readonly isFromFile: (window: Window) => boolean
}

/** Functions that are given something, by address. */
interface Users {
  /** The registers that they are given it in, as a mask. */
  readonly registers: Map<number, number>
  /** Those that are given it by who copied. */
  readonly direct: Set<number>
}

/** Fields of what a structure is copied into as a whole, with those of the structure itself. */
export class FieldsOfCopies {
  readonly #program: Program
  readonly #copies: CopiedFields
  readonly #users: StructureUsers
  readonly #fields: FieldsInCode
  readonly #given: GivenFrames
  readonly #methods: MethodTables
  readonly #methodUsers: MethodUsers

  constructor(program: Program, copies: CopiedFields, users: StructureUsers, fields: FieldsInCode, callees: Callees) {
    this.#program = program
    this.#copies = copies
    this.#users = users
    this.#fields = fields
    this.#given = new GivenFrames(program, callees)
    this.#methods = new MethodTables(program, callees)
    this.#methodUsers = new MethodUsers(program, callees)
  }

  /** The same field in larger structures, into which the one that it is part of is copied as a whole around there. */
  near(around: Window, offset: number, size: number): Field[] {
    if (!this.#copies.isCopied(around, offset + size)) return []
    const stores = this.#fields.in([around], offset, size)?.stores ?? []
    return this.#fields.flagsIn(around, offset, size).flatMap((further) => this.#fields.in([around], further, size, { stores }) ?? [])
  }

  /**
   * The same where callers of what sets it copy it: only in functions that are given what it was copied into. Larger fields of other
   * structures may be looked at by what is called from there.
   */
  elsewhere(place: number, around: Window, offset: number, size: number): Field[] {
    const callers = this.#users.ofCallers(place)
    const objects = this.#methods.objects(place)
    const copies = [...callers.flatMap((window) => this.#copies.structures(window, offset + size)), ...objects]
    if (copies.length === 0) return []
    const windows = [around, ...callers]
    const copiers = new Set(copies.map(({ code }) => code.start))
    const found = this.#fields.in(windows, offset, size, { called: this.#users.calledFrom(windows), readers: copiers })?.stores
    const byUsers = found === undefined ? undefined : this.#storesOfUsers(objects, offset, size)
    if (found === undefined || byUsers === undefined) return []
    const stores = [...found, ...byUsers]
    const isSmallNumber = size === 4 && this.#storesSmallNumber(place)
    const ofBefore = new Map<number, Field | undefined>()
    for (const [before, users] of this.#usersOf(copies)) {
      const places = [offset, offset + before]
      const isFromFile = (window: Window): boolean => {
        if (size === 1) return this.#copies.areFlagsFromFile(window, offset + size, places)
        return isSmallNumber ? this.#copies.isNumberFromFile(window, offset + size, places) : this.#copies.isFromFile(window, offset + size)
      }
      ofBefore.set(before, this.#fieldOfUsers(windows, users, { offset: offset + before, size, stores, isFromFile, copied: offset + size }))
    }
    return this.#together(copies, ofBefore, { offset, size, stores })
  }

  /** What those store to objects who call their methods; undefined where that cannot be told. */
  #storesOfUsers(objects: readonly CopiedStructure[], offset: number, size: number): FieldStore[] | undefined {
    const places = new Map<string, Container>()
    for (const container of objects.flatMap(({ containers }) => containers)) if (container.register >= 0) places.set(`${container.before} ${container.register}`, container)
    const found: FieldStore[] = []
    const around = this.#methods.around(objects)
    for (const { before, register } of places.values()) {
      const stores = this.#methodUsers.storesTo(before + offset, size, register, around)
      if (stores === undefined) return undefined
      for (const at of stores) found.push({ at, part: at, before: 0 })
    }
    return found
  }

  /** Fields of structures, each with what all who are given it store to it, whatever part of it they are given. */
  #together(copies: readonly CopiedStructure[], ofBefore: ReadonlyMap<number, Field | undefined>, { offset, size, stores }: Omit<Field, 'loads'>): Field[] {
    const inFrames: Field[] = []
    const storesOf = new Map<number, Set<FieldStore>>()
    const unknown = new Set<number>()
    for (const { code, inFrame, containers } of copies) {
      const parts = new Set(this.#copies.withReceivers(containers).flatMap(({ before }) => (ofBefore.has(before) ? [before] : [])))
      const all = new Set(stores)
      for (const before of parts) for (const store of ofBefore.get(before)?.stores ?? []) all.add(store)
      const isKnown = [...parts].every((before) => ofBefore.get(before) !== undefined)
      const field = inFrame === undefined ? undefined : this.#fields.inFrame({ code, offset: inFrame }, offset, size, [...all])
      for (const store of field?.stores ?? []) all.add(store)
      if (field !== undefined && isKnown) inFrames.push(field)
      for (const before of parts) {
        if (!isKnown) unknown.add(before)
        const known = storesOf.get(before)
        if (known === undefined) storesOf.set(before, new Set(all))
        else for (const store of all) known.add(store)
      }
    }
    const known = [...ofBefore].flatMap(([before, field]) => (field === undefined || unknown.has(before) ? [] : { ...field, stores: [...(storesOf.get(before) ?? field.stores)] }))
    return [...known, ...inFrames]
  }

  /** By the bytes before it in what they are given. */
  #usersOf(copies: readonly CopiedStructure[]): Map<number, Users> {
    const all = new Map<number, Users>()
    const given = copies.flatMap(({ containers }) => containers)
    const direct = new Set(given)
    for (const container of this.#copies.withReceivers(given)) {
      const { before, user, register } = container
      if (this.#program.stubs.has(user)) continue // the C library only copies and clears it
      let users = all.get(before)
      if (users === undefined) all.set(before, (users = { registers: new Map(), direct: new Set() }))
      users.registers.set(user, (users.registers.get(user) ?? 0) | (1 << register))
      if (direct.has(container) && register >= 0) users.direct.add(user)
    }
    return all
  }

  #fieldOfUsers(windows: readonly Window[], { registers, direct }: Users, of: CopiedField): Field | undefined {
    const addresses = new Set(registers.keys())
    const hints = { readers: addresses, users: addresses }
    const functions = this.#users.functionsAt(addresses)
    const called = [...functions, ...this.#users.calledFrom(functions)]
    const field = called.some(of.isFromFile) ? undefined : this.#fields.in(called, of.offset, of.size, { ...hints, stores: [...of.stores, ...this.#storesOfGivers({ registers, direct }, called, of)] })
    // where nobody looks at it, only whom it is given to may set it
    if (field?.loads.length === 0) return field
    const all = [...windows]
    for (const user of direct) {
      const window = windows.some((known) => isInside(known, user)) ? undefined : this.#users.around(user)
      if (window !== undefined) all.push(window)
    }
    all.push(...called.filter((window) => !all.some((known) => isInside(known, window.base + window.from * 4))))
    if (all.some((window) => this.#copies.isFromFile(window, of.copied)) || this.#users.callersOf(all).some(of.isFromFile)) return undefined
    return this.#fields.in(all, of.offset, of.size, { ...hints, stores: [...of.stores, ...this.#storesOfGivers({ registers, direct }, all, of)] })
  }

  /** What those store to it, in their frames, who give it to the users. */
  #storesOfGivers({ registers, direct }: Users, windows: readonly Window[], { offset, size }: CopiedField): readonly FieldStore[] {
    // whom it is handed on to, and who does not look at the field, is given many other things
    const readers = new Map([...registers].filter(([user]) => direct.has(user) || this.#users.functionsAt([user]).some((window) => this.#fields.isLoadedIn(window, offset, size))))
    return this.#given.to(readers, direct, windows).flatMap((place) => this.#fields.inFrame(place, offset, size, []).stores)
  }

  /** Is what the store at `place` stores one of an enumeration? */
  #storesSmallNumber(place: number): boolean {
    const code = codeOf(this.#program, this.#program.graph.functionOf(place))
    const at = code === undefined ? 0 : (place - code.base) / 4
    const constant = code === undefined ? undefined : constantInRegister(code, at, memoryAccess(code.words[at]!)?.register ?? SP)
    return constant !== undefined && constant[1] === 0 && constant[0]! > 0 && constant[0]! < 256
  }
}
