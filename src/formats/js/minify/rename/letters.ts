/** The names of one letter: what an identifier may start with, in ASCII (12.7). */
export const letters = 'etnriaosclufdphmvgybxwSkCETAOINRLDMPBjFHUVGWzKXYJqZQ_$'

/** Letters are numbered; a row of counts has room for all of them. */
export const ROW_BITS = 6

const codes: Int8Array = new Int8Array(128).fill(-1)
for (let i = 0; i < letters.length; i++) codes[letters.charCodeAt(i)] = i

/** Number of the letter that a code unit is, or -1. */
export function letterOf(unit: number): number {
  return unit < 128 ? codes[unit]! : -1
}

export const letterUnits: Uint16Array = Uint16Array.from(letters, (letter) => letter.charCodeAt(0))
