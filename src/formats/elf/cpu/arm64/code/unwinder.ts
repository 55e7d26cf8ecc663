import { arm64Features } from '../../../../../isa/arm64/scan.ts'
import { codeOf } from './function-code.ts'
import type { Program } from './program.ts'

/** CNTD X0, as libunwind and libgcc write it by number. */
const CNTD_X0 = 0x04e0_e3e0
/** Number of VG, the length of SVE's vectors, in frames (DWARF for the Arm 64-bit Architecture, 4.1). */
const VG = 46
/** Bytes around such code that is the rest of an unwinder. */
const NEAR = 0x1_0000

/**
 * Code of unwinders in stripped files. It handles the state of SVE, SME and MTE in frames that say that they have it, which no
 * code for other CPUs does. Told by what it alone does: it asks for the length of vectors where a frame names VG and nothing
 * else of SVE, or takes tags off a stack up to the SP in the registers that it restores.
 */
export class Unwinder {
  readonly #program: Program
  #places: readonly number[] | undefined
  readonly #known = new Map<number, boolean>()

  constructor(program: Program) {
    this.#program = program
  }

  /** Does function `index` need no more of SVE, SME and MTE than an unwinder does, and lies with one? */
  isPart(index: number): boolean {
    let known = this.#known.get(index)
    if (known === undefined) {
      const start = this.#program.graph.starts[index]!
      known = this.#handlesFrames(index) && this.#anchors().some((place) => Math.abs(place - start) < NEAR)
      this.#known.set(index, known)
    }
    return known
  }

  #anchors(): readonly number[] {
    if (this.#places !== undefined) return this.#places
    const { graph, sweep } = this.#program
    const functions = new Set<number>()
    for (const [hit, at] of sweep.hitAt.values().entries()) if (isAboutFrames(sweep.hitSet.values()[hit]!)) functions.add(graph.functionOf(at))
    this.#places = [...functions].filter((index) => index >= 0 && this.#handlesFrames(index) && this.#unwinds(index)).map((index) => graph.starts[index]!)
    return this.#places
  }

  #handlesFrames(index: number): boolean {
    const { graph, sweep } = this.#program
    const at = sweep.hitAt.values()
    const sets = sweep.hitSet.values()
    for (let hit = graph.firstHit[index]!; hit < graph.firstHit[index + 1]!; hit++) {
      const code = isAboutFrames(sets[hit]!) ? this.#program.codeAt(at[hit]!) : undefined
      if (code !== undefined && !isStateOfStrippedFrames(code.words[(at[hit]! - code.base) / 4]!)) return false
    }
    return true
  }

  #unwinds(index: number): boolean {
    const code = codeOf(this.#program, index)
    if (code === undefined) return false
    const words = code.words.subarray((code.start - code.base) / 4, (code.end - code.base) / 4)
    // SUBS WZR, Wn, #46
    const comparesWithVg = words.some((word) => ((word & 0x7fff_fc1f) === (0x7100_001f | (VG << 10))))
    if (comparesWithVg && words.includes(CNTD_X0)) return true
    // LDR of the 32nd register, before STG
    return words.some((word, at) => isTag(word) && words.subarray(Math.max(0, at - 8), at).some((before) => (before & 0xffff_fc00) >>> 0 === 0xf940_7c00))
  }
}

function isAboutFrames(set: number): boolean {
  return /^(?:sve|sme|mte)$/.test(arm64Features[set]!)
}

function isStateOfStrippedFrames(word: number): boolean {
  return word === CNTD_X0 || isTag(word) || savesArray(word)
}

/**
 * What an unwinder does for frames that say they have it: ask how long SVE's vectors are (CNTx, RDVL), take the tags of MTE
 * off the stack (STG, ST2G), and turn SME's array off where it is on (STR of ZA, ADDSVL, SMSTOP). Frames of other code have none of it.
 */
export function isStateOfFrames(word: number): boolean {
  const asksForLength = (word & 0xff30_fc00) === 0x0420_e000 || (word & 0xffff_f800) === 0x04bf_5000
  return asksForLength || isTag(word) || savesArray(word)
}

function isTag(word: number): boolean {
  return (word & 0xff20_0000) >>> 0 === 0xd920_0000
}

function savesArray(word: number): boolean {
  return (word & 0xffe0_f800) === 0x0420_5800 || (word & 0xffff_9c10) >>> 0 === 0xe120_0000 || (word & 0xffff_f0ff) >>> 0 === 0xd503_407f
}
