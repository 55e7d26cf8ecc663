import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Requirement } from '../../src/core/requirement.ts'
import { silentFeatures } from '../../src/isa/x86/features.ts'

const run = promisify(execFile)

/**
 * CPU models of qemu-user from old to new, and which features each has that the one before it traps on.
 *
 * Two traps: qemu passes the host's /proc/cpuinfo on, so that a program that reads it is misled; and what the model `max`
 * lacks (AVX-512, SHA) no model has.
 */
export const ladder = [
  { model: 'qemu64', level: 'v1', adds: ['cmov', 'cx8', 'fxsr', 'mmx', 'sse', 'sse2', 'sse3', 'cmpxchg16b', 'rdtscp'] },
  { model: 'core2duo', level: 'v2', adds: ['ssse3'] },
  { model: 'Nehalem', level: 'v2', adds: ['sse4_1', 'sse4_2', 'popcnt'] },
  { model: 'Westmere', level: 'v2', adds: ['aes', 'pclmulqdq'] },
  { model: 'SandyBridge', level: 'AVX', adds: ['avx', 'xsave', 'xsaveopt'] },
  { model: 'IvyBridge', level: 'AVX', adds: ['f16c', 'rdrand', 'fsgsbase'] },
  { model: 'Haswell', level: 'v3', adds: ['avx2', 'bmi1', 'bmi2', 'fma', 'movbe'] },
  { model: 'max', level: 'v3', adds: ['adx', 'vaes', 'rdseed', 'clflushopt', 'clwb', 'sse4a', 'rdpid', 'xsavec'] },
  { model: 'beyond', level: 'v4', adds: [] },
] as const

export type Model = (typeof ladder)[number]['model']

/** Place of a model: comparable. */
export function rank(model: Model): number {
  return ladder.findIndex((step) => step.model === model)
}

export function levelOf(model: Model): string {
  return ladder[rank(model)]!.level
}

/** The first model that has all of `features`. LZCNT and TZCNT trap nowhere. */
export function lowestWith(features: readonly string[]): Model {
  const places = features
    .filter((name) => !silentFeatures.has(name))
    .map((name) => ladder.findIndex(({ adds }) => (adds as readonly string[]).includes(name)))
  return places.includes(-1) ? 'beyond' : ladder[Math.max(0, ...places)]!.model
}

/** What our requirements say: the model that the required features take, and with the possible ones. */
export function lowestFor(requirements: readonly Requirement[]): { required: Model; possible: Model } {
  const of = (...needs: string[]): Model =>
    lowestWith(requirements.filter(({ kind, need }) => kind === 'cpu-feature' && needs.includes(need)).map(({ name }) => name))
  return { required: of('required'), possible: of('required', 'possible') }
}

export interface Outcome {
  readonly passed: boolean
  readonly signal: string | null
  readonly output: string
}

/** Runs a command natively or on a CPU model of qemu-user. */
export async function runUnder(model: Exclude<Model, 'beyond'> | 'host', command: readonly string[], env: Readonly<Record<string, string>> = {}, qemuFlags: readonly string[] = []): Promise<Outcome> {
  const [file, ...flags] = model === 'host' ? command : ['qemu-x86_64', '-cpu', model, ...qemuFlags, ...command]
  const options = { timeout: 240_000, maxBuffer: 1 << 28, env: { ...process.env, ...env } }
  return run(file!, flags, options).then(
    ({ stdout }) => ({ passed: true, signal: null, output: stdout }),
    (error: { signal?: string; stdout?: string; stderr?: string }) => ({ passed: false, signal: error.signal ?? null, output: `${error.stdout ?? ''}${error.stderr ?? ''}` }),
  )
}

/** The lowest model on which the command passes; `beyond` when only the host itself can, undefined when nothing can. */
export async function lowestPassing(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Model | undefined> {
  for (const { model } of ladder) {
    if (model === 'beyond') break
    if ((await runUnder(model, command, env)).passed) return model
  }
  return (await runUnder('host', command, env)).passed ? 'beyond' : undefined
}
