import type { Analysis } from '../../core/analysis.ts'
import type { Artifact } from '../../core/artifact.ts'
import type { Context } from '../../core/context.ts'
import { ShrinkError, UnsupportedError } from '../../core/errors.ts'
import type { SizeRange } from '../../core/size-map.ts'
import { buildSizeMap } from '../../core/size-map.ts'
import type { ElfDetail } from './detail.ts'
import { readTables } from './tables.ts'
import { architectureOf, machineName } from './machine.ts'
import type { ArchiveMember } from './read/archive.ts'
import { readArchive } from './read/archive.ts'
import type { ElfFile } from './read/elf-file.ts'
import { readElf } from './read/elf-file.ts'
import { architectureRequirement } from './requirements/architecture.ts'

/**
 * A static archive: its members by name and size, and the machine that they are for. It is for linkers, so nothing
 * of it is changed; the detail is that of its first object.
 * @throws UnsupportedError when no member is an ELF file (then it is an archive of something else)
 */
export function analyzeArchive({ path, bytes }: Artifact, context: Context): Analysis<ElfDetail> {
  const members = readArchive(bytes)
  const objects = members.flatMap((member) => {
    const file = objectIn(bytes, member)
    return file === undefined ? [] : [{ member, file }]
  })
  const first = objects[0]
  if (first === undefined) throw new UnsupportedError('static archive: no member is an ELF file', { offset: 0 })
  const tables = readTables(contentsOf(bytes, first.member), path, context)
  return {
    format: 'elf',
    path,
    byteLength: bytes.byteLength,
    architecture: architectureOf(first.file),
    sizes: buildSizeMap(bytes.byteLength, members.map(memberRange), '[archive headers]'),
    properties: {
      type: 'static-archive',
      machine: [...new Set(objects.map(({ file }) => machineName(file)))].sort().join(', '),
      class: first.file.is64 ? 64 : 32,
      byteOrder: first.file.littleEndian ? 'little' : 'big',
      members: members.filter((member) => member.name !== '').map(({ name, size }) => ({ name, size })),
    },
    requirements: [architectureRequirement(tables)],
    detail: { ...tables, cpu: { requirements: [], properties: {}, data: undefined }, readsCode: false, payloads: [] },
  }
}

function contentsOf(bytes: Uint8Array, { offset, size }: ArchiveMember): Uint8Array {
  return bytes.subarray(offset, offset + size)
}

/** Members may be anything (LLVM bitcode, text): what does not read as ELF is not counted as an object. */
function objectIn(bytes: Uint8Array, member: ArchiveMember): ElfFile | undefined {
  if (member.name === '' || member.size < 52 || bytes[member.offset] !== 0x7f) return undefined
  try {
    return readElf(contentsOf(bytes, member))
  } catch (error) {
    if (error instanceof ShrinkError) return undefined
    throw error
  }
}

function memberRange({ name, offset, size }: ArchiveMember): SizeRange {
  return { label: name === '' ? '[archive tables]' : name, kind: name === '' ? 'header' : 'member', offset, size }
}
