import { ShrinkError } from '../../../core/errors.ts'
import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import type { Dynamic } from '../read/dynamic.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { dynamicRelocations, relativeTypes } from '../read/relocations.ts'

/** A finding pays from this saving on. */
const minimumBytes = 4096
const minimumShare = 0.01

export const relativeRelocations: Rule<ElfDetail> = {
  id: 'elf/relative-relocations',
  help: 'Relative relocations take 24 bytes each as RELA, and about a bit as RELR. Only the linker can change that.',
  *check({ detail: { file, dynamic } }) {
    if (dynamic === undefined) return
    const offsets = relativeOffsets(file, dynamic)
    const entry = (file.is64 ? 8 : 4) * (file.is64 ? 3 : 2)
    const packed = packedSize(Float64Array.from(offsets).sort(), file.is64 ? 8 : 4)
    const wastedBytes = offsets.length * entry - packed
    if (wastedBytes < minimumBytes || wastedBytes < file.bytes.byteLength * minimumShare) return
    yield {
      severity: 'info',
      message: `${offsets.length} relative relocations take ${offsets.length * entry} bytes; as DT_RELR they would take ${packed}`,
      advice: 'link with -Wl,-z,pack-relative-relocs; it then needs glibc 2.36, musl 1.2.4 or Android 11',
      data: { relocations: offsets.length, packedBytes: packed },
      wastedBytes,
    }
  },
}

/** Where the relative relocations that are not packed apply; none when the tables are damaged. */
function relativeOffsets(file: ElfFile, dynamic: Dynamic): number[] {
  const relative = relativeTypes[file.header.e_machine]
  const offsets: number[] = []
  try {
    for (const { type, table, offset } of dynamicRelocations(file, dynamic)) {
      if (type === relative && table !== 'relr') offsets.push(offset)
    }
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return []
  }
  return offsets
}

/** Bytes of the RELR encoding: an address, then bitmaps of 63 (31) words each as long as they are not empty. */
function packedSize(offsets: Float64Array, word: number): number {
  const span = (word * 8 - 1) * word
  let entries = 0
  for (let i = 0; i < offsets.length; ) {
    entries++
    let base = offsets[i]! + word
    i++
    for (;;) {
      const from = i
      while (i < offsets.length && offsets[i]! < base + span && (offsets[i]! - base) % word === 0) i++
      if (i === from) break
      entries++
      base += span
    }
  }
  return entries * word
}
