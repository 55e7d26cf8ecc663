import { endsPath, Flow, flowOf } from '../../../../../isa/arm64/control-flow.ts'
import { readFrameRanges } from '../../../read/eh-frame.ts'
import type { ElfFile } from '../../../read/elf-file.ts'
import { readGoFunctions } from '../../../read/pclntab.ts'
import { indexAccesses } from '../../program/access-index.ts'
import type { CodeAddresses } from '../../program/code-addresses.ts'
import { buildCallGraph } from '../../program/call-graph.ts'
import { knownFunctions } from '../../program/known-functions.ts'
import { LandingPads } from '../../program/landing-pads.ts'
import { goStandardLibrary } from '../../program/languages.ts'
import { liveFunctions } from '../../program/live-functions.ts'
import { readMemoryImage } from '../../program/memory-image.ts'
import { isEntryOfModule, isLoadedAsModule } from '../../program/module-entry.ts'
import type { Sweep } from '../../program/sweep.ts'
import { findDetectors } from './detectors.ts'
import type { Program } from './program.ts'
import { roundNumbers } from './round-numbers.ts'
import { isTailCalled } from './tail-calls.ts'
import { leaveOutTables } from './tables-in-code.ts'
import { withRoomToPatch } from './room-to-patch.ts'
import { readArm64Stubs, sweepArm64, wordsOf } from './sweep.ts'

/** Reads, sweeps and connects the code of an AArch64 file. */
export function readArm64Program(file: ElfFile): Program {
  const image = readMemoryImage(file)
  const go = readGoFunctions(file)
  // mapping symbols (AAELF64, 5.5.3) are called $x and $d
  const { starts, names } = knownFunctions(image, go, (name) => !name.startsWith('$'))
  // Go's table knows all of its functions: no number in data that looks like an address starts another
  const unwinding = readFrameRanges(file)
  const frames = [...unwinding, ...(go?.functions ?? [])]
  const synchronization = new Set(starts)
  for (const frame of frames) synchronization.add(frame.address)
  const sweep = sweepArm64(image, synchronization)
  const isTable = leaveOutTables(image, sweep, frames)
  const entry = Number(file.header.e_entry)
  // what is named and is not there (`_DYNAMIC` of a static program) is at the beginning of the page that names it
  const isInAnother = (address: number): boolean => frames.some((frame) => address > frame.address && address < frame.address + frame.size && (entry < frame.address || entry >= frame.address + frame.size))
  for (const address of passedByEntry(sweep, entry)) if (image.inCode(address) && !isInAnother(address)) starts.add(address)
  const stubs = readArm64Stubs(image)
  const accesses = indexAccesses(sweep)
  const words = new Map<number, Int32Array>()
  const codeAt: Program['codeAt'] = (address) => {
    const range = image.code.find((candidate) => address >= candidate.address && address < candidate.address + candidate.size)
    if (range === undefined) return undefined
    let known = words.get(range.address)
    if (known === undefined) words.set(range.address, (known = wordsOf(image, range)))
    return { words: known, base: range.address }
  }
  const isRunInto = (address: number): boolean => {
    const code = codeAt(address - 4)
    const word = code?.words[(address - 4 - code.base) / 4] ?? NOP
    const flow = flowOf(word)
    return word !== NOP && !endsPath(flow) && flow !== Flow.call && flow !== Flow.indirectCall
  }
  const labels = (others: CodeAddresses, _: CodeAddresses, isCovered?: (address: number) => boolean): Uint8Array => roundNumbers(image, codeAt, others, isCovered ?? (() => false))
  const isJumpedTo = (address: number): boolean => isTailCalled(codeAt, address)
  const graph = buildCallGraph(image, sweep, { frames: go === undefined ? withRoomToPatch(frames, image, sweep, starts, codeAt) : frames, names, starts, isChanged: accesses.isChanged, alignment: 4, isRunInto, labels, isJumpedTo, isTailCalled: (address, always) => always && isJumpedTo(address) }, stubs)
  const landingPads = new LandingPads(file, unwinding, graph, true)
  const isGo = go !== undefined
  const isModule = isLoadedAsModule(image)
  const isEntered = (name: string): boolean => !isModule || isEntryOfModule(name)
  const live = liveFunctions(image, graph, isGo, isEntered, landingPads)
  const detectors = findDetectors(image, sweep, graph, stubs, live, codeAt)
  return { image, graph, sweep, accesses, detectors, stubs, isGo, isGoStandardLibrary: goStandardLibrary(graph, go), landingPads, live, isTable, isEntered, codeAt }
}

const NOP = 0xd503_201f | 0
const ENTRY_SIZE = 128

/** What _start passes on: glibc has a label in it that jumps to main. */
function passedByEntry(sweep: Sweep, entry: number): number[] {
  const from = sweep.accessFrom.values()
  const to = sweep.accessTo.values()
  const passed: number[] = []
  for (let access = 0; access < from.length; access++) {
    if (from[access]! >= entry && from[access]! < entry + ENTRY_SIZE) passed.push(to[access]!)
  }
  return passed
}
