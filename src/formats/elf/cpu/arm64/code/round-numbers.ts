import { endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import type { CodeAddresses } from '../../program/code-addresses.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { Program } from './program.ts'

const NOP = 0xd503_201f | 0
/** What numbers in data are multiples of more often than addresses are. */
const ROUND = 0x1_0000
/** Bytes from one to the next in a table. */
const LARGEST_RECORD = 64
/** Instructions that align a loop. */
const PADDING = 16

/**
 * Pointers in data that are numbers: 1 for each of them, in the order of `codePointers`. In programs for a fixed address nothing tells them apart,
 * and bun has tables of multiples of 64 KiB. Among code without frames, those begin no function that stand in a row in a table, or into which
 * control runs from before.
 *
 * @param others functions that are known by something else
 */
export function roundNumbers(image: MemoryImage, codeAt: Program['codeAt'], others: CodeAddresses, isCovered: (address: number) => boolean): Uint8Array {
  const { places, targets } = image.codePointers
  const numbers = new Uint8Array(targets.length)
  if (!image.positionDependent) return numbers
  for (let pointer = 0; pointer < targets.length; pointer++) {
    const target = targets[pointer]!
    if (target % ROUND !== 0 || isCovered(target) || others.has(target)) continue
    if (isInRow(places, targets, pointer) || isRunInto(codeAt, target)) numbers[pointer] = 1
  }
  return numbers
}

/** Are those before and behind it round as well, and as far away? */
function isInRow(places: ArrayLike<number>, targets: ArrayLike<number>, pointer: number): boolean {
  const [before, place, behind] = [places[pointer - 1], places[pointer]!, places[pointer + 1]]
  if (before === undefined || behind === undefined || place - before !== behind - place || behind - place > LARGEST_RECORD) return false
  return targets[pointer - 1]! % ROUND === 0 && targets[pointer + 1]! % ROUND === 0
}

/** Does control run on to an address, over NOPs? What is called may not come back. */
function isRunInto(codeAt: Program['codeAt'], address: number): boolean {
  const code = codeAt(address - 4)
  if (code === undefined) return false
  let at = (address - 4 - code.base) / 4
  for (let steps = 0; steps < PADDING && code.words[at] === NOP; steps++) at--
  const word = code.words[at] ?? 0
  const flow = flowOf(word)
  return word !== 0 && word !== NOP && !endsPath(flow) && flow !== Flow.call && flow !== Flow.indirectCall
}
