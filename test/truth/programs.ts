import { execFile } from 'node:child_process'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const source = fileURLToPath(new URL('programs/dispatch.c', import.meta.url))

/** How a program chooses between a plain kernel and one with AVX2, and what it then needs to run. */
export const styles = {
  BUILTIN: 'guarded',
  IFUNC: 'guarded',
  CLONES: 'guarded',
  CONSTRUCTOR: 'guarded',
  LAZY: 'guarded',
  TABLE: 'guarded',
  OPS: 'guarded',
  FIELD: 'guarded',
  OVERRIDE: 'guarded',
  WEAK_GUARD: 'guarded',
  DEAD: 'guarded',
  EXIT_THEN_CHOICE: 'guarded',
  EXIT: 'needed',
  UNGUARDED: 'needed',
  PRINTED: 'needed',
  POINTER: 'needed',
  POINTER_PRINTED: 'needed',
  MIXED: 'needed',
  GETENV: 'needed',
} as const

export type Style = keyof typeof styles

export const builds: readonly (readonly [compiler: string, ...flags: string[]])[] = [
  ['gcc', '-O0'],
  ['gcc', '-O2'],
  ['gcc', '-O3', '-s'],
  ['gcc', '-O2', '-no-pie'],
  ['gcc', '-O2', '-static'],
  ['clang', '-O2'],
  ['clang', '-O1', '-static'],
  ['gcc', '-O2', '-static', '-s'],
]

let folder: Promise<string> | undefined

/** Compiles `programs/dispatch.c`; undefined when the compiler is missing or has no such feature. */
export async function compile(style: Style, build: (typeof builds)[number]): Promise<string | undefined> {
  folder ??= mkdtemp(join(tmpdir(), 'shrink-truth-'))
  const [compiler, ...flags] = build
  const output = join(await folder, `${style}-${build.join('')}`)
  try {
    await run(compiler, ['-w', ...flags, `-D${style}`, source, '-o', output])
    return output
  } catch {
    return undefined
  }
}

export async function isInstalled(command: string, ...versionFlag: string[]): Promise<boolean> {
  return run(command, versionFlag.length > 0 ? versionFlag : ['--version']).then(
    () => true,
    () => false,
  )
}

/** Does the program run to the end on a CPU model of qemu-user? */
export async function runsOn(model: string, command: readonly string[]): Promise<boolean> {
  return run('qemu-x86_64', ['-cpu', model, ...command], { timeout: 240_000 }).then(
    () => true,
    () => false,
  )
}
