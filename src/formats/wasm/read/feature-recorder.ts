import { compareFeatures, type FeatureId } from '../features.ts'
import { opcodeCount, opcodes } from './opcodes.ts'

/** That a module uses a proposal, and where first. */
export interface FeatureUse {
  readonly feature: FeatureId
  /** Instructions, types and encodings that belong to it. */
  readonly count: number
  /** Of the first of them: bytes from the start of the module. */
  readonly offset: number
  /** What is there: `i32.extend8_s`, `type v128`. */
  readonly what: string
}

interface Note {
  count: number
  offset: number
  what: string
}

/** Counts what a module uses: opcodes by number, everything else by note. */
export class FeatureRecorder {
  readonly opcodeUses: Uint32Array = new Uint32Array(opcodeCount)
  /** Offset of the first use, by opcode. */
  readonly opcodeFirst: Uint32Array = new Uint32Array(opcodeCount)
  readonly #notes = new Map<FeatureId, Note>()

  note(feature: FeatureId, offset: number, what: string, count = 1): void {
    const known = this.#notes.get(feature)
    if (known === undefined) {
      this.#notes.set(feature, { count, offset, what })
      return
    }
    known.count += count
    if (offset < known.offset) {
      known.offset = offset
      known.what = what
    }
  }

  /** Instructions seen so far. */
  instructions(): number {
    return this.opcodeUses.reduce((sum, uses) => sum + uses, 0)
  }

  finish(): FeatureUse[] {
    for (let opcode = 0; opcode < opcodeCount; opcode++) {
      const uses = this.opcodeUses[opcode]!
      const info = opcodes[opcode]
      if (uses === 0 || info === undefined || info.feature === 'mvp') continue
      this.note(info.feature, this.opcodeFirst[opcode]!, info.name, uses)
    }
    return [...this.#notes]
      .map(([feature, { count, offset, what }]) => ({ feature, count, offset, what }))
      .sort((a, b) => compareFeatures(a.feature, b.feature))
  }
}
