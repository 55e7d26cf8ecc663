import { lengthAt } from '../../../../../isa/x86/length.ts'
import { mentionedBy } from './mentioned-registers.ts'
import { replaces } from './replaced-register.ts'
import type { CallSites } from './call-sites.ts'
import type { Code } from './code.ts'
import type { Endings } from './endings.ts'
import { mayHaveArgumentIn } from './parameter-counts.ts'

/** How far down the calls it is looked. */
const DEPTH = 3
/** Instructions of a function within which it reads its arguments, or has others in their registers. */
const INSTRUCTIONS = 200
/** Second byte of CPUID, which answers in EDX, and asks for nothing there. */
const CPUID = 0xa2
const RDX = 2

/** Tells which registers hold arguments of a function: an address that is left in another one is not passed. */
export class ArgumentsRead {
  readonly #program: Pick<Code, 'graph' | 'decoder' | 'codeAt'> & { readonly calls: CallSites; readonly endings: Endings }
  readonly #known = new Map<number, boolean>()

  constructor(program: Pick<Code, 'graph' | 'decoder' | 'codeAt'> & { readonly calls: CallSites; readonly endings: Endings }) {
    this.#program = program
  }

  /** May function `index` read what its caller has in `register`, before something else is in there? */
  reads(index: number, register: number, depth = 0): boolean {
    const key = index * 16 + register
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (depth >= DEPTH) return true
    this.#known.set(key, false) // where it calls itself
    const reads = this.#follow(index, register, depth)
    this.#known.set(key, reads)
    return reads
  }

  #follow(index: number, register: number, depth: number): boolean {
    const { graph, decoder, codeAt, calls, endings } = this.#program
    const range = codeAt(graph.starts[index]!)
    if (range === undefined) return true
    const { code, view, base } = range
    const [from, to] = [graph.starts[index]! - base, graph.ends[index]! - base]
    const { callees, imported } = calls.of(index)
    const seen = new Set<number>()
    const work = [from]
    for (let at = work.pop(); at !== undefined; at = work.pop()) {
      while (!seen.has(at)) {
        if (at < from || at >= to || seen.size > INSTRUCTIONS) return true
        seen.add(at)
        const length = lengthAt(decoder, code, at)
        if (length === 0) return true
        const next: number = at + length
        const byte = code[at]!
        if (byte === 0xc3 || byte === 0xcc || (byte === 0x0f && code[at + 1] === 0x0b)) break
        // also through a slot of the GOT, as Rust calls what ends in a panic
        const isThroughSlot = byte === 0xff && (callees.has(base + at) || imported.has(base + at))
        const isCall = byte === 0xe8 || (byte === 0x67 && code[at + 1] === 0xe8) || (isThroughSlot && code[at + 1] === 0x15)
        const isJump = byte === 0xe9 || byte === 0xeb || (isThroughSlot && code[at + 1] === 0x25)
        const isBranch = (byte & 0xf0) === 0x70 || (byte === 0x0f && (code[at + 1]! & 0xf0) === 0x80)
        if (isCall || isJump || isBranch) {
          const callee = callees.get(base + at)
          const name = callee === undefined ? imported.get(base + at) : undefined
          if (callee === undefined && (isCall || name !== undefined)) {
            if (name === undefined || mayHaveArgumentIn(name, register)) return true
            break
          }
          // a panic is told what went wrong
          if (isCall && endings.endsProgram(callee!)) break
          if (callee !== undefined && this.reads(callee, register, depth + 1)) return true
          if (isCall) break // it is the callee's to change
          const target = next + (length < 5 ? view.getInt8(next - 1) : view.getInt32(next - 4, true))
          if (callee === undefined) work.push(target)
          if (isJump) break
        } else if (replaces(code, at, register) || (register === RDX && byte === 0x0f && code[at + 1] === CPUID)) break
        else if ((mentionedBy(code, at, from, to, next) & (1 << register)) !== 0) return true
        at = next
      }
    }
    return false
  }
}
