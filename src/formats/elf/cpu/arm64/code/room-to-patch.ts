import { CodeAddresses } from '../../program/code-addresses.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { type Sweep, Transfer } from '../../program/sweep.ts'
import type { Program } from './program.ts'

const NOP = 0xd503_201f | 0
/** Words in front of a function's code that are looked at. */
const ROOM = 32

interface Frame {
  readonly address: number
  readonly size: number
}

/**
 * Frames with the NOPs in front of them that are part of the function: `-fpatchable-function-entry` leaves room for a call there, GCC
 * begins the frame behind it, and everybody calls what is before.
 */
export function withRoomToPatch(frames: readonly Frame[], image: MemoryImage, sweep: Sweep, known: ReadonlySet<number>, codeAt: Program['codeAt']): readonly Frame[] {
  if (frames.length === 0) return frames
  const entries = new CodeAddresses(image.code, 4)
  for (const address of known) entries.add(address)
  const to = sweep.transferTo.values()
  const kinds = sweep.transferKind.values()
  for (let index = 0; index < to.length; index++) if (kinds[index] === Transfer.call || kinds[index] === Transfer.jump) entries.add(to[index]!)
  const named = sweep.accessTo.values()
  for (let index = 0; index < named.length; index++) entries.add(named[index]!)
  const { targets } = image.codePointers
  for (let index = 0; index < targets.length; index++) entries.add(targets[index]!)
  return frames.map((frame) => {
    const code = codeAt(frame.address)
    if (code === undefined || entries.has(frame.address)) return frame
    for (let before = 1; before <= ROOM; before++) {
      const word = code.words[(frame.address - code.base) / 4 - before]
      // BTI, at the very beginning
      const isLandingPad = word !== undefined && (word & 0xffff_ff3f) >>> 0 === 0xd503_241f
      if (word !== NOP && !isLandingPad) return frame
      const address = frame.address - before * 4
      if (entries.has(address)) return { address, size: frame.size + before * 4 }
    }
    return frame
  })
}
