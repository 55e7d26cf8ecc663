import { memoryAccess, type MemoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Access, type Sweep } from '../../program/sweep.ts'
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
  readonly codeAt: Program['codeAt']
}

/** Functions that name the file. */
export function readersOfAuxiliaryVector({ image, graph, sweep }: Omit<Code, 'codeAt'>): ReadonlySet<number> {
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
export function entriesOfAuxiliaryVector(readers: ReadonlySet<number>, { graph, codeAt }: Pick<Code, 'graph' | 'codeAt'>): Set<number> {
  const loads = new Set<number>()
  for (const index of readers) {
    const start = graph.starts[index]!
    const end = Math.min(graph.ends[index]!, start + LARGEST)
    const code = codeAt(start)
    if (code === undefined) continue
    for (let at = start; at < end; at += 4) {
      const value = valueBeside(code.words, (at - code.base) / 4)
      if (value !== undefined) loads.add(code.base + value * 4)
    }
  }
  return loads
}

/** Where the value is loaded that belongs to the tag which the load at `place` gets, if it is compared with that of HWCAP. */
function valueBeside(words: Int32Array, place: number): number | undefined {
  const tag = loadAt(words, place)
  if (tag === undefined || !isCompared(words, place, tag.register)) return undefined
  if (tag.second >= 0) return place
  for (let beside = Math.max(0, place - BEHIND); beside <= place + BEHIND && beside < words.length; beside++) {
    const value = loadAt(words, beside)
    if (value !== undefined && value.second < 0 && value.base === tag.base && value.offset === tag.offset + 8) return beside
  }
  return undefined
}

/** A load of one or two general registers, at a distance from another. */
function loadAt(words: Int32Array, place: number): MemoryAccess | undefined {
  const word = words[place]!
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  const isPlain = operand?.load === true && operand.register >= 0 && operand.size === 8 && !operand.atomic && operand.index < 0
  return isPlain && (operand.second >= 0 || operand.writeback === 'none') ? operand : undefined
}

function isCompared(words: Int32Array, place: number, register: number): boolean {
  const compare = 0xf100_001f | (AT_HWCAP << 10) | (register << 5)
  for (let behind = place + 1; behind <= place + BEHIND && behind < words.length; behind++) if (words[behind] === (compare | 0)) return true
  return false
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
