import type { Rule } from '../../../core/format.ts'
import type { WasmDetail } from '../detail.ts'
import { debugInfoShipped } from './debug-info-shipped.ts'
import { duplicateFunctions } from './duplicate-functions.ts'
import { largeInitialMemory } from './large-initial-memory.ts'
import { legacyExceptions } from './legacy-exceptions.ts'
import { metadataShipped } from './metadata-shipped.ts'
import { namesShipped } from './names-shipped.ts'
import { paddedIntegers } from './padded-integers.ts'
import { relocatableObject } from './relocatable-object.ts'
import { sharedMemoryMaximum } from './shared-memory-maximum.ts'
import { targetFeaturesWrong } from './target-features-wrong.ts'
import { unreachableFunctions } from './unreachable-functions.ts'
import { zeroData } from './zero-data.ts'

/** Every check on one WebAssembly file, in alphabetical order. */
export const wasmRules: readonly Rule<WasmDetail>[] = [
  debugInfoShipped,
  duplicateFunctions,
  largeInitialMemory,
  legacyExceptions,
  metadataShipped,
  namesShipped,
  paddedIntegers,
  relocatableObject,
  sharedMemoryMaximum,
  targetFeaturesWrong,
  unreachableFunctions,
  zeroData,
]
