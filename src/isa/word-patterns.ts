/** Instruction words that belong together: those that have `value` in the bits of `mask`. Both as signed 32-bit numbers. */
export interface WordPattern {
  /** '' where the table has `-`: words that need nothing, listed so that no later row takes them. */
  readonly feature: string
  readonly mask: number
  readonly value: number
}

/** Reads a table of lines: nine columns with the feature, then 32 of `0`, `1` and, where either may stand, `.`. */
export function readWordPatterns(table: string): WordPattern[] {
  return table
    .trim()
    .split('\n')
    .map((line) => {
      const feature = line.slice(0, 9).trim()
      const pattern = line.slice(9, 41)
      const mask = Number.parseInt(pattern.replaceAll(/[01]/g, '1').replaceAll('.', '0'), 2) | 0
      return { feature: feature === '-' ? '' : feature, mask, value: Number.parseInt(pattern.replaceAll('.', '0'), 2) | 0 }
    })
}
