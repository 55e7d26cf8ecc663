import { featureIds, type FeatureId } from '../../features.ts'
import { lowerCallTableIndex } from './call-table-index.ts'
import { lowerCopyAndFill } from './copy-and-fill.ts'
import { lowerRelaxedSimd } from './relaxed-simd.ts'
import { lowerSaturatingConversions } from './saturating-conversions.ts'
import { lowerSignExtensions } from './sign-extensions.ts'
import { lowerTailCalls } from './tail-calls.ts'
import { lowerWideArithmetic } from './wide-arithmetic.ts'

/** How a feature is replaced by what engines had before it. */
export interface Lowering {
  /** By ourselves, before wasm-opt. */
  readonly own?: (bytes: Uint8Array) => Uint8Array
  /** wasm-opt passes. */
  readonly passes?: readonly string[]
  /** Features that the result needs instead. */
  readonly instead?: readonly FeatureId[]
  /** Features that wasm-opt's pass may use for it; what it leaves of them is lowered next. */
  readonly passNeeds?: readonly FeatureId[]
  /** What becomes different: only done when the feature is named, not for a target. */
  readonly caution?: string
  /** What a program that relies on traps may see. */
  readonly remark?: string
  /** Changes the type of memories that are exported. */
  readonly changesMemories?: boolean
}

const copyAndFill: Lowering = { own: lowerCopyAndFill }

/**
 * What can be lowered. Three passes of wasm-opt are not used because they change what a module computes:
 * `--remove-relaxed-simd`, `--llvm-nontrapping-fptoint-lowering` and `--llvm-memory-copy-fill-lowering` (see the
 * functions that stand for them).
 */
export const lowerings: Partial<Readonly<Record<FeatureId, Lowering>>> = {
  'sign-extensions': { own: lowerSignExtensions },
  'saturated-float-to-int': { own: lowerSaturatingConversions },
  'bulk-memory': copyAndFill,
  'bulk-memory-opt': copyAndFill,
  'call-indirect-overlong': { own: lowerCallTableIndex },
  'relaxed-simd': { own: lowerRelaxedSimd, instead: ['simd'] },
  'tail-call': { own: lowerTailCalls, caution: 'a call stands for it, so that deep recursion may need more stack than there is' },
  exceptions: { passes: ['--translate-to-exnref'], instead: ['exceptions-final', 'exception-tags', 'reference-types', 'multi-value'] },
  'multi-memory': {
    // The variant with bounds checks traps on every access (wasm-opt 132).
    passes: ['--multi-memory-lowering'],
    passNeeds: ['bulk-memory-opt'],
    changesMemories: true,
    caution: 'in one memory, what is beyond the end of one is the next, and the host must not grow it',
  },
  memory64: { passes: ['--memory64-lowering'], passNeeds: ['bulk-memory-opt'], changesMemories: true, remark: 'addresses modulo 2^32' },
  'wide-arithmetic': { own: lowerWideArithmetic },
}

/** The features that can be lowered, in the order of the table. */
export const lowerable: readonly FeatureId[] = featureIds.filter((id) => lowerings[id] !== undefined)

/** Why the others cannot. */
const reasons: Partial<Readonly<Record<FeatureId, string>>> = {
  'mutable-globals': 'the host holds the global itself, and would have to call functions instead',
  'multi-value': 'functions and blocks with several results have no form without',
  'passive-elements': 'when they are copied is up to the code',
  'reference-types': 'references can be held in no other type',
  'big-int': 'the script that calls the module passes BigInt, and would have to change with it',
  simd: 'nothing replaces vectors but slower code for each lane, which is better built from source',
  threads: 'without atomics there is no memory that threads share: build it without threads',
  'extended-const': 'what is added up is known only when the module is instantiated, before any of its code runs',
  'exception-tags': 'nothing else unwinds the stack',
  'exceptions-final': 'the older exceptions are no values that could be kept: build it with them (-sWASM_LEGACY_EXCEPTIONS, -wasm-use-legacy-eh)',
  'typed-function-references': 'references can be held in no other type',
  gc: 'its objects are the engine’s: without a collector they would need another one in the module',
  'js-string-builtins': 'the script can pass functions of the same names instead',
  jspi: 'it is the script that asks for it',
  'custom-page-sizes': 'sizes in the code and in the script count other pages',
  'stack-switching': 'nothing else switches stacks',
  'shared-everything-threads': 'nothing replaces it',
  'compact-import-section': 'the linker that wrote it can leave it out',
  'component-model': 'JavaScript hosts run what `jco transpile` makes of a component',
}

export function whyNotLowered(feature: FeatureId): string {
  return reasons[feature] ?? 'there is no equivalent without it'
}
