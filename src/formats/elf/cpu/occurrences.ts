import type { JsonValue } from '../../../core/json.ts'
import type { Evidence, Need, Requirement } from '../../../core/requirement.ts'
import type { CpuAnalysis } from './cpu-analysis.ts'
import type { Declaration } from './declared.ts'

interface Found {
  count: number
  /** Address and text of the first one. */
  readonly address: number
  readonly text: string
  /** Chunks of code that have one. */
  readonly chunks: Set<number>
  /** Those that are not code that checks for itself. */
  unchecked: number
}

const CHUNK_BITS = 12
/**
 * Share of the chunks of code in which a feature occurs from which on it counts as used throughout: a compiler that was
 * told of it uses it everywhere, what a check chooses lies together.
 */
const throughout = { share: 0.25, least: 8 } as const

/** How many times what is expected by chance is no proof yet. */
const DOUBT = 8

/** Where features occur in the code of a file whose control flow is not followed. */
export class Occurrences {
  readonly #found = new Map<string, Found>()
  readonly #chunks = new Set<number>()
  readonly #doubtful = new Set<string>()

  /** Notes that there is code from `address` on. */
  addCode(address: number, size: number): void {
    for (let chunk = address >>> CHUNK_BITS; chunk <= (address + size - 1) >>> CHUNK_BITS; chunk++) this.#chunks.add(chunk)
  }

  /** @param checked the code there is known to check for what it uses */
  add(name: string, address: number, text: () => string, checked = false): void {
    let found = this.#found.get(name)
    if (found === undefined) this.#found.set(name, (found = { count: 0, address, text: text(), chunks: new Set(), unchecked: 0 }))
    found.count++
    found.chunks.add(address >>> CHUNK_BITS)
    if (!checked) found.unchecked++
  }

  has(name: string): boolean {
    return this.#found.has(name)
  }

  /**
   * Forgets what occurs no more often than constants among the code look like it, and doubts what occurs a little more often.
   * @param byChance how often a feature is met so
   */
  weigh(byChance: (name: string) => number): void {
    for (const [name, found] of this.#found) {
      const expected = byChance(name)
      if (found.count <= expected) this.#found.delete(name)
      else if (found.count <= DOUBT * expected) this.#doubtful.add(name)
    }
  }

  /** Does it occur where the code is not known to check for it, more often than constants look like it? */
  isCertain(name: string): boolean {
    return this.isUnchecked(name) && !this.#doubtful.has(name)
  }

  /** Does it occur where the code is not known to check for it? */
  isUnchecked(name: string): boolean {
    return (this.#found.get(name)?.unchecked ?? 0) > 0
  }

  /**
   * Requirements of what occurs and what is declared.
   * @param guards what may keep instructions from running where they do not exist
   * @param knows is this a feature that would have been found? Then declaring it without using it asks for nothing.
   */
  analysis(declared: readonly Declaration[], guards: readonly string[], knows: (name: string) => boolean): CpuAnalysis {
    const stated = new Map(declared.map(({ feature, source }) => [feature, source]))
    const requirements: Requirement[] = []
    for (const [feature, source] of stated) {
      const found = this.#found.get(feature)
      if (found === undefined && knows(feature)) continue
      const used = found === undefined ? [] : [evidence(found)]
      requirements.push({ kind: 'cpu-feature', name: feature, need: 'required', evidence: [{ text: source }, ...used] })
    }
    for (const [name, found] of this.#found) {
      if (stated.has(name)) continue
      const isDoubted = this.#doubtful.has(name) && (found.unchecked > 0 || guards.length === 0)
      const need = isDoubted ? 'possible' : this.#needOf(found, guards)
      const doubts = isDoubted ? ['may be constants among the code'] : guards.slice(0, 3)
      const reasons = need === 'required' ? [] : doubts.map((text) => ({ text }))
      requirements.push({ kind: 'cpu-feature', name, need, evidence: [evidence(found), ...reasons] })
    }
    requirements.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    const properties: Record<string, JsonValue> = {}
    if (stated.size > 0) properties['cpuDeclared'] = [...stated.keys()].sort()
    if (this.#found.size > 0) properties['cpuUsed'] = [...this.#found.keys()].sort()
    return { requirements, properties, data: undefined }
  }

  #needOf({ chunks, unchecked }: Found, guards: readonly string[]): Need {
    if (guards.length === 0) return 'required'
    if (unchecked === 0) return 'guarded'
    return chunks.size >= throughout.least && chunks.size >= throughout.share * this.#chunks.size ? 'required' : 'possible'
  }
}

function evidence({ count, address, text }: Found): Evidence {
  return { text: `${text}, first of ${count}`, address: `0x${address.toString(16)}` }
}
