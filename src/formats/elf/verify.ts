import type { Analysis } from '../../core/analysis.ts'
import { describeLoad, loadedImage } from './write/loaded-image.ts'
import type { ElfDetail } from './detail.ts'
import { tableRequirements } from './requirements/index.ts'
import { isAllocated } from './read/elf-file.ts'

/**
 * What a rewritten file lost: whatever a loader maps must be there, byte for byte and at the same addresses, but for
 * the three header fields that locate the section headers.
 */
export function verifyElf(before: Analysis<ElfDetail>, after: Analysis<ElfDetail>): string[] {
  const problems: string[] = []
  const old = before.detail.file
  const now = after.detail.file
  for (const field of ['e_type', 'e_machine', 'e_entry', 'e_flags'] as const) {
    if (old.header[field] !== now.header[field]) problems.push(`${field} changed`)
  }
  const oldImage = loadedImage(old)
  const newImage = loadedImage(now)
  if (oldImage.length !== newImage.length) return [...problems, 'the number of segments changed']
  for (const [index, part] of oldImage.entries()) {
    const other = newImage[index]!
    if (describeLoad(part) !== describeLoad(other)) problems.push(`segment ${index} changed: ${describeLoad(part)}`)
    else if (!Buffer.from(part.bytes).equals(other.bytes)) problems.push(`contents of segment ${index} changed`)
  }
  const names = new Set(now.sections.map((section) => section.name))
  for (const section of old.sections) {
    if (isAllocated(section) && !names.has(section.name)) problems.push(`section ${section.name} is gone`)
  }
  const kept = tableRequirements(after.detail)
  for (const { kind, name, version } of tableRequirements(before.detail)) {
    const isKept = kept.some((other) => other.kind === kind && other.name === name && other.version === version)
    if (!isKept) problems.push(`the requirement ${kind} ${name} is gone`)
  }
  return problems
}
