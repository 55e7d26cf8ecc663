/** What can be told apart in a module. `partOf`: runtimes know it under that name only. */
export type FeatureId =
  | 'mutable-globals'
  | 'sign-extensions'
  | 'saturated-float-to-int'
  | 'multi-value'
  | 'bulk-memory'
  | 'bulk-memory-opt'
  | 'passive-elements'
  | 'reference-types'
  | 'call-indirect-overlong'
  | 'big-int'
  | 'simd'
  | 'relaxed-simd'
  | 'threads'
  | 'tail-call'
  | 'extended-const'
  | 'exception-tags'
  | 'exceptions'
  | 'exceptions-final'
  | 'typed-function-references'
  | 'gc'
  | 'multi-memory'
  | 'memory64'
  | 'js-string-builtins'
  | 'jspi'
  | 'branch-hinting'
  | 'custom-page-sizes'
  | 'wide-arithmetic'
  | 'stack-switching'
  | 'shared-everything-threads'
  | 'compact-import-section'
  | 'component-model'

export interface FeatureInfo {
  readonly title: string
  /** The key in WebAssembly/website features.json, where it has one. */
  readonly tableKey?: string
  /** A refinement of another feature: engines came to know both at once. */
  readonly partOf?: FeatureId
  /** In `target_features` sections (tool-conventions/Linking.md). */
  readonly targetFeature?: string
  /** `wasm-opt --enable-…`. */
  readonly binaryen?: string
  /** What it is to a module that uses it, where it is not required: see `Requirement`. */
  readonly need?: 'possible' | 'guarded'
  /** Other names people use for it. */
  readonly aliases?: readonly string[]
}

/** Proposals beyond WebAssembly 1.0 (MVP), in the order of reports. */
export const features: Readonly<Record<FeatureId, FeatureInfo>> = {
  'mutable-globals': {
    title: 'Import and export of mutable globals',
    tableKey: 'mutableGlobals',
    targetFeature: 'mutable-globals',
    binaryen: 'mutable-globals',
  },
  'sign-extensions': {
    title: 'Sign-extension operators',
    tableKey: 'signExtensions',
    targetFeature: 'sign-ext',
    binaryen: 'sign-ext',
  },
  'saturated-float-to-int': {
    title: 'Non-trapping float-to-int conversions',
    tableKey: 'saturatedFloatToInt',
    targetFeature: 'nontrapping-fptoint',
    binaryen: 'nontrapping-float-to-int',
  },
  'multi-value': {
    title: 'Multi-value',
    tableKey: 'multiValue',
    targetFeature: 'multivalue',
    binaryen: 'multivalue',
  },
  'bulk-memory': {
    title: 'Bulk memory operations',
    tableKey: 'bulkMemory',
    targetFeature: 'bulk-memory',
    binaryen: 'bulk-memory',
  },
  'bulk-memory-opt': {
    title: 'memory.copy and memory.fill',
    partOf: 'bulk-memory',
    targetFeature: 'bulk-memory-opt',
    binaryen: 'bulk-memory-opt',
  },
  'passive-elements': {
    title: 'Passive element segments',
    partOf: 'bulk-memory',
    targetFeature: 'bulk-memory',
    binaryen: 'bulk-memory',
  },
  'reference-types': {
    title: 'Reference types',
    tableKey: 'referenceTypes',
    targetFeature: 'reference-types',
    binaryen: 'reference-types',
  },
  'call-indirect-overlong': {
    title: 'Table index of call_indirect as LEB128',
    partOf: 'reference-types',
    targetFeature: 'call-indirect-overlong',
    binaryen: 'call-indirect-overlong',
  },
  'big-int': {
    title: '64-bit integers at the JavaScript boundary',
    tableKey: 'bigInt',
    aliases: ['js-bigint'],
  },
  simd: {
    title: 'Fixed-width SIMD',
    tableKey: 'simd',
    targetFeature: 'simd128',
    binaryen: 'simd',
  },
  'relaxed-simd': {
    title: 'Relaxed SIMD',
    tableKey: 'relaxedSimd',
    targetFeature: 'relaxed-simd',
    binaryen: 'relaxed-simd',
  },
  threads: {
    title: 'Threads and atomics',
    tableKey: 'threads',
    targetFeature: 'atomics',
    binaryen: 'threads',
  },
  'tail-call': {
    title: 'Tail calls',
    tableKey: 'tailCall',
    targetFeature: 'tail-call',
    binaryen: 'tail-call',
  },
  'extended-const': {
    title: 'Extended constant expressions',
    tableKey: 'extendedConst',
    targetFeature: 'extended-const',
    binaryen: 'extended-const',
  },
  'exception-tags': {
    title: 'Exception tags and throw (both versions of exception handling)',
    targetFeature: 'exception-handling',
    binaryen: 'exception-handling',
  },
  exceptions: {
    title: 'Legacy exception handling (try, catch, rethrow, delegate)',
    tableKey: 'exceptions',
    targetFeature: 'exception-handling',
    binaryen: 'exception-handling',
    aliases: ['legacy-exceptions', 'legacy-eh'],
  },
  'exceptions-final': {
    title: 'Exception handling with exnref (try_table, throw_ref)',
    tableKey: 'exceptionsFinal',
    targetFeature: 'exception-handling',
    binaryen: 'exception-handling',
    aliases: ['exnref'],
  },
  'typed-function-references': {
    title: 'Typed function references',
    tableKey: 'typedFunctionReferences',
    targetFeature: 'gc',
    binaryen: 'gc',
    aliases: ['function-references'],
  },
  gc: { title: 'Garbage collection', tableKey: 'gc', targetFeature: 'gc', binaryen: 'gc' },
  'multi-memory': {
    title: 'Multiple memories',
    tableKey: 'multiMemory',
    targetFeature: 'multimemory',
    binaryen: 'multimemory',
  },
  memory64: {
    title: '64-bit memories and tables',
    tableKey: 'memory64',
    targetFeature: 'memory64',
    binaryen: 'memory64',
  },
  'js-string-builtins': {
    title: 'JS string builtins',
    tableKey: 'jsStringBuiltins',
    need: 'possible', // the glue can import functions of the same names where they are not built in
    aliases: ['wasm:js-string'],
  },
  jspi: { title: 'JavaScript promise integration', tableKey: 'jspi' },
  // A custom section: engines that do not know it pass over it.
  'branch-hinting': { title: 'Branch hinting', tableKey: 'branchHinting', need: 'guarded' },
  'custom-page-sizes': {
    title: 'Custom page sizes',
    tableKey: 'customPageSizes',
    targetFeature: 'custom-page-sizes',
    binaryen: 'custom-page-sizes',
  },
  'wide-arithmetic': {
    title: 'Wide arithmetic',
    tableKey: 'wideArithmetic',
    targetFeature: 'wide-arithmetic',
    binaryen: 'wide-arithmetic',
  },
  'stack-switching': {
    title: 'Stack switching',
    tableKey: 'stackSwitching',
    targetFeature: 'stack-switching',
    binaryen: 'stack-switching',
  },
  'shared-everything-threads': {
    title: 'Shared-everything threads',
    targetFeature: 'shared-everything',
    binaryen: 'shared-everything',
  },
  'compact-import-section': {
    title: 'Compact import section',
    tableKey: 'compactImportSection',
    binaryen: 'compact-imports',
  },
  'component-model': { title: 'Component model', tableKey: 'componentModel', aliases: ['components'] },
}

