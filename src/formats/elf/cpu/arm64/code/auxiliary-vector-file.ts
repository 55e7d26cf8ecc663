import { memoryAccess, type MemoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage, Slot } from '../../program/memory-image.ts'
import { Access, type Sweep } from '../../program/sweep.ts'
import { placesOfKeptEntries } from './kept-entries.ts'
import type { Program } from './program.ts'

const NAME = '/proc/self/auxv'
const AT_HWCAP = 16
/** Words behind a load in which its tag is compared, and in which the value of an entry is loaded before or behind its tag. */
const BEHIND = 4
/** Bytes of a function that reads the file, and others beside it. */
const LARGEST = 4000

interface Code {
  readonly image: MemoryImage
  readonly graph: CallGraph
  readonly sweep: Sweep
  readonly stubs: ReadonlyMap<number, Slot>
  readonly codeAt: Program['codeAt']
}

/** What functions do with entries of the auxiliary vector. */
export interface EntriesRead {
  /** Addresses of loads of values. */
  readonly loads: ReadonlySet<number>
  /** By function: places in its frame, counted from the stack pointer, where it keeps them, and that nobody else writes to. */
  readonly kept: ReadonlyMap<number, ReadonlySet<number>>
}

/** Functions that name the file. */
export function readersOfAuxiliaryVector({ image, graph, sweep }: Omit<Code, 'codeAt' | 'stubs'>): ReadonlySet<number> {
  const readers = new Set<number>()
  const names = addressesOf(image, NAME)
  if (names.size === 0) return readers
  const to = sweep.accessTo.values()
  const kind = sweep.accessKind.values()
  for (const [access, from] of sweep.accessFrom.values().entries()) {
    const index = kind[access] === Access.take && names.has(to[access]!) ? graph.functionOf(from) : -1
    if (index >= 0) readers.add(index)
  }
  return readers
}

/**
 * Loads of the values of entries of the auxiliary vector, in functions that name the file of it and look for HWCAP: what libraries do
 * that cannot ask the C library (libdeflate). `LDP X9, X8, [X1]; CMP X9, #16`, or `LDUR X11, [X9, #-8]; LDR X10, [X9]; CMP X11, #16`.
 */
export function entriesOfAuxiliaryVector(readers: ReadonlySet<number>, { graph, stubs, codeAt }: Pick<Code, 'graph' | 'stubs' | 'codeAt'>): EntriesRead {
  const loads = new Set<number>()
  const kept = new Map<number, ReadonlySet<number>>()
  for (const index of readers) {
    const start = graph.starts[index]!
    const end = Math.min(graph.ends[index]!, start + LARGEST)
    const code = codeAt(start)
    if (code === undefined) continue
    const { words, base } = code
    /** Registers of values, by place of the comparison of their tag. */
    const values = new Map<number, number>()
    for (let at = (start - base) / 4; at < (end - base) / 4; at++) {
      const compared = comparedBehind(words, at)
      const value = compared === undefined ? undefined : valueBeside(words, at)
      if (value === undefined) continue
      loads.add(base + value * 4)
      const { register, second } = memoryAccess(words[value]!)!
      values.set(compared!, second >= 0 ? second : register)
    }
    const reader = { words, base, from: (start - base) / 4, to: Math.ceil((end - base) / 4), importAt: (target: number) => stubs.get(target)?.import }
    const places = placesOfKeptEntries(reader, values)
    if (places.size > 0) kept.set(index, places)
  }
  return { loads, kept }
}

/** Where the tag that the load at `place` gets is compared with that of HWCAP. */
function comparedBehind(words: Int32Array, place: number): number | undefined {
  const tag = loadAt(words, place) ?? indexedLoadAt(words, place)
  if (tag === undefined) return undefined
  const compare = 0xf100_001f | (AT_HWCAP << 10) | (tag.register << 5)
  for (let behind = place + 1; behind <= place + BEHIND && behind < words.length; behind++) if (words[behind] === (compare | 0)) return behind
  return undefined
}

/** Where the value is loaded that belongs to the tag which the load at `place` gets. */
function valueBeside(words: Int32Array, place: number): number | undefined {
  const tag = loadAt(words, place)
  if (tag === undefined) return indexedValueBehind(words, place)
  if (tag.second >= 0) return place
  for (let beside = Math.max(0, place - BEHIND); beside <= place + BEHIND && beside < words.length; beside++) {
    const value = beside === place ? undefined : loadAt(words, beside)
    if (value === undefined || value.second >= 0 || value.base !== tag.base) continue
    // LDR X3, [X1], #16: what is loaded behind it counts from there
    const moved = beside > place ? movedBy(tag) : -movedBy(value)
    if (loadedFrom(value) + moved === loadedFrom(tag) + 8) return beside
  }
  return undefined
}

/** A load of one or two general registers, at a distance from another. */
function loadAt(words: Int32Array, place: number): MemoryAccess | undefined {
  const word = words[place]!
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  const isPlain = operand?.load === true && operand.register >= 0 && operand.size === 8 && !operand.atomic && operand.index < 0
  return isPlain && (operand.second >= 0 || operand.writeback !== 'before') ? operand : undefined
}

/** A load of a general register from an array, by an index in bytes. */
function indexedLoadAt(words: Int32Array, place: number): MemoryAccess | undefined {
  const word = words[place]!
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  return operand?.load === true && operand.register >= 0 && operand.second < 0 && operand.size === 8 && !operand.atomic && operand.index >= 0 && (word & 0xf000) === 0x6000 ? operand : undefined
}

/** `LDR X12, [X21, X11]; ORR X11, X11, #8; LDR X11, [X21, X11]`. */
function indexedValueBehind(words: Int32Array, place: number): number | undefined {
  const tag = indexedLoadAt(words, place)!
  const value = indexedLoadAt(words, place + 2)
  const next = words[place + 1]!
  const isNext = (next & 0xffff_fc00) >>> 0 === 0xb27d_0000 && ((next >>> 5) & 31) === tag.index && (next & 31) === value?.index
  return isNext && value?.base === tag.base && tag.register !== tag.index && tag.register !== tag.base ? place + 2 : undefined
}

/** The distance from the base register as it is before the instruction. */
function loadedFrom({ offset, writeback }: MemoryAccess): number {
  return writeback === 'after' ? 0 : offset
}

/** What the instruction adds to the base register. */
function movedBy({ offset, writeback }: MemoryAccess): number {
  return writeback === 'after' ? offset : 0
}

/** Where a text lies in the data of the file. */
function addressesOf({ file }: MemoryImage, text: string): Set<number> {
  const addresses = new Set<number>()
  const { bytes, sections } = file
  for (const { name, sh_addr, sh_offset, sh_size } of sections) {
    if (!/^\.(?:rodata|data)/.test(name) || sh_offset >= bytes.length) continue
    const data = Buffer.from(bytes.buffer, bytes.byteOffset + sh_offset, Math.min(sh_size, bytes.length - sh_offset))
    for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) addresses.add(Number(sh_addr) + at)
  }
  return addresses
}
