import { MalformedError } from '../../../../core/errors.ts'
import type { WasmModule } from '../module.ts'
import { WasmCursor } from '../wasm-cursor.ts'

/** What a dynamic linker needs to load the module (tool-conventions/DynamicLinking.md). */
export interface Dylink {
  /** Bytes. */
  readonly memorySize: number
  readonly tableSize: number
  /** Modules to load before this one. */
  readonly needed: readonly string[]
}

/** Undefined when the module is no shared library, or the section cannot be read. */
export function readDylink(module: WasmModule): Dylink | undefined {
  const section = module.sections.find(({ customName }) => customName === 'dylink.0')
  if (section === undefined) return undefined
  const cursor = new WasmCursor(module.bytes, module.base, section.contents, section.end)
  let memorySize = 0
  let tableSize = 0
  const needed: string[] = []
  try {
    while (cursor.offset < section.end) {
      const id = cursor.u8('dylink subsection')
      const size = cursor.u32('dylink subsection size')
      const end = cursor.offset + size
      if (end > section.end) cursor.fail('dylink subsection: the bytes end')
      if (id === 1) {
        memorySize = cursor.u32('memory size')
        cursor.u32('memory alignment')
        tableSize = cursor.u32('table size')
      } else if (id === 2) {
        const count = cursor.u32('needed modules')
        for (let i = 0; i < count; i++) needed.push(cursor.name('needed module'))
      }
      cursor.offset = end
    }
  } catch (error) {
    if (!(error instanceof MalformedError)) throw error
  }
  return { memorySize, tableSize, needed }
}
