import { EM, SHT } from '../constants.ts'
import type { ElfFile } from './elf-file.ts'
import { sectionContents } from './elf-file.ts'

/** Build attributes of the whole file: tag → number or text. */
export type Attributes = ReadonlyMap<number, number | string>

/** Tags of the Arm build attributes that reports name (Addenda to the Arm ABI, 2.4). */
export const ARM_TAG = { CPU_NAME: 5, CPU_ARCH: 6, FP_ARCH: 10, ADVANCED_SIMD_ARCH: 12, ABI_VFP_ARGS: 28 } as const

/** Tags of the RISC-V attributes (RISC-V psABI). */
export const RISCV_TAG = { STACK_ALIGN: 4, ARCH: 5, UNALIGNED_ACCESS: 6 } as const

/** Values of Tag_CPU_arch. */
export const armArchitectures = [
  'pre-v4', 'v4', 'v4T', 'v5T', 'v5TE', 'v5TEJ', 'v6', 'v6KZ', 'v6T2', 'v6K', 'v7', 'v6-M', 'v6S-M', 'v7E-M', 'v8-A', 'v8-R',
  'v8-M.base', 'v8-M.main', 'v8.1-A', 'v8.2-A', 'v8.3-A', 'v8.1-M.main', 'v9-A',
] as const

/**
 * Reads .ARM.attributes or .riscv.attributes. Both have the same form: a version byte, a sub-section a vendor, in it
 * one for the whole file. Undefined for other machines and without the section.
 * @throws MalformedError
 */
export function readAttributes(file: ElfFile): Attributes | undefined {
  const isArm = file.header.e_machine === EM.ARM
  if (!isArm && file.header.e_machine !== EM.RISCV) return undefined
  const section = file.sections.find((candidate) => candidate.sh_type === SHT.ARM_ATTRIBUTES)
  if (section === undefined) return undefined
  const reader = sectionContents(file, section)
  const found = new Map<number, number | string>()
  if (reader.u8('format version') !== 0x41) return found
  const leb = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = reader.u8('attribute')
      value += (byte & 0x7f) * scale
      if ((byte & 0x80) === 0) return value
    }
  }
  const text = (): string => {
    const value = reader.cstringAt(reader.offset, 'attribute')
    reader.skip(reader.bytes.indexOf(0, reader.offset) - reader.offset + 1, 'attribute')
    return value
  }
  const readPairs = (end: number): void => {
    while (reader.offset < end) {
      const tag = leb()
      if (isArm && tag === 32) leb() // Tag_compatibility: a flag, then a string
      const isText = isArm ? tag === 4 || tag === 5 || tag === 32 || (tag > 32 && tag % 2 === 1) : tag % 2 === 1
      found.set(tag, isText ? text() : leb())
    }
  }
  const readScopes = (end: number): void => {
    while (reader.offset + 5 < end) {
      const start = reader.offset
      const scope = reader.u8('scope')
      const stop = Math.min(start + reader.u32('scope length'), end)
      if (scope === 1) readPairs(stop)
      reader.offset = Math.max(stop, reader.offset)
    }
  }
  while (reader.remaining > 4) {
    const end = Math.min(reader.offset + reader.u32('vendor length'), reader.size)
    const vendor = text()
    if (vendor === (isArm ? 'aeabi' : 'riscv')) readScopes(end)
    reader.offset = Math.max(end, reader.offset)
  }
  return found
}
