import type { Transform } from '../../../core/transform.ts'
import type { WasmDetail } from '../detail.ts'
import { dropExports } from './drop-exports.ts'
import { layOutFunctions } from './lay-out.ts'
import { lower } from './lower.ts'
import { optimize } from './optimize.ts'
import { stripSections } from './strip-sections.ts'

/** In the order in which they are applied. */
export const transforms: readonly Transform<WasmDetail>[] = [stripSections, dropExports, lower, layOutFunctions, optimize]
