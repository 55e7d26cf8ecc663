import type { AccessIndex } from '../../program/access-index.ts'
import type { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { ArgumentsRead } from './arguments-read.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import type { Sweep } from '../../program/sweep.ts'
import type { CallSites } from './call-sites.ts'
import type { Detectors } from './detectors.ts'
import type { Endings } from './endings.ts'
import type { EntriesOfFunctions } from './entries.ts'
import type { JumpTables } from './jump-tables.ts'
import type { LandingPads } from '../../program/landing-pads.ts'
import type { FunctionCodes } from './function-code.ts'
import type { NearDetectors } from './near-detectors.ts'
import type { PointedFunctions } from './pointed-functions.ts'

/** A range of code, as it is decoded. */
export interface CodeRange {
  readonly code: Uint8Array
  readonly view: DataView
  /** Address of `code[0]`. */
  readonly base: number
}

/** An x86-64 file as the analysis sees it. */
export interface Program {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
  readonly accesses: AccessIndex
  readonly pointed: PointedFunctions
  readonly detectors: Detectors
  readonly decoder: X86Decoder
  readonly stubs: ReadonlyMap<number, Slot>
  readonly isGo: boolean
  /** May others call an export of that name? */
  isEntered(name: string): boolean
  /** Functions as they are evaluated. */
  readonly functions: FunctionCodes
  readonly calls: CallSites
  readonly endings: Endings
  readonly entries: EntriesOfFunctions
  readonly landingPads: LandingPads
  readonly near: NearDetectors
  readonly jumpTables: JumpTables
  readonly argumentsRead: ArgumentsRead
  /** Is function `index` of what is linked into every such program: the C library of a static one, Go's own packages? */
  isOfRuntimeLibrary(index: number): boolean
  /** Does a frame or a symbol say where function `index` ends? */
  isBounded(index: number): boolean
  /** The code range that holds an address. */
  codeAt(address: number): CodeRange | undefined
}

/** What `Program.codeAt` finds in the code of `image`. */
export function codeRanges(image: MemoryImage): Program['codeAt'] {
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
