import { isExact, plain, type Value, withNumbers } from '../../program/value.ts'

/**
 * What POPCNT, BSF, TZCNT and BSR leave of numbers that are known (SDM 2, second opcode byte B8, BC, BD). Undefined where BSF or
 * BSR meet a zero, of which nothing is said, and for LZCNT, which is BSR on a CPU that does not know it.
 * @param isRepeated the instruction has the prefix F3
 */
export function bitScanned(opcode: number, isRepeated: boolean, value: Value): Value | undefined {
  if (!isExact(value) || (opcode === 0xbd && isRepeated)) return undefined
  const words: number[] = []
  for (let at = 0; at < value.words.length; at += 2) {
    const low = value.words[at]!
    const high = value.words[at + 1]!
    if ((low | high) === 0 && opcode !== 0xb8) return undefined
    const found = opcode === 0xb8 ? ones(low) + ones(high) : opcode === 0xbc ? (low === 0 ? 32 + lowest(high) : lowest(low)) : high === 0 ? 31 - Math.clz32(low) : 63 - Math.clz32(high)
    words.push(found, 0)
  }
  return withNumbers(plain, words, value.detected)
}

function lowest(word: number): number {
  return 31 - Math.clz32(word & -word)
}

function ones(word: number): number {
  let count = 0
  for (let rest = word; rest !== 0; rest &= rest - 1) count++
  return count
}
