import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const source = fileURLToPath(new URL('programs/dispatch-arm64.c', import.meta.url))

/**
 * How a program chooses between a plain kernel and one with a feature, and what it then needs to run. Beside a check: what
 * looks guarded is chosen by something else as well, which must never be missed, and is no more than possible.
 */
export const arm64Styles = {
  FLAG: 'guarded',
  HELPER: 'guarded',
  IFUNC: 'guarded',
  MRS: 'guarded',
  CONSTRUCTOR: 'guarded',
  CONSTRUCTOR_FLAGS: 'guarded',
  LAZY: 'guarded',
  LAZY_POINTER: 'guarded',
  TABLE: 'guarded',
  OPS: 'guarded',
  FIELD: 'guarded',
  OUT_PARAMETER: 'guarded',
  DLSYM: 'guarded',
  BY_NUMBER: 'guarded',
  COMPARED: 'guarded',
  FAR_FIELD: 'guarded',
  ONCE: 'guarded',
  ADDED: 'guarded',
  OVERRIDE: 'guarded',
  PROBE: 'guarded',
  BOTH: 'guarded',
  EXIT_THEN_CHOICE: 'guarded',
  DEAD: 'guarded',
  DEAD_BESIDE_CHECK: 'guarded',
  WEAK_GUARD: 'guarded',
  GETENV: 'needed when asked for',
  GETENV_PRINTED: 'needed when asked for',
  EXIT: 'needed',
  UNGUARDED: 'needed',
  PRINTED: 'needed',
  POINTER: 'needed',
  POINTER_PRINTED: 'needed',
  MIXED: 'needed',
  INVERTED: 'needed',
  COMPARED_OTHER: 'needed beside a check',
  FAR_FIELD_OTHER: 'needed beside a check',
  ADDED_OTHER: 'needed beside a check',
} as const

export type Arm64Style = keyof typeof arm64Styles

/** A feature by the macro of the program: its name in verdicts. */
export const kernels = { DOTPROD: 'dotprod', LSE: 'lse', SVE: 'sve' } as const
export type Kernel = keyof typeof kernels

const gcc = 'aarch64-linux-gnu-gcc'
const clang = ['clang', '--target=aarch64-linux-gnu', '-isystem', '/usr/aarch64-linux-gnu/include'] as const

export const arm64Builds: readonly (readonly [compiler: string, ...flags: string[]])[] = [
  [gcc, '-O0'],
  [gcc, '-O2'],
  [gcc, '-O3', '-s'],
  [gcc, '-O2', '-no-pie', '-fno-plt'],
  [gcc, '-O2', '-static'],
  [gcc, '-O1', '-static', '-s'],
  [...clang, '-O2'],
  [...clang, '-O1', '-s'],
  [...clang, '-Os', '-static'],
]

let folder: Promise<string> | undefined

/** Compiles `programs/dispatch-arm64.c`; undefined when the compiler is missing. */
export async function compileArm64(style: Arm64Style, kernel: Kernel, build: (typeof arm64Builds)[number]): Promise<string | undefined> {
  folder ??= mkdtemp(join(tmpdir(), 'shrink-truth-arm64-'))
  const [compiler, ...flags] = build
  const output = join(await folder, `${style}-${kernel}-${arm64Builds.indexOf(build)}`)
  try {
    await run(compiler, ['-w', ...flags, `-D${style}`, `-D${kernel}`, source, '-o', output])
    return output
  } catch {
    return undefined
  }
}

/** Does the program run to the end on a CPU model of qemu-user? */
export async function runsOnArm64(model: string, command: readonly string[]): Promise<boolean> {
  return run('qemu-aarch64', ['-L', '/usr/aarch64-linux-gnu', '-cpu', model, ...command], { timeout: 240_000 }).then(
    () => true,
    () => false,
  )
}
