import { ByteReader } from '../../../bytes/byte-reader.ts'
import { looksLikeGoTable, readGoFunctionTable } from '../../../bytes/go-function-table.ts'
import { ShrinkError } from '../../../core/errors.ts'
import { readProducers } from '../read/custom/producers-section.ts'
import type { ByteRange, ElementSegment, WasmModule } from '../read/module.ts'
import { WasmCursor } from '../read/wasm-cursor.ts'

const none: ReadonlyMap<number, string> = new Map()

/** Go's data lies together: what would make a memory much larger than the file is no Go program. */
const mostMemory = 4

/**
 * Names of functions by index, from the table that the Go runtime has for stack traces: every Go program carries it in
 * its data, with or without a name section.
 */
export function readGoNames(module: WasmModule): ReadonlyMap<number, string> {
  if (!isGo(module)) return none
  const memory = initialMemory(module)
  const table = memory === undefined ? undefined : findTable(memory)
  const slots = table === undefined ? undefined : tableSlots(module)
  if (table === undefined || slots === undefined) return none
  const names = new Map<number, string>()
  try {
    const { functions } = readGoFunctionTable(table, () => 0)
    // A program counter is a slot of the function table; before Go 1.26, with the block in the function below it.
    const shift = functions.some(({ address }) => address < 0x10000) ? 0 : 16
    for (const { address, name } of functions) {
      const index = slots.get(Math.floor(address / 2 ** shift))
      if (index !== undefined) names.set(index, name)
    }
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return none
  }
  return names
}

function isGo(module: WasmModule): boolean {
  return (
    module.sections.some(({ customName }) => customName === 'go:buildid' || customName === 'go.buildid') ||
    module.imports.some((entry) => entry.module === 'gojs' || entry.module === 'go') ||
    readProducers(module).some(({ field, name }) => field === 'language' && name === 'Go')
  )
}

/** What active segments write into the first memory: from the lowest address on. Go's linker leaves out runs of zeros. */
function initialMemory(module: WasmModule): Uint8Array | undefined {
  const placed = module.data.flatMap(({ mode, memory, offset, contents }) => {
    const address = mode === 'active' && memory === 0 && offset !== undefined ? constant(module, offset) : undefined
    return address === undefined ? [] : [{ address, contents }]
  })
  const start = placed.reduce((least, { address }) => Math.min(least, address), Infinity)
  const end = placed.reduce((most, { address, contents }) => Math.max(most, address + contents.end - contents.start), 0)
  if (placed.length === 0 || end - start > mostMemory * module.bytes.length) return undefined
  const memory = new Uint8Array(end - start)
  for (const { address, contents } of placed) memory.set(module.bytes.subarray(contents.start, contents.end), address - start)
  return memory
}

function findTable(memory: Uint8Array): ByteReader | undefined {
  const reader = new ByteReader(memory, true, 'pclntab')
  // The linker aligns the table to 32 bytes in memory; where the image begins is not known, so every word is looked at.
  for (let at = 0; at + 8 <= memory.length; at++) {
    if (memory[at + 1] === 0xff && memory[at + 2] === 0xff && memory[at + 3] === 0xff && looksLikeGoTable(reader, at)) {
      return reader.window(at, memory.length - at, 'pclntab')
    }
  }
  return undefined
}

/** Function indices by slot of the first table. */
function tableSlots(module: WasmModule): ReadonlyMap<number, number> | undefined {
  const slots = new Map<number, number>()
  for (const segment of module.elements) {
    const first = segment.table === 0 && segment.offset !== undefined ? constant(module, segment.offset) : undefined
    if (first === undefined || segment.elements.as !== 'indices') continue
    for (const [i, index] of functionIndices(module, segment).entries()) slots.set(first + i, index)
  }
  return slots.size === 0 ? undefined : slots
}

function functionIndices({ bytes }: WasmModule, { count, elements }: ElementSegment): number[] {
  const cursor = new WasmCursor(bytes, 0, elements.start, elements.end)
  return Array.from({ length: count }, () => cursor.u32('function index'))
}

/** `i32.const` and nothing else; undefined for other expressions. */
function constant({ bytes }: WasmModule, { start, end }: ByteRange): number | undefined {
  if (bytes[start] !== 0x41) return undefined
  const cursor = new WasmCursor(bytes, 0, start + 1, end)
  const value = cursor.s33('i32.const')
  return cursor.offset === end - 1 ? value >>> 0 : undefined
}
