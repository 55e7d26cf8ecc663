import type { ArgumentsRead } from './arguments-read.ts'
import type { CallSites } from './call-sites.ts'
import type { Code } from './code.ts'
import type { Endings } from './endings.ts'
import type { Entrances } from './entrances.ts'
import type { FunctionCodes } from './function-code.ts'
import type { IndexSet } from '../../program/index-set.ts'
import type { JumpTables } from './jump-tables.ts'
import type { NearDetectors } from './near-detectors.ts'
import type { PointedFunctions } from './pointed-functions.ts'

/** An x86-64 file as the analysis sees it: its code, and what is asked of that again and again. */
export interface Program extends Code {
  readonly pointed: PointedFunctions
  /** Functions whose address is in data or taken: see `namedByPointers`. */
  readonly named: IndexSet
  /** Functions as they are evaluated. */
  readonly functions: FunctionCodes
  readonly calls: CallSites
  readonly endings: Endings
  readonly entrances: Entrances
  readonly near: NearDetectors
  readonly jumpTables: JumpTables
  readonly argumentsRead: ArgumentsRead
  /** Is function `index` of what is linked into every such program: the C library of a static one, Go's own packages? */
  isOfRuntimeLibrary(index: number): boolean
  /** Does a frame or a symbol say where function `index` ends? */
  isBounded(index: number): boolean
}
