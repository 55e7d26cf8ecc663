import type { Level, Measure, TransformSettings } from '../../../core/transform.ts'

/** The `wasm` section of the configuration, as the transforms use it. */
export interface WasmSettings {
  readonly level: Level
  readonly measure: Measure
  /** Run wasm-opt. */
  readonly optimize: boolean
  /** The program to run; null for the best one there is. */
  readonly wasmOpt: string | null
  /** Seconds of wasm-opt that an artifact may take, by estimate. */
  readonly timeBudget: number
  /** MiB that a run of wasm-opt may hold. */
  readonly memoryLimit: number
  /** Leave the name section, for stack traces; wasm-opt keeps it in step with the code. */
  readonly keepNames: boolean
  /** Features to be lowered to what engines had before. */
  readonly lower: readonly string[]
  /** By feature: the targets asked for that lack it. Not an option: what builds fill in. */
  readonly absent: Readonly<Record<string, readonly string[]>>
}

/** At `balanced` enough for -Oz of 34 MiB of code. */
const timeBudgets: Readonly<Record<Level, number>> = { fast: 0, balanced: 480, max: 3600 }

/** binaryen's heap has 32-bit addresses. */
const memoryOfWasm32 = 4096

export function wasmSettings({ level, measure, options }: TransformSettings): WasmSettings {
  const { optimize, wasmOpt, timeBudget, memoryLimit, keepNames, lower, absentFeatures } = options
  return {
    level,
    measure,
    optimize: optimize !== false && level !== 'fast',
    wasmOpt: typeof wasmOpt === 'string' ? wasmOpt : null,
    timeBudget: typeof timeBudget === 'number' ? timeBudget : timeBudgets[level],
    memoryLimit: typeof memoryLimit === 'number' ? memoryLimit : memoryOfWasm32,
    keepNames: keepNames === true,
    lower: Array.isArray(lower) ? lower.filter((name): name is string => typeof name === 'string') : [],
    absent: (absentFeatures ?? {}) as Readonly<Record<string, readonly string[]>>,
  }
}
