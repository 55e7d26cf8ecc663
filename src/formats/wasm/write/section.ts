import type { Section, WasmModule } from '../read/module.ts'
import { concat } from './concat.ts'
import { leb } from './leb128.ts'

/** `\0asm`, version 1, layer 0. */
export const headerSize = 8

/** A section with its id and size. */
export function section(id: number, contents: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(id), leb(contents.length), contents])
}

/** The section as it stands in the file. */
export function sectionBytes(module: WasmModule, { start, end }: Section): Uint8Array {
  return module.bytes.subarray(start, end)
}

/** The module with only the sections that `keep` says yes to, byte for byte. */
export function withSections(module: WasmModule, keep: (section: Section) => boolean): Uint8Array {
  const kept = module.sections.filter(keep)
  if (kept.length === module.sections.length) return module.bytes
  return concat([module.bytes.subarray(0, headerSize), ...kept.map((one) => sectionBytes(module, one))])
}
