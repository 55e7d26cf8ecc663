import { armFeaturePatterns } from './feature-patterns.ts'

/** The instructions that a word with a feature is one of: `SDOT, UDOT`. Undefined for Armv8.0 instructions. */
export function arm64InstructionNames(word: number): string | undefined {
  for (const line of armFeaturePatterns.trim().split('\n')) {
    const pattern = line.slice(9, 41)
    const mask = Number.parseInt(pattern.replaceAll(/[01]/g, '1').replaceAll('.', '0'), 2) | 0
    if ((word & mask) !== (Number.parseInt(pattern.replaceAll('.', '0'), 2) | 0)) continue
    return line.startsWith('-') ? undefined : line.slice(41).trim()
  }
  return undefined
}
