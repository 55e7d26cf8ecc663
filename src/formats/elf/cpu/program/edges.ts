import type { MemoryImage, Slot } from './memory-image.ts'
import { ByteList, IndexList, NumberList } from './number-list.ts'
import { Access, type Sweep, Transfer } from './sweep.ts'

/** How one function leads to another. */
export const Edge = {
  call: 0,
  /** Its address is taken. */
  taken: 1,
  resolver: 2,
  /** A pointer to it that nothing changes is loaded: to call it. */
  loaded: 3,
} as const

/** A call of what a variable holds, and the function that it first holds the address of. */
export interface CalledVariable {
  readonly at: number
  readonly first: number
}

/** A jump from one function to another, from and to these addresses. */
export interface Jump {
  readonly from: number
  readonly to: number
}

export interface EdgeLists {
  readonly from: Uint32Array
  readonly to: Uint32Array
  readonly at: Float64Array
  readonly kind: Uint8Array
  readonly importCalls: ReadonlyMap<number, readonly { readonly at: number; readonly name: string }[]>
  readonly calledVariables: ReadonlyMap<number, readonly CalledVariable[]>
  readonly intoMiddle: readonly { readonly edge: number; readonly to: number }[]
}

interface Functions {
  readonly starts: Float64Array
  readonly ends: Float64Array
  functionAt(address: number): number | undefined
  functionOf(address: number): number
  /** Does an instruction store to what is there, or take its address? */
  isChanged(address: number): boolean
}

/** Makes edges of what a sweep found: transfers and accesses together, in the order of addresses. */
export class EdgeCollector {
  readonly #image: MemoryImage
  readonly #stubs: ReadonlyMap<number, Slot>
  readonly #functions: Functions
  readonly #transferFrom: Float64Array
  readonly #transferTo: Float64Array
  readonly #transferKind: Uint8Array
  readonly #accessFrom: Float64Array
  readonly #accessTo: Float64Array
  readonly #accessKind: Uint8Array
  readonly #from: IndexList
  readonly #to: IndexList
  readonly #at: NumberList
  readonly #kind: ByteList
  readonly #importCalls = new Map<number, { at: number; name: string }[]>()
  readonly #calledVariables = new Map<number, CalledVariable[]>()
  readonly #intoMiddle: { edge: number; to: number }[] = []
  /** Function of the address at hand. */
  #current = -1
  #access = 0

  constructor(image: MemoryImage, sweep: Sweep, functions: Functions, stubs: ReadonlyMap<number, Slot>) {
    this.#image = image
    this.#stubs = stubs
    this.#functions = functions
    this.#transferFrom = sweep.transferFrom.values()
    this.#transferTo = sweep.transferTo.values()
    this.#transferKind = sweep.transferKind.values()
    this.#accessFrom = sweep.accessFrom.values()
    this.#accessTo = sweep.accessTo.values()
    this.#accessKind = sweep.accessKind.values()
    const expected = this.#transferFrom.length + this.#accessFrom.length
    this.#from = new IndexList(expected)
    this.#to = new IndexList(expected)
    this.#at = new NumberList(expected)
    this.#kind = new ByteList(expected)
  }

  /** @param others jumps that the sweep did not note, in the order of addresses */
  collect(others: readonly Jump[]): EdgeLists {
    const { length } = this.#transferFrom
    let other = 0
    for (let index = 0; index < length; index++) {
      const place = this.#transferFrom[index]!
      while (other < others.length && others[other]!.from < place) this.#addJump(others[other++]!)
      this.#takeUpTo(place)
      const source = this.#sourceOf(place)
      if (source >= 0) this.#addTransfer(place, this.#transferTo[index]!, this.#transferKind[index]!, source)
    }
    while (other < others.length) this.#addJump(others[other++]!)
    this.#takeUpTo(Infinity)
    return { from: this.#from.values(), to: this.#to.values(), at: this.#at.values(), kind: this.#kind.values(), intoMiddle: this.#intoMiddle, importCalls: this.#importCalls, calledVariables: this.#calledVariables }
  }

  #add(source: number, place: number, target: number, edge: number): void {
    this.#from.push(source)
    this.#to.push(target)
    this.#at.push(place)
    this.#kind.push(edge)
  }

