import { lengthAt } from '../../../../isa/x86/length.ts'
import type { Evaluation } from './evaluation.ts'
import type { Program } from './program.ts'

/** How control goes through a function, by instruction, along what can run. */
export class ControlFlow {
  /** Addresses of the instructions. */
  readonly #at: number[] = []
  readonly #indexOf = new Map<number, number>()
  readonly #before: number[][] = []
  readonly #conditional = new Set<number>()
  /** Instructions after which control can be back with the caller. */
  readonly #exits: number[] = []

  constructor({ image, decoder }: Program, evaluation: Evaluation) {
    const { seen, start } = evaluation
    const range = image.code.find((candidate) => start >= candidate.address && start < candidate.address + candidate.size)!
    const code = image.file.bytes.subarray(range.offset, range.offset + range.size)
    const view = new DataView(code.buffer, code.byteOffset, code.byteLength)
    for (let offset = 0; offset < seen.length; offset++) {
      if ((seen[offset]! & 1) === 0) continue
      this.#indexOf.set(start + offset, this.#at.length)
      this.#at.push(start + offset)
      this.#before.push([])
    }
    const tableJumps: number[] = []
    for (const [index, at] of this.#at.entries()) {
      const place = at - range.address
      const next = place + lengthAt(decoder, code, place)
      const { target, falls, leaves, indirect } = transferAt(code, view, place, next)
      if (indirect) tableJumps.push(index)
      if (target !== undefined && falls) this.#conditional.add(index)
      if (target !== undefined && (seen[at - start]! & 2) !== 0 && !this.#link(index, target + range.address)) this.#exits.push(index)
      if (falls) this.#link(index, next + range.address)
      if (leaves) this.#exits.push(index)
    }
    // tables of jumps lead to what nothing else leads to
    for (const [index, before] of this.#before.entries()) if (index > 0 && before.length === 0) before.push(...tableJumps)
  }

  /** False when `to` is not in the function. */
  #link(from: number, to: number): boolean {
    const index = this.#indexOf.get(to)
    if (index !== undefined) this.#before[index]!.push(from)
    return index !== undefined
  }

  /**
   * Those of `branches` that lead to `at`, and elsewhere out of the function without it: `at` itself where it is one, which
   * may not be taken. Undefined: `at` is not in it.
   */
  decidingOf(branches: ReadonlySet<number>, at: number): readonly number[] | undefined {
    if (branches.size === 0) return []
    const goal = this.#indexOf.get(at)
    if (goal === undefined) return undefined
    const toGoal = this.#backwards([goal], -1)
    const out = this.#backwards(this.#exits, goal)
    return [...branches].filter((branch) => {
      const index = this.#indexOf.get(branch)
      return index !== undefined && (index === goal ? this.#conditional.has(index) : toGoal[index] === 1 && out[index] === 1)
    })
  }

  /** What can reach one of `ends` without passing `wall`. */
  #backwards(ends: readonly number[], wall: number): Uint8Array {
    const marked = new Uint8Array(this.#at.length)
    const work = ends.filter((end) => end !== wall)
    for (const end of work) marked[end] = 1
    for (let index = work.pop(); index !== undefined; index = work.pop()) {
      for (const before of this.#before[index]!) {
        if (marked[before] === 1 || before === wall) continue
        marked[before] = 1
        work.push(before)
      }
    }
    return marked
  }
}

/** Where the instruction at [place, next) can lead. */
function transferAt(code: Uint8Array, view: DataView, place: number, next: number): { target: number | undefined; falls: boolean; leaves: boolean; indirect?: true } {
  let at = place
  while (code[at] === 0x66 || code[at] === 0x2e || code[at] === 0xf2 || code[at] === 0xf3 || code[at] === 0x3e) at++
  if ((code[at]! & 0xf0) === 0x40) at++
  const byte = code[at]!
  const second = code[at + 1]!
  if ((byte >= 0x70 && byte < 0x80) || (byte >= 0xe0 && byte < 0xe4)) return { target: next + view.getInt8(next - 1), falls: true, leaves: false }
  if (byte === 0x0f && (second & 0xf0) === 0x80) return { target: next + view.getInt32(next - 4, true), falls: true, leaves: false }
  if (byte === 0xeb) return { target: next + view.getInt8(next - 1), falls: false, leaves: false }
  if (byte === 0xe9) return { target: next + view.getInt32(next - 4, true), falls: false, leaves: false }
  if (byte === 0xc3 || byte === 0xc2) return { target: undefined, falls: false, leaves: true }
  if (byte === 0xff && ((second >> 3) & 7) === 4) return { target: undefined, falls: false, leaves: true, indirect: true }
  return { target: undefined, falls: !(byte === 0x0f && second === 0x0b), leaves: false }
}
