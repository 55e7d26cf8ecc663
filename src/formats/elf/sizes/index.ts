import type { SizeView } from '../../../core/analysis.ts'
import type { MalformedError } from '../../../core/errors.ts'
import type { SizeMap } from '../../../core/size-map.ts'
import type { ElfTables } from '../tables.ts'
import { completeMap, sectionRanges } from './file-layout.ts'
import { segmentRanges } from './segments.ts'
import { symbolRanges } from './symbols.ts'

/**
 * Where the bytes of a file are, cut in the way that was asked for. Sums to the file's length.
 * @param onBroken told about tables that name symbols and are damaged; the map then has coarser labels
 */
export function elfSizes(tables: ElfTables, view: SizeView, onBroken: (error: MalformedError) => void): SizeMap {
  const { file } = tables
  switch (view) {
    case 'segment':
      return completeMap(file, segmentRanges(file))
    case 'section':
      return completeMap(file, sectionRanges(file))
    case 'symbol':
      return completeMap(file, symbolRanges(tables, 'symbol', onBroken))
    case 'package':
    case 'module':
      return completeMap(file, symbolRanges(tables, 'package', onBroken))
  }
}
