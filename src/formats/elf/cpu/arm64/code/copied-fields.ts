import { Flow, flowOf, pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, movedRegister } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import { lastAtMost } from '../../program/number-list.ts'
import { type Container, type CopiedStructure, copiedStructures, handedOn } from './copied-structures.ts'
import type { Callees } from './callees.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'
import type { Window } from './structure-users.ts'

const copies = /^(?:__)?mem(?:cpy|move)(?:_chk)?$/
/** Words before a call in which its arguments are put together. */
const BEFORE = 32
/** Bytes of a function that only hands on. */
const HANDS_ON = 32
/** Functions that a structure is handed on to, by register, and bytes of one that is looked at. */
const RECEIVERS = 256
const LARGEST = 0x4000
/** Bytes of a structure behind its field. */
const REST = 64

/** Words at the beginning of a function that copies. */
const BEGINNING = 4
/** ADD Xd, X0, X2; ADD Xd, X1, X2; CMP X2, #amount. */
const END_OF_TARGET = 0x8b02_0000 | 0
const END_OF_SOURCE = 0x8b02_0020 | 0
const COMPARE_LENGTH = 0xf100_005f | 0

/** A call of the C library to copy a number of bytes. */
interface Copy {
  readonly at: number
  readonly length: number
  /** Of the file's own data: where that is, NaN where it cannot be told; undefined: of something else. */
  readonly source: number | undefined
}

/**
 * Structures that are copied as a whole, into larger ones as well: aws-lc sets a flag in `gcm_key` at 280, and reads it at 360 in the
 * context around a copy.
 */
export class CopiedFields {
  readonly #program: Program
  readonly #callees: Callees
  readonly #receivers = new Map<string, readonly Container[]>()
  /** In the order of their addresses. */
  #copies: readonly Copy[] | undefined
  #places = new Float64Array()

  constructor(program: Program, callees: Callees) {
    this.#program = program
    this.#callees = callees
  }

  /** Is a structure of so many bytes, or a little more, copied there? */
  isCopied(window: Window, least: number): boolean {
    return this.#near(window).some(({ length }) => length >= least && length <= least + REST)
  }

  /** Structures of so many bytes, or a little more, as they are copied there. */
  structures(window: Window, least: number): CopiedStructure[] {
    const { graph } = this.#program
    const copies = new Map<number, Set<number>>()
    for (const { at, length } of this.#near(window)) {
      if (length < least || length > least + REST) continue
      const index = graph.functionOf(at)
      const known = copies.get(index)
      if (known === undefined) copies.set(index, new Set([at]))
      else known.add(at)
    }
    return [...copies].flatMap(([index, at]) => {
      const code = codeOf(this.#program, index)
      return code === undefined ? [] : copiedStructures(code, at, this.#callees)
    })
  }

  /** These, and those whom they hand it on to. */
  withReceivers(containers: readonly Container[]): Container[] {
    const found = new Map<string, Container>()
    const note = (container: Container): void => {
      const key = keyOf(container)
      if (found.size < RECEIVERS && !found.has(key)) found.set(key, container)
    }
    for (const container of containers) note(container)
    for (const container of found.values()) for (const receiver of this.#receiversOf(container)) note(receiver)
    return [...found.values()]
  }

  #receiversOf(container: Container): readonly Container[] {
    const key = keyOf(container)
    let receivers = this.#receivers.get(key)
    if (receivers === undefined) {
      const index = this.#program.graph.functionAt(container.user)
      const code = index === undefined ? undefined : codeOf(this.#program, index)
      // what no frame bounds may seem to be larger
      receivers = code === undefined ? [] : handedOn({ ...code, end: Math.min(code.end, code.start + LARGEST) }, container, this.#callees)
      this.#receivers.set(key, receivers)
    }
    return receivers
  }

  /** Is so much, or more, of the file's own data copied there? What stands in the file was set without asking. */
  isFromFile(window: Window, least: number): boolean {
    return this.#near(window).some(({ length, source }) => source !== undefined && length >= least)
  }

  /**
   * The same, but for what has zeros at each of the offsets `places`, or numbers that are no small ones: with another structure there than
   * one of which a field of four bytes tells kernels by small numbers.
   */
  isNumberFromFile(window: Window, least: number, places: readonly number[]): boolean {
    return this.#near(window).some(({ length, source }) => {
      if (source === undefined || length < least) return false
      return places.some((place) => {
        const number = place + 4 > length ? 0 : this.#constantAt(source + place)
        return number === undefined || (number > 0 && number < 256)
      })
    })
  }

  /** The same of a field of one byte, of flags: but for what has zero at each of the offsets. */
  areFlagsFromFile(window: Window, least: number, places: readonly number[]): boolean {
    return this.#near(window).some(({ length, source }) => {
      if (source === undefined || length < least) return false
      // of something larger that it may be a part of, that is not known
      return length > Math.max(...places) + REST || places.some((place) => place < length && (this.#constantAt(source + place) ?? 1) % 256 !== 0)
    })
  }

  /** Four bytes of what nobody changes. */
  #constantAt(place: number): number | undefined {
    const { image } = this.#program
    const range = image.dataAt(place)
    if (range?.constant !== true || place + 4 > range.end) return undefined
    return range.offset === undefined ? 0 : image.view.getUint32(range.offset + place - range.address, true)
  }

  #near(window: Window): Copy[] {
    if (this.#copies === undefined) {
      this.#copies = this.#findCopies().sort((a, b) => a.at - b.at)
      this.#places = Float64Array.from(this.#copies, ({ at }) => at)
    }
    const { base, from, to } = window
    return this.#copies.slice(lastAtMost(this.#places, base + from * 4 - 1) + 1, lastAtMost(this.#places, base + to * 4 - 1) + 1)
  }

