import { memoryAccess } from '../../../../../isa/arm64/operands.ts'
import type { CallGraph } from '../../program/call-graph.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import { Access, type Sweep } from '../../program/sweep.ts'
import type { Program } from './program.ts'

const NAME = '/proc/self/auxv'
const AT_HWCAP = 16
/** Words behind a load in which its tag is compared. */
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
 * Loads of entries of the auxiliary vector, a tag and a value, in functions that name the file of it and look for HWCAP: what libraries
 * do that cannot ask the C library (libdeflate). `LDP X9, X8, [X1]; CMP X9, #16`.
 */
export function entriesOfAuxiliaryVector(readers: ReadonlySet<number>, { graph, codeAt }: Pick<Code, 'graph' | 'codeAt'>): Set<number> {
  const loads = new Set<number>()
  for (const index of readers) {
    const start = graph.starts[index]!
    const end = Math.min(graph.ends[index]!, start + LARGEST)
    const code = codeAt(start)
    if (code === undefined) continue
    for (let at = start; at < end; at += 4) if (isEntry(code.words, (at - code.base) / 4)) loads.add(at)
  }
  return loads
}

/** Is it a load of two registers, of which the first is compared with the tag of HWCAP? */
function isEntry(words: Int32Array, place: number): boolean {
  const word = words[place]!
  const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
  if (operand === undefined || !operand.load || operand.second < 0 || operand.size !== 8 || operand.atomic) return false
  const compare = 0xf100_001f | (AT_HWCAP << 10) | (operand.register << 5)
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
