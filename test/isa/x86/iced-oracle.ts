import { createRequire } from 'node:module'
import { X86Decoder } from '../../../src/isa/x86/decode.ts'
import type { Mode } from '../../../src/isa/x86/expand-tables.ts'

/** What iced-x86 and our decoder disagree on, over a stretch of code. */
export interface Comparison {
  instructions: number
  lengthMismatches: number
  featureMismatches: number
  /** Bytes iced calls invalid; data between functions, mostly. */
  undecodable: number
  /** Up to 8 disagreements, readable. */
  readonly examples: string[]
}

const iced = createRequire(import.meta.url)('iced-x86')
const names = new Map<number, string>()
for (const [name, id] of Object.entries(iced.CpuidFeature)) if (typeof id === 'number') names.set(id, name)
const renamed: Readonly<Record<string, string>> = { HLE_or_RTM: 'rtm', SKINIT_or_SVM: 'svm' }
const instruction = new iced.Instruction()
const CHUNK = 1 << 22
const UNKNOWN = -2

export function noComparison(): Comparison {
  return { instructions: 0, lengthMismatches: 0, featureMismatches: 0, undecodable: 0, examples: [] }
}

/** Decodes `code` with both, in iced's steps, up to `limit` instructions, and adds the outcome to `into`. */
export function compareWithIced(code: Uint8Array, mode: Mode, into: Comparison, limit = Infinity): void {
  const ours = new X86Decoder(mode)
  const known = new Set(ours.tables.featureSets.flat())
  const setNames = ours.tables.featureSets.map((set) => set.map((name) => (name === 'tzcnt' ? 'bmi1' : name)).sort().join('+'))
  const canonical = Int32Array.from(setNames, (name) => setNames.indexOf(name)) // numbers compare faster than names
  const expected = new Int32Array(1 << 13).fill(UNKNOWN)
  const namesOf = (): string => {
    const list = [...instruction.cpuidFeatures()].map((id: number) => names.get(id)!)
    return list.map((name) => renamed[name] ?? name.toLowerCase()).filter((name) => known.has(name)).sort().join('+')
  }
  for (let base = 0; base < code.length; base += CHUNK) {
    const part = code.subarray(base, Math.min(base + CHUNK, code.length))
    const decoder = new iced.Decoder(mode, part, 0)
    const stop = base + CHUNK < code.length ? part.length - 16 : part.length
    let at = 0
    while (at < stop && into.instructions < limit) {
      decoder.decodeOut(instruction)
      into.instructions++
      const length: number = instruction.length
      const icedCode: number = instruction.code
      if (icedCode === 0) {
        into.undecodable++
        at += length
        continue
      }
      if (expected[icedCode] === UNKNOWN) expected[icedCode] = setNames.indexOf(namesOf())
      const ourLength = ours.decode(code, base + at)
      if (ourLength !== length || canonical[ours.feature] !== expected[icedCode]) {
        if (ourLength !== length) into.lengthMismatches++
        else into.featureMismatches++
        if (into.examples.length < 8) {
          const hex = Buffer.from(part.subarray(at, at + Math.max(length, ourLength))).toString('hex')
          into.examples.push(`${hex}: iced ${length} ${namesOf() || '-'}, ours ${ourLength} ${setNames[ours.feature] || '-'}`)
        }
      }
      at += length
    }
    decoder.free()
  }
}
