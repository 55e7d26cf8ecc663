import { FREE, type Scopes } from '../../scope/scopes.ts'

interface Read {
  readonly text: string
  readonly scopes: Scopes
}

/**
 * Are two texts the same up to the names of their bindings? The proof: the text between identifiers is the same, the
 * identifiers are as many, each free one has the same name in both, and the bindings they refer to map one to one.
 *
 * @returns undefined when they are; otherwise the first difference
 */
export function alphaDifference(before: Read, after: Read): string | undefined {
  const [a, b] = [before.scopes, after.scopes]
  if (a.escaped || b.escaped) return 'an identifier is written with escapes'
  if (a.occurrenceCount !== b.occurrenceCount) {
    return `${a.occurrenceCount} identifiers before, ${b.occurrenceCount} after`
  }
  if (a.bindingCount !== b.bindingCount) return `${a.bindingCount} bindings before, ${b.bindingCount} after`
  const forward = new Int32Array(a.bindingCount).fill(-1)
  const backward = new Int32Array(b.bindingCount).fill(-1)
  let endA = 0
  let endB = 0
  for (let i = 0; i < a.occurrenceCount; i++) {
    const [startA, startB] = [a.offsets[i]!, b.offsets[i]!]
    // two occurrences at one place: `export default` of nothing, merged patterns
    if (startA >= endA && !sameText(before.text, endA, startA, after.text, endB, startB)) {
      return `the text differs between identifiers ${i - 1} and ${i}`
    }
    endA = startA + a.occurrenceNames[i]!.length
    endB = startB + b.occurrenceNames[i]!.length
    if (a.forms[i] !== b.forms[i]) return `identifier ${i} is written in another way`
    const [from, to] = [a.bindings[i]!, b.bindings[i]!]
    if (from === FREE || to === FREE) {
      if (from === to && a.occurrenceNames[i] === b.occurrenceNames[i]) continue
      return `identifier ${i}: ${a.occurrenceNames[i]} became ${b.occurrenceNames[i]}, and one of them is free`
    }
    if (forward[from] === -1 && backward[to] === -1) {
      if (a.frozen[from] === 1 && a.names[from] !== b.names[to]) return `${a.names[from]} must keep its name`
      forward[from] = to
      backward[to] = from
    } else if (forward[from] !== to || backward[to] !== from) {
      return `identifier ${i}: ${a.occurrenceNames[i]} and ${b.occurrenceNames[i]} are bound differently`
    }
  }
  return sameText(before.text, endA, before.text.length, after.text, endB, after.text.length)
    ? undefined
    : 'the text differs after the last identifier'
}

function sameText(a: string, startA: number, endA: number, b: string, startB: number, endB: number): boolean {
  const length = endA - startA
  if (length !== endB - startB) return false
  for (let i = 0; i < length; i++) if (a.charCodeAt(startA + i) !== b.charCodeAt(startB + i)) return false
  return true
}
