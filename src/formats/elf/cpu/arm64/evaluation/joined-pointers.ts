import { plain, type Value, valueOf } from '../../program/value.ts'

/** Numbers below this are no pointers. */
const LOWEST = 0x1_0000
/** Words: sixteen pointers. */
const LIMIT = 32

/**
 * Pointers that a register may hold where ways meet, more than are kept of other numbers: cases of a switch of which each loads a function
 * from a table of its own (Highway).
 */
export function joinedPointers(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined || b === undefined || !arePointers(a) || !arePointers(b)) return undefined
  const words = [...a.words]
  for (let at = 0; at < b.words.length; at += 2) {
    let isKnown = false
    for (let other = 0; other < a.words.length; other += 2) isKnown ||= a.words[other] === b.words[at] && a.words[other + 1] === b.words[at + 1]
    if (!isKnown) words.push(b.words[at]!, b.words[at + 1]!)
  }
  return words.length > LIMIT ? undefined : valueOf(plain, words.length === a.words.length ? a.words : words, a.detected || b.detected)
}

function arePointers({ base, words, partial, hull }: Value): boolean {
  if (base !== plain || words.length === 0 || partial === true || hull === true) return false
  for (let at = 0; at < words.length; at += 2) if (words[at + 1] === 0 ? words[at]! >>> 0 < LOWEST : words[at + 1]! < 0) return false
  return true
}
