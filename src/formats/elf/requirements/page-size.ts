import type { Requirement } from '../../../core/requirement.ts'
import type { ElfTables } from '../tables.ts'
import { loadSegments } from '../read/address-space.ts'
import type { Segment } from '../read/elf-file.ts'

/**
 * The largest page size of a kernel that can map the file. Each PT_LOAD must be aligned to whole pages, and no page
 * may belong to two segments (gABI, program loading).
 */
export function pageSizeRequirements({ file }: ElfTables): Requirement[] {
  const segments = loadSegments(file).filter((segment) => segment.p_memsz > 0)
  if (segments.length === 0) return []
  let smallest = segments[0]!
  for (const segment of segments) if (pageSizeOf(segment) < pageSizeOf(smallest)) smallest = segment
  const size = pageSizeOf(smallest)
  const text = `PT_LOAD ${smallest.index}: p_align 0x${smallest.p_align.toString(16)}`
  return [{ kind: 'page-size', name: String(size), value: size, need: 'required', evidence: [{ text }] }]
}

/** p_align, or what address and offset have in common where p_align says nothing. */
function pageSizeOf(segment: Segment): number {
  if (segment.p_align > 1) return segment.p_align
  let size = 0x10000
  while (size > 1 && (Number(segment.p_vaddr & 0xffffn) - segment.p_offset) % size !== 0) size /= 2
  return size
}
