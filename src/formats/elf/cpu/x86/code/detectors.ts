import type { CallGraph } from '../../program/call-graph.ts'
import { detectingFunctions, resolverAddresses } from '../../program/detecting-functions.ts'
import type { IndexSet } from '../../program/index-set.ts'
import type { MemoryImage } from '../../program/memory-image.ts'
import type { Sweep } from '../../program/sweep.ts'

/** Functions of other files that return what the CPU can do; with a CPU that can do nothing more they return 0. */
const detectorFunction =
  /^(?:__get_cpuid(?:_max|_count)?|av_get_cpu_flags|orc_target_get_default|android_getCpuFeatures|(?:SDL|sodium_runtime)_[hH]as_?\w+|_ZN3hwy\w*SupportedTargets\w*|\w*(?:checkHardwareSupport|simd_?support\w*)\w*|vips_vector_isenabled|\w*cpu_?(?:supports|has|features?|flags)\w*|\w*cpu_\w*(?:flag|support|feature|accel|capab)\w*|_ZNK?\w*\d(?:fpu|simd|cpu\w*?)\d+(?:instance|has|get|detect|support)\w*|_ZN10std_detect6detect\w*|_RNv\w*10std_detect\w*|_D4core5cpuid\d+\w+Zb)$/i
/** Functions of other files that return a pointer to a table of features. */
const detectorTableFunction = /^(?:__x86_get_cpu_features|__x86_get_cpuid_feature_leaf|_dl_x86_get_cpu_features)$/
/** Variables of other files that hold features. */
const detectorObject = /^(?:__cpu_model|__cpu_features2|_rtld_global_ro|cpuinfo_isa|OPENSSL_ia32cap_P|_dl_x86_cpu_features|_ZN10std_detect6detect5cache5CACHE\w*|_RNv\w*10std_detect\w*5CACHE|\w*cpu_?(?:features|flags|caps))$/
/** Variables of this file that hold features, by the names their symbols have. */
const ownDetectorObject = /^(?:__cpu_model|__cpu_features2|_dl_x86_cpu_features|internal\/cpu\.X86|runtime\.x86Has\w+)$/

/** Everything that lets this file tell CPUs apart at run time. */
export interface Detectors {
  /** Functions with CPUID or XGETBV. */
  readonly functions: ReadonlySet<number>
  /** Addresses of IFUNC resolvers. */
  readonly resolvers: ReadonlySet<number>
  readonly imports: readonly string[]
  /** Functions that the file exports for others to ask, by their names. */
  readonly told: ReadonlySet<number>
  readonly any: boolean
}

export function isDetectorFunction(name: string): boolean {
  return detectorFunction.test(name)
}

export function isDetectorTableFunction(name: string): boolean {
  return detectorTableFunction.test(name)
}

export function isDetectorObject(name: string): boolean {
  return detectorObject.test(name)
}

export function isOwnDetectorObject(name: string): boolean {
  return ownDetectorObject.test(name)
}

export function findDetectors(image: MemoryImage, sweep: Sweep, graph: CallGraph, live: IndexSet): Detectors {
  const functions = detectingFunctions(sweep, graph, live)
  const resolvers = resolverAddresses(image)
  const imports = [...image.imports].filter((name) => isDetectorFunction(name) || isDetectorTableFunction(name) || isDetectorObject(name))
  // what it tells others it may ask itself, however it finds out
  const told = new Set<number>()
  for (const { name, exported, address } of image.functions) {
    const index = exported && isDetectorFunction(name) ? graph.functionAt(address) : undefined
    if (index !== undefined) told.add(index)
  }
  return { functions, resolvers, imports: imports.sort(), told, any: functions.size + resolvers.size + imports.length + told.size > 0 }
}
