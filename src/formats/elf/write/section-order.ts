import { SHN, SHT } from '../constants.ts'
import type { ElfFile } from '../read/elf-file.ts'
import { isAllocated } from '../read/elf-file.ts'
import { readSymbolTable } from '../read/symbols.ts'

/**
 * The sections of the result by their old indexes, in their new order; `null` for a place that must stay empty.
 *
 * Dynamic symbols name sections by index, and they lie in memory that must not change. Where removing sections would
 * move one that they name, every loaded section keeps its index, and the places that become free are filled with
 * sections that are not loaded.
 */
export function orderSections(file: ElfFile, removed: ReadonlySet<number>): (number | null)[] {
  const kept = file.sections.map((section) => section.index).filter((index) => !removed.has(index))
  const firstRemoved = Math.min(...removed)
  const named = sectionsNamedByDynamicSymbols(file)
  if (![...named].some((index) => index > firstRemoved)) return kept
  const isFixed = (index: number): boolean => index === 0 || isAllocated(file.sections[index]!) || named.has(index)
  const movable = kept.filter((index) => !isFixed(index))
  const last = Math.max(...kept.filter(isFixed))
  const order: (number | null)[] = []
  for (let place = 0; place <= last; place++) order.push(!removed.has(place) && isFixed(place) ? place : (movable.shift() ?? null))
  return [...order, ...movable]
}

function sectionsNamedByDynamicSymbols(file: ElfFile): Set<number> {
  const named = new Set<number>()
  for (const section of file.sections) {
    if (section.sh_type !== SHT.DYNSYM) continue
    const symbols = readSymbolTable(file, section)
    for (let i = 1; i < symbols.count; i++) {
      const index = symbols.section(i)
      if (index > 0 && index < Math.min(file.sections.length, SHN.LORESERVE)) named.add(index)
    }
  }
  return named
}