  #findCopies(): Copy[] {
    const { graph } = this.#program
    const found: Copy[] = []
    const note = (index: number, at: number): void => {
      const copy = this.#copyAt(index, at)
      if (copy !== undefined) found.push(copy)
    }
    // a static program has it itself, or a resolver chooses one
    for (let index = 0; index < graph.starts.length; index++) {
      if (!copies.test(graph.nameOf(index)) && !this.#copiesByShape(index)) continue
      for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
        const edge = graph.callerEdge[entry]!
        if (graph.edgeKind[edge] === Edge.call) note(graph.edgeFrom[edge]!, graph.edgeAt[edge]!)
      }
    }
    for (let edge = 0; edge < graph.edgeTo.length; edge++) if (graph.edgeKind[edge] === Edge.resolver) note(graph.edgeFrom[edge]!, graph.edgeAt[edge]!)
    for (const [index, calls] of graph.importCalls) {
      for (const { at, name } of calls) {
        if (!copies.test(name)) continue
        note(index, at)
        // a function that only hands on (`OPENSSL_memcpy`)
        if (graph.ends[index]! - graph.starts[index]! > HANDS_ON) continue
        for (let entry = graph.firstCaller[index]!; entry < graph.firstCaller[index + 1]!; entry++) {
          const edge = graph.callerEdge[entry]!
          note(graph.edgeFrom[edge]!, graph.edgeAt[edge]!)
        }
      }
    }
    return found
  }

  /** Without names: Arm's, which musl and glibc have, begins with the ends of both places, and compares how much it is. */
  #copiesByShape(index: number): boolean {
    const start = this.#program.graph.starts[index]!
    const code = this.#program.codeAt(start)
    if (code === undefined) return false
    const first = (start - code.base) / 4
    let [ends, compares] = [0, false]
    for (let at = first; at < first + BEGINNING; at++) {
      const word = code.words[at] ?? 0
      if ((word & ~31) === END_OF_TARGET || (word & ~31) === END_OF_SOURCE) ends++
      compares ||= (word & ~(0xfff << 10)) === COMPARE_LENGTH
    }
    return ends === 2 && compares
  }

  /** The number in X2 at the call at `at`, and whether X1 is an address in the file; undefined when there is none. */
  #copyAt(index: number, at: number): Copy | undefined {
    const code = this.#program.codeAt(at)
    if (code === undefined) return undefined
    let length: number | undefined
    const inFile = new Map<number, number>()
    for (let before = Math.max(this.#program.graph.starts[index]!, at - BEFORE * 4); before < at; before += 4) {
      const word = code.words[(before - code.base) / 4]!
      const register = word & 31
      const flow = flowOf(word)
      if (flow === Flow.call || flow === Flow.indirectCall) {
        length = undefined
        inFile.clear()
      }
      const page = pageAddress(word, before)
      const base = (word & 0xff80_0000) >>> 0 === 0x9100_0000 ? inFile.get((word >>> 5) & 31) : undefined
      const held = page ?? (base === undefined ? inFile.get(movedRegister(word)) : base + addedBy(word))
      if (held !== undefined) inFile.set(register, held)
      else if (destination(word) === register) inFile.delete(register)
      if (register === 2 && (word & 0x7fe0_0000) === 0x5280_0000) length = (word >>> 5) & 0xffff
    }
    return length === undefined ? undefined : { at, length, source: inFile.get(1) }
  }
}

/** The amount of ADD Xd, Xn, #amount. */
function addedBy(word: number): number {
  const amount = (word >>> 10) & 0xfff
  return (word & 0x0040_0000) !== 0 ? amount << 12 : amount
}

function keyOf({ user, before, register }: Container): string {
  return `${user} ${before} ${register}`
}
