import { X86Decoder } from '../../../../isa/x86/decode.ts'
import type { ElfFile } from '../../read/elf-file.ts'
import { readFrameRanges } from '../../read/eh-frame.ts'
import { readGoFunctions } from '../../read/pclntab.ts'
import { indexAccesses } from './access-index.ts'
import { buildCallGraph, readStubs } from '../program/call-graph.ts'
import { findDetectors } from './detectors.ts'
import type { Program } from './guards.ts'
import { liveFunctions } from '../program/live-functions.ts'
import { readMemoryImage } from '../program/memory-image.ts'
import { sweepCode } from './sweep.ts'

/** Reads, sweeps and connects the code of an x86-64 file. */
export function readProgram(file: ElfFile): Program {
  const decoder = new X86Decoder(64)
  const image = readMemoryImage(file)
  const go = readGoFunctions(file)
  const names = new Map<number, string>()
  const starts = new Set<number>()
  const frames = readFrameRanges(file)
  for (const named of image.functions) {
    if (!image.inCode(named.address)) continue
    starts.add(named.address)
    if (!names.has(named.address)) names.set(named.address, named.name)
  }
  for (const { address, name } of go?.functions ?? []) {
    starts.add(address)
    if (!names.has(address)) names.set(address, name)
  }
  const entry = Number(file.header.e_entry)
  if (entry !== 0) starts.add(entry)
  for (const slot of image.slots.values()) if (slot.indirect === true && slot.address !== undefined) starts.add(slot.address)
  const section = file.sections.find((candidate) => candidate.name === '.init')
  if (section !== undefined) starts.add(Number(section.sh_addr))
  const synchronization = new Set(starts)
  for (const frame of frames) synchronization.add(frame.address)
  const sorted = Float64Array.from(synchronization).sort()
  const sweep = sweepCode(image, decoder, sorted)
  const stubs = readStubs(image)
  const graph = buildCallGraph(image, sweep, { frames, names, starts }, stubs)
  const isGo = go !== undefined
  const detectors = findDetectors(image, sweep, graph, liveFunctions(image, graph, isGo))
  return { image, graph, sweep, accesses: indexAccesses(sweep), detectors, decoder, stubs, isGo }
}
