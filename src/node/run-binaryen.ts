import type binaryenApi from 'binaryen'
import { parseWasmOptArguments, type WasmOptStep } from './wasm-opt-arguments.ts'

type Binaryen = typeof binaryenApi
type BinaryenModule = InstanceType<Binaryen['Module']>

/** `--enable-NAME` to the member of `binaryen.Features`. */
const featureMembers: Readonly<Record<string, string>> = {
  threads: 'Atomics',
  'mutable-globals': 'MutableGlobals',
  'nontrapping-float-to-int': 'NontrappingFPToInt',
  simd: 'SIMD128',
  'bulk-memory': 'BulkMemory',
  'bulk-memory-opt': 'BulkMemoryOpt',
  'sign-ext': 'SignExt',
  'exception-handling': 'ExceptionHandling',
  'tail-call': 'TailCall',
  'reference-types': 'ReferenceTypes',
  multivalue: 'Multivalue',
  gc: 'GC',
  memory64: 'Memory64',
  'relaxed-simd': 'RelaxedSIMD',
  'extended-const': 'ExtendedConst',
  strings: 'Strings',
  multimemory: 'MultiMemory',
  'stack-switching': 'StackSwitching',
  'shared-everything': 'SharedEverything',
  fp16: 'FP16',
  'call-indirect-overlong': 'CallIndirectOverlong',
  'custom-page-sizes': 'CustomPageSizes',
  'wide-arithmetic': 'WideArithmetic',
  'compact-imports': 'CompactImports',
}

let loading: Promise<Binaryen> | undefined

/**
 * One run of npm's binaryen on this thread. With equal arguments the result has the bytes of the command of the same
 * version. The module is loaded once and stays warm: the second run costs about half of the first on small inputs.
 *
 * @throws Error when binaryen refuses the module; the isolate's binaryen may be unusable after that
 */
export async function runBinaryen(input: Uint8Array, args: readonly string[]): Promise<Uint8Array> {
  const run = parseWasmOptArguments(args)
  loading ??= import('binaryen').then((module) => module.default)
  const binaryen = await loading
  let features = 0
  for (const name of run.features) features |= featureNumber(binaryen, name)
  const module = readBinary(binaryen, input, features)
  try {
    module.setFeatures(features)
    binaryen.setDebugInfo(run.names)
    binaryen.clearPassArguments()
    for (const { key, value } of run.passArguments) binaryen.setPassArgument(key, value)
    binaryen.clearPassesToSkip()
    for (const pass of run.skippedPasses) binaryen.addPassToSkip(pass)
    runSteps(binaryen, module, run.steps)
    let output = module.emitBinary()
    while (run.converge) {
      const before = output.length
      runSteps(binaryen, module, run.steps)
      const next = module.emitBinary()
      if (next.length >= before) break
      output = next
    }
    return output
  } finally {
    module.dispose()
  }
}

function runSteps(binaryen: Binaryen, module: BinaryenModule, steps: readonly WasmOptStep[]): void {
  // The command optimizes its stack IR on emission from these levels on; the API does so when told.
  const stackIr = steps.some((step) => step.kind === 'optimize' && (step.level >= 2 || step.shrink >= 1))
  binaryen.setGenerateStackIR(stackIr)
  binaryen.setOptimizeStackIR(stackIr)
  const last = steps.findLast((step) => step.kind === 'optimize')
  for (const step of steps) {
    // Passes by name run at the levels of the last `-O…`, wherever it stands.
    const levels = step.kind === 'optimize' ? step : last
    binaryen.setOptimizeLevel(levels?.level ?? 0)
    binaryen.setShrinkLevel(levels?.shrink ?? 0)
    if (step.kind === 'pass') module.runPasses([step.name])
    else module.optimize()
  }
}

function featureNumber(binaryen: Binaryen, name: string): number {
  const value = (binaryen.Features as unknown as Record<string, number>)[featureMembers[name] ?? '']
  if (value === undefined) throw new Error(`feature ${name} is not known to this binaryen`)
  return value
}

/** The type declarations of 132 still name a second function for this. */
function readBinary(binaryen: Binaryen, input: Uint8Array, features: number): BinaryenModule {
  const read = binaryen.readBinary as (data: Uint8Array, features: number) => BinaryenModule
  return read(input, features)
}
