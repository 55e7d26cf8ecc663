import { pageAddress } from '../../../../../isa/arm64/control-flow.ts'
import { destination, memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { Edge } from '../../program/edges.ts'
import type { Program } from './program.ts'

const copies = /^(?:__)?mem(?:cpy|move)(?:_chk)?$/
/** Words before a call in which its arguments are put together. */
const BEFORE = 12
/** Bytes of a function that only hands on. */
const HANDS_ON = 32
/** Bytes of a structure behind its field. */
const REST = 64

interface Code {
  readonly words: Int32Array
  readonly base: number
}

/** A call of the C library to copy a number of bytes. */
interface Copy {
  readonly at: number
  readonly length: number
  /** Of the file's own data. */
  readonly fromFile: boolean
}

/**
 * Loads of a field in larger structures, into which the structure that it is part of is copied as a whole: aws-lc sets a flag in
 * `gcm_key` at 280, and reads it at 360 in the context around a copy.
 */
export class CopiedFields {
  readonly #program: Program
  #copies: readonly Copy[] | undefined

  constructor(program: Program) {
    this.#program = program
  }

  /** In the words [from, to) of some code, where nothing stores to the field in the larger structure. */
  loadsOf(code: Code, from: number, to: number, offset: number, size: number): number[] {
    const least = offset + size
    if (!this.#near(code, from, to).some(({ length }) => length >= least && length <= least + REST)) return []
    const loads = new Map<number, number[]>()
    const stored: { readonly start: number; readonly end: number }[] = []
    for (let index = from; index < to; index++) {
      const word = code.words[index]!
      const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
      if (operand === undefined || operand.base === SP || operand.index >= 0 || operand.writeback === 'after') continue
      const further = operand.offset - offset
      if (!operand.load) stored.push({ start: operand.offset, end: operand.offset + operand.size * (operand.second >= 0 || operand.secondVector >= 0 ? 2 : 1) })
      else if (operand.size === size && operand.second < 0 && further > 0 && further % 8 === 0) {
        const known = loads.get(operand.offset)
        if (known === undefined) loads.set(operand.offset, [code.base + index * 4])
        else known.push(code.base + index * 4)
      }
    }
    return [...loads].filter(([place]) => !stored.some(({ start, end }) => start < place + size && end > place)).flatMap(([, at]) => at)
  }

  /** Is so much, or more, of the file's own data copied in the words [from, to)? What stands in the file was set without asking. */
  isFromFile(code: Code, from: number, to: number, least: number): boolean {
    return this.#near(code, from, to).some(({ length, fromFile }) => fromFile && length >= least)
  }

  #near({ base }: Code, from: number, to: number): Copy[] {
    this.#copies ??= this.#findCopies()
    return this.#copies.filter(({ at }) => at >= base + from * 4 && at < base + to * 4)
  }

  #findCopies(): Copy[] {
    const { graph } = this.#program
    const found: Copy[] = []
    const note = (index: number, at: number): void => {
      const copy = this.#copyAt(index, at)
      if (copy !== undefined) found.push(copy)
    }
    // a static program's is chosen by a resolver
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

  /** The number in X2 at the call at `at`, and whether X1 is an address in the file; undefined when there is none. */
  #copyAt(index: number, at: number): Copy | undefined {
    const code = this.#program.codeAt(at)
    if (code === undefined) return undefined
    let length: number | undefined
    const inFile = new Set<number>()
    for (let before = Math.max(this.#program.graph.starts[index]!, at - BEFORE * 4); before < at; before += 4) {
      const word = code.words[(before - code.base) / 4]!
      const register = word & 31
      const isAdd = (word & 0xff80_0000) >>> 0 === 0x9100_0000 && inFile.has((word >>> 5) & 31)
      const isMove = (word & 0xffe0_ffe0) >>> 0 === 0xaa00_03e0 && inFile.has((word >>> 16) & 31)
      if (isAdd || isMove || pageAddress(word, before) !== undefined) inFile.add(register)
      else if (destination(word) === register) inFile.delete(register)
      if (register === 2 && (word & 0x7fe0_0000) === 0x5280_0000) length = (word >>> 5) & 0xffff
    }
    return length === undefined ? undefined : { at, length, fromFile: inFile.has(1) }
  }
}
