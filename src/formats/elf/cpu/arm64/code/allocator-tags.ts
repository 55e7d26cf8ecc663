import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import { Edge } from '../../program/edges.ts'
import { Access } from '../../program/sweep.ts'
import type { Program } from './program.ts'

/** The tunable that glibc clears where HWCAP2 lacks MTE, whatever the environment says (2.33, sysdeps/unix/sysv/linux/aarch64/cpu-features.c). */
const TUNABLE = 'glibc.mem.tagging'
const READER = '__tunable_get_val'
/** Functions of an allocator that look at its flag. */
const LEAST = 3

/**
 * glibc's malloc sets tags of memory where a tunable says so, and the tunable is cleared on CPUs without MTE: by the program itself
 * where it is static, else by the loader. Its functions are told by the flag that all of them look at, and that is clear in the
 * file; and what only they call is part of it.
 */
export class AllocatorTags {
  readonly #program: Program
  #asking: ReadonlySet<number> | undefined

  constructor(program: Program) {
    this.#program = program
  }

  isPart(index: number): boolean {
    this.#asking ??= this.#findAsking()
    if (this.#asking.size === 0 || this.#asking.has(index)) return this.#asking.size > 0
    const { firstCaller, callerEdge, edgeFrom, edgeKind } = this.#program.graph
    const from = firstCaller[index]!
    const to = firstCaller[index + 1]!
    for (let entry = from; entry < to; entry++) {
      const edge = callerEdge[entry]!
      if (edgeKind[edge] !== Edge.call || !this.#asking.has(edgeFrom[edge]!)) return false
    }
    return to > from
  }

  /** Functions that look at the flag. */
  #findAsking(): ReadonlySet<number> {
    const { graph, sweep, image } = this.#program
    const kind = sweep.accessKind.values()
    const to = sweep.accessTo.values()
    const readers = new Map<number, Set<number>>()
    for (const index of this.#tagging()) {
      for (let access = graph.firstAccess[index]!; access < graph.firstAccess[index + 1]!; access++) {
        if (kind[access] !== Access.load || !this.#isByte(sweep.accessFrom.values()[access]!)) continue
        const place = to[access]!
        const known = readers.get(place)
        if (known === undefined) readers.set(place, new Set([index]))
        else known.add(index)
      }
    }
    const [flag] = [...readers].filter(([place]) => isClear(image, place)).sort(([, a], [, b]) => b.size - a.size)
    if (flag === undefined || flag[1].size < LEAST || !this.#hasTunable()) return new Set()
    return flag[1]
  }

  /** Functions with instructions of MTE. */
  #tagging(): ReadonlySet<number> {
    const { graph, sweep } = this.#program
    const tagging = new Set<number>()
    const sets = sweep.hitSet.values()
    for (const [hit, at] of sweep.hitAt.values().entries()) if (arm64Features[sets[hit]!] === 'mte') tagging.add(graph.functionOf(at))
    tagging.delete(-1)
    return tagging
  }

  #isByte(at: number): boolean {
    const code = this.#program.codeAt(at)
    return ((code?.words[(at - code.base) / 4] ?? 0) & 0xffc0_0000) === 0x3940_0000 // LDRB
  }

  #hasTunable(): boolean {
    const { graph, image } = this.#program
    for (const calls of graph.importCalls.values()) if (calls.some(({ name }) => name === READER)) return true
    const { bytes, sections } = image.file
    return sections.some(({ name, sh_offset, sh_size }) => {
      if (!/^\.(?:data|rodata)/.test(name) || sh_offset >= bytes.length) return false
      return Buffer.from(bytes.buffer, bytes.byteOffset + sh_offset, Math.min(sh_size, bytes.length - sh_offset)).includes(TUNABLE)
    })
  }
}

/** Is the byte a variable that is zero in the file? */
function isClear(image: Program['image'], place: number): boolean {
  const range = image.dataAt(place)
  return range?.writable === true && (range.offset === undefined || image.file.bytes[range.offset + place - range.address] === 0)
}
