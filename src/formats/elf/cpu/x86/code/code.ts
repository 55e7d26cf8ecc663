import type { AccessIndex } from '../../program/access-index.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { Detectors } from './detectors.ts'
import type { LandingPads } from '../../program/landing-pads.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import type { Sweep } from '../../program/sweep.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'

/** A range of code, as it is decoded. */
export interface CodeRange {
  readonly code: Uint8Array
  readonly view: DataView
  /** Address of `code[0]`. */
  readonly base: number
}

/** The code of an x86-64 file, swept and connected. */
export interface Code {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
  readonly accesses: AccessIndex
  readonly detectors: Detectors
  readonly landingPads: LandingPads
  readonly decoder: X86Decoder
  readonly stubs: ReadonlyMap<number, Slot>
  readonly isGo: boolean
  /** May others call an export of that name? */
  isEntered(name: string): boolean
  /** The code range that holds an address. */
  codeAt(address: number): CodeRange | undefined
}

/** What `Code.codeAt` finds in the code of `image`. */
export function codeRanges(image: MemoryImage): Code['codeAt'] {
  const ranges = image.code.map(({ address, offset, size }) => {
    const code = image.file.bytes.subarray(offset, offset + size)
    return { code, view: new DataView(code.buffer, code.byteOffset, code.byteLength), base: address, end: address + size }
  })
  const find = (address: number): (typeof ranges)[number] | undefined => ranges.find(({ base, end }) => address >= base && address < end)
  // asked millions of times, mostly for the same one: a closure each time is what takes long
  let last = ranges[0]
  return (address) => {
    if (last !== undefined && address >= last.base && address < last.end) return last
    const found = find(address)
    last = found ?? last
    return found
  }
}