  /** Asked in the order of addresses. */
  #sourceOf(place: number): number {
    const { starts } = this.#functions
    while (this.#current + 1 < starts.length && starts[this.#current + 1]! <= place) this.#current++
    return this.#current
  }

  #takeUpTo(limit: number): void {
    const { length } = this.#accessFrom
    while (this.#access < length && this.#accessFrom[this.#access]! <= limit) this.#addAccess(this.#access++)
  }

  #addAccess(access: number): void {
    let address = this.#accessTo[access]!
    let kind: number = Edge.taken
    const how = this.#accessKind[access]!
    if (how === Access.store) return
    if (how === Access.load || !this.#image.inCode(address)) {
      // mov rax, [rip + slot]: the address comes from the GOT
      const slot = how === Access.load ? this.#slotAt(address) : this.#stubs.get(address)
      if (slot?.address === undefined || slot.indirect === true) return
      // a pointer that the program can change is not the address itself
      if (how === Access.load && this.#image.dataAt(address)?.constant === false) {
        if (this.#functions.isChanged(address)) return
        kind = Edge.loaded
      }
      address = slot.address
    }
    const place = this.#accessFrom[access]!
    const target = this.#functions.functionAt(address)
    const source = this.#sourceOf(place)
    if (target !== undefined && source >= 0 && target !== source) this.#add(source, place, target, kind)
  }

  #addJump({ from, to }: Jump): void {
    this.#takeUpTo(from)
    const source = this.#sourceOf(from)
    if (source >= 0) this.#addTransfer(from, to, Transfer.jump, source)
  }

  #addTransfer(place: number, target: number, transfer: number, source: number): void {
    if (transfer === Transfer.indirectCall || transfer === Transfer.indirectJump) {
      this.#addThroughPointer(source, place, target)
      return
    }
    const stub = this.#image.inCode(target) ? undefined : this.#stubs.get(target)
    if (stub !== undefined) {
      this.#addThroughSlot(source, place, stub)
      return
    }
    const { starts, ends } = this.#functions
    const jump = transfer !== Transfer.call
    if (jump && target >= starts[source]! && target < ends[source]!) return
    const callee = this.#functions.functionAt(target)
    if (callee !== undefined) {
      if (callee !== source) this.#add(source, place, callee, Edge.call)
      return
    }
    const around = jump ? this.#functions.functionOf(target) : -1
    if (around < 0 || around === source) return
    this.#intoMiddle.push({ edge: this.#from.length, to: target })
    this.#add(source, place, around, Edge.call)
  }

  #addThroughPointer(source: number, place: number, pointer: number): void {
    const slot = this.#slotAt(pointer)
    if (slot === undefined) return
    if (this.#image.dataAt(pointer)?.constant !== false || !this.#functions.isChanged(pointer)) this.#addThroughSlot(source, place, slot)
    else if (slot.address !== undefined) this.#addCalledVariable(source, place, slot.address)
  }

  #addCalledVariable(source: number, at: number, address: number): void {
    const first = this.#functions.functionAt(address)
    if (first === undefined) return
    const calls = this.#calledVariables.get(source)
    if (calls === undefined) this.#calledVariables.set(source, [{ at, first }])
    else calls.push({ at, first })
  }

  #addThroughSlot(source: number, place: number, slot: Slot): void {
    if (slot.import !== undefined) {
      const calls = this.#importCalls.get(source)
      if (calls === undefined) this.#importCalls.set(source, [{ at: place, name: slot.import }])
      else calls.push({ at: place, name: slot.import })
      return
    }
    const target = slot.address === undefined ? undefined : this.#functions.functionAt(slot.address)
    if (target !== undefined) this.#add(source, place, target, slot.indirect === true ? Edge.resolver : Edge.call)
  }

  #slotAt(place: number): Slot | undefined {
    const slot = this.#image.slots.get(place)
    const address = slot === undefined ? this.#image.codePointers.get(place) : undefined
    return address === undefined ? slot : { address }
  }
}
