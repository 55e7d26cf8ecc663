import type { SizeView } from '../../../core/analysis.ts'
import type { SizeMap } from '../../../core/size-map.ts'
import type { ElfTables } from '../detail.ts'
import { completeMap, sectionRanges } from './file-layout.ts'
import { segmentRanges } from './segments.ts'

/** Where the bytes of a file are, cut in the way that was asked for. Sums to the file's length. */
export function elfSizes({ file }: ElfTables, view: SizeView): SizeMap {
  switch (view) {
    case 'segment':
      return completeMap(file, segmentRanges(file))
    case 'section':
    case 'symbol':
    case 'package':
    case 'module':
      return completeMap(file, sectionRanges(file))
  }
}
