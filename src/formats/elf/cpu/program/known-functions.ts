import type { GoFunctionTable } from '../../../../bytes/go-function-table.ts'
import type { MemoryImage } from './memory-image.ts'

export interface KnownFunctions {
  readonly starts: Set<number>
  readonly names: Map<number, string>
}

/**
 * Functions that the file itself names or enters: symbols, Go's table, the entry point, IFUNC resolvers, `.init`.
 *
 * @param isName false for symbols that mark places and name nothing
 */
export function knownFunctions(image: MemoryImage, go: GoFunctionTable | undefined, isName: (name: string) => boolean = () => true): KnownFunctions {
  const { file } = image
  const starts = new Set<number>()
  const names = new Map<number, string>()
  for (const named of image.functions) {
    if (!image.inCode(named.address)) continue
    starts.add(named.address)
    if (!names.has(named.address) && isName(named.name)) names.set(named.address, named.name)
  }
  for (const { address, name } of go?.functions ?? []) {
    starts.add(address)
    if (!names.has(address)) names.set(address, name)
  }
  const entry = Number(file.header.e_entry)
  if (entry !== 0) starts.add(entry)
  for (const slot of image.slots.values()) if (slot.indirect === true && slot.address !== undefined) starts.add(slot.address)
  const section = file.sections.find((candidate) => candidate.name === '.init')
  if (section !== undefined) starts.add(Number(section.sh_addr))
  return { starts, names }
}
