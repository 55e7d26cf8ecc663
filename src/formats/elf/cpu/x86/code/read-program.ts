import { X86Decoder } from '../../../../../isa/x86/decode.ts'
import type { ElfFile } from '../../../read/elf-file.ts'
import { readFrameRanges } from '../../../read/eh-frame.ts'
import { readGoFunctions } from '../../../read/pclntab.ts'
import { indexAccesses } from '../../program/access-index.ts'
import { ArgumentsRead } from './arguments-read.ts'
import { buildCallGraph, readStubs } from '../../program/call-graph.ts'
import { caseLabels, numbersLikeAddresses } from './case-labels.ts'
import { findDetectors } from './detectors.ts'
import { beginsBehindNops, beginsBehindTraps, beginsFunction, isTailCall } from './tail-calls.ts'
import { cLibraryStart } from './c-library.ts'
import { CallSites } from './call-sites.ts'
import { Endings } from './endings.ts'
import { Entrances } from './entrances.ts'
import { JumpTables } from './jump-tables.ts'
import { LandingPads } from '../../program/landing-pads.ts'
import { FunctionCodes } from './function-code.ts'
import type { KnownCode } from '../../program/function-bounds.ts'
import { namedByPointers } from './named-by-pointers.ts'
import { NearDetectors } from './near-detectors.ts'
import { PointedFunctions } from './pointed-functions.ts'
import { codeRanges } from './code.ts'
import type { Program } from './program.ts'
import { IndexSet } from '../../program/index-set.ts'
import { InfoTables } from '../../program/info-tables.ts'
import { knownFunctions } from '../../program/known-functions.ts'
import { liveFunctions } from '../../program/live-functions.ts'
import { readMemoryImage } from '../../program/memory-image.ts'
import { goStandardLibrary } from '../../program/languages.ts'
import { isEntryOfModule, isLoadedAsModule } from '../../program/module-entry.ts'
import { insideInstructions, leftByShortJumps, shortBranches, shortJumps } from './short-jumps.ts'
import { sweepCode } from './sweep.ts'
import { withoutThunks } from './thunks.ts'

/** Reads, sweeps and connects the code of an x86-64 file. */
export function readProgram(file: ElfFile): Program {
  const decoder = new X86Decoder(64)
  const image = readMemoryImage(withoutThunks(file))
  const go = readGoFunctions(file)
  const { starts, names } = knownFunctions(image, go)
  // cold parts come first, and where there are no frames nobody says that they begin there
  if (go === undefined) for (const { address } of image.code) starts.add(address)
  // what looks like an address of code in a Go program's data does not begin another function in the middle of one
  const unwinding = readFrameRanges(file)
  const frames = [...unwinding, ...(go?.functions ?? [])]
  const synchronization = new Set(starts)
  for (const frame of frames) synchronization.add(frame.address)
  const tables = InfoTables.of(image)
  for (const [table, code] of tables?.found ?? []) synchronization.add(table).add(code)
  const sweep = sweepCode(image, decoder, Float64Array.from(synchronization).sort(), tables)
  for (const code of tables?.found.values() ?? []) starts.add(code)
  const stubs = readStubs(image)
  const accesses = indexAccesses(sweep)
  const codeAt = codeRanges(image)
  const known: KnownCode = {
    frames,
    names,
    starts,
    isChanged: accesses.isChanged,
    labels: (others, jumpedTo, isCovered) => caseLabels(image, sweep, accesses, decoder, { others, jumpedTo, isCovered }),
    numbers: (others) => numbersLikeAddresses(image, decoder, others),
    isTailCalled: (address, always) => beginsFunction(codeAt, address, always),
    isJumpedTo: (address) => beginsBehindNops(codeAt, address) || beginsBehindTraps(codeAt, address),
    isTailCall: (startOf, from, target) => isTailCall(codeAt, decoder, startOf, from, target),
    isBehindTraps: (address) => beginsBehindTraps(codeAt, address),
    leftByShortJumps: (all, isFramed) => leftByShortJumps(codeAt, decoder, all, isFramed),
    isBranchedTo: shortBranches(codeAt, decoder),
    isInInstruction: insideInstructions(codeAt, decoder),
    shortJumps: (all) => shortJumps(codeAt, decoder, all, synchronization),
  }
  const graph = buildCallGraph(image, sweep, known, stubs)
  const isGo = go !== undefined
  const cLibrary = isGo ? Infinity : cLibraryStart(image, graph)
  const isModule = isLoadedAsModule(image)
  const isEntered = (name: string): boolean => !isModule || isEntryOfModule(name)
  const detectors = findDetectors(image, sweep, graph, liveFunctions(image, graph, isGo, isEntered))
  const landingPads = new LandingPads(file, unwinding, graph)
  const read = { image, graph, landingPads, sweep, accesses, detectors, decoder, stubs, isGo, isEntered, codeAt }
  const calls = new CallSites(graph)
  const endings = new Endings(read)
  const framed = new IndexSet(graph.starts.length)
  for (const frame of frames) framed.add(graph.functionAt(frame.address) ?? -1)
  return {
    ...read,
    pointed: new PointedFunctions(image, graph, accesses, tables !== undefined),
    named: namedByPointers(read),
    jumpTables: new JumpTables(image, decoder),
    functions: new FunctionCodes(read),
    calls,
    argumentsRead: new ArgumentsRead({ ...read, calls, endings }),
    endings,
    entrances: new Entrances(read),
    near: new NearDetectors(read),
    isOfRuntimeLibrary: isGo ? goStandardLibrary(graph, go) : (index) => graph.starts[index]! >= cLibrary,
    isBounded: (index) => framed.has(index) || names.has(graph.starts[index]!),
  }
}
