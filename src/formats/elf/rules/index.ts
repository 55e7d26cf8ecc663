import type { Rule } from '../../../core/format.ts'
import type { ElfDetail } from '../detail.ts'
import { alignmentPadding } from './alignment-padding.ts'
import { cpuAnalysisBounded } from './cpu-analysis-bounded.ts'
import { executableStack } from './executable-stack.ts'
import { goLinkerFlags } from './go-linker-flags.ts'
import { notStripped } from './not-stripped.ts'
import { opaquePayload } from './opaque-payload.ts'
import { pageSize } from './page-size.ts'
import { relativeRelocations } from './relative-relocations.ts'
import { runPath } from './run-path.ts'
import { textRelocations } from './text-relocations.ts'
import { twoHashTables } from './two-hash-tables.ts'
import { unreferencedFunctions } from './unreferenced-functions.ts'
import { unusedNeeded } from './unused-needed.ts'
import { unwindTables } from './unwind-tables.ts'
import { writableCode } from './writable-code.ts'

/** Every check on a single ELF file, in the order of the documentation. */
export const rules: readonly Rule<ElfDetail>[] = [
  notStripped,
  opaquePayload,
  pageSize,
  runPath,
  unusedNeeded,
  executableStack,
  textRelocations,
  writableCode,
  goLinkerFlags,
  unreferencedFunctions,
  unwindTables,
  relativeRelocations,
  twoHashTables,
  alignmentPadding,
  cpuAnalysisBounded,
]