export const featureIds: readonly FeatureId[] = Object.keys(features) as FeatureId[]

const rank: ReadonlyMap<FeatureId, number> = new Map(featureIds.map((id, index) => [id, index]))

/** For sorting: the order of the table. */
export function compareFeatures(a: FeatureId, b: FeatureId): number {
  return rank.get(a)! - rank.get(b)!
}

/** The name under which runtimes know the feature. */
export function runtimeFeature(id: FeatureId): FeatureId {
  return features[id].partOf ?? id
}

/** The feature meant by an id, a features-table key, a `target_features` name or an alias; undefined when none is. */
export function findFeature(name: string): FeatureId | undefined {
  if (Object.hasOwn(features, name)) return name as FeatureId
  return featureIds.find((id) => {
    const info = features[id]
    return info.tableKey === name || info.aliases?.includes(name) || info.targetFeature === name || info.binaryen === name
  })
}

/**
 * Features whose presence makes wasm-opt need another flag as well: GC builds on reference types, and its validator
 * takes a segment without a table for one of several tables.
 */
const impliedFlags: Partial<Record<FeatureId, readonly string[]>> = {
  'passive-elements': ['reference-types', 'bulk-memory-opt'],
  gc: ['reference-types'],
  'typed-function-references': ['reference-types'],
  'exceptions-final': ['reference-types'],
  'bulk-memory': ['bulk-memory-opt'],
}

/**
 * The flags that make wasm-opt take exactly these features: `--mvp-features` and one `--enable-…` each. Features that
 * wasm-opt has no switch for (they live outside the code) are left out.
 */
export function binaryenFlags(used: Iterable<FeatureId>): string[] {
  const names = new Set<string>()
  for (const id of used) {
    const { binaryen } = features[id]
    if (binaryen !== undefined) names.add(binaryen)
    for (const implied of impliedFlags[id] ?? []) names.add(implied)
  }
  return ['--mvp-features', ...[...names].sort().map((name) => `--enable-${name}`)]
}
