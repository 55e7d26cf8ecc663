import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sharedFolder } from '../support/temp-folder.ts'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('programs', import.meta.url))

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
  SMALL_FIELD: 'guarded',
  FLAGS: 'guarded',
  SWITCH: 'guarded',
  THREAD_LOCAL: 'guarded',
  EARLY_RETURN: 'guarded',
  OVERRIDE: 'guarded',
  WEAK_GUARD: 'guarded',
  DEAD: 'guarded',
  EXIT_THEN_CHOICE: 'guarded',
  BY_INDEX: 'guarded',
  MIDDLE: 'guarded',
  TWO_TABLES: 'guarded',
  OBJECT_FLAG: 'guarded',
  COMPARED: 'guarded',
  DEFAULT: 'guarded',
  WITHHELD: 'guarded',
  VIRTUAL: 'guarded',
  VIRTUAL_STATIC: 'guarded',
  HANDLER_GUARDED: 'guarded',
  EXIT: 'needed',
  UNGUARDED: 'needed',
  PRINTED: 'needed',
  POINTER: 'needed',
  POINTER_PRINTED: 'needed',
  TABLE_PRINTED: 'needed',
  VIRTUAL_PRINTED: 'needed',
  HANDLER: 'needed',
  OTHER_FIELD: 'needed',
  CHOICE: 'needed',
  INITIALIZER: 'needed',
  DEEP: 'needed',
  MIXED: 'needed',
  GETENV: 'needed',
} as const

/** Styles of programs/ways.c. */
export const ways = ['W_FAILS', 'W_FAILS_DEEP', 'W_TRAPS', 'W_RESOLVER', 'W_MISSING_FILE', 'W_LARGE', 'W_COPIED', 'W_CACHED', 'W_REGISTRY', 'W_ROWS', 'W_BYTE', 'W_DESTRUCTOR', 'W_TAG', 'W_GIVES_UP', 'W_GIVES_UP_NOT', 'W_LEVELS', 'W_INSTALLS', 'W_WORD'] as const

/** Styles of programs/overlooked.c and .cpp: what is easily taken for guarded (N_: needed), and the other way round (G_). */
export const overlooked = [
  'W_ROWS_SHARED',
  'W_ROWS_BEFORE',
  'W_ROWS_BEHIND',
  'W_ROWS_TOLD',
  'W_BYTE_FORCED',
  'N_FORCED',
  'N_FORCED_OPTION',
  'N_WEAK_RESOLVER',
  'N_WEAK_POINTER',
  'N_WEAK_CHOICE',
  'N_WEAK_LAZY',
  'N_WEAK_TABLE',
  'N_WRONG_BIT',
  'N_LEAF',
  'N_SWITCH',
  'N_BY_OWN_CALL',
  'N_VARIABLE',
  'N_INVERTED',
  'N_THREAD_RESULT',
  'N_OVERWRITTEN',
  'N_ARGUMENT',
  'N_RETURNED',
  'N_SETJMP',
  'N_SIGNAL',
  'N_SORT',
  'N_AT_EXIT',
  'N_THREAD_TABLE',
  'N_GOTO',
  'N_PLUGIN',
  'N_TAIL',
  'N_COUNTER',
  'N_INITIAL',
  'N_OR',
  'N_AT_LEAST',
  'N_BOTH',
  'N_ENVIRONMENT',
  'N_POINTERS',
  'N_SET_POINTER',
  'N_INDEX',
  'N_CPP_TLS',
  'N_CPP_FUNCTION',
  'N_CPP_NAMED',
  'N_CPP_STATIC',
  'N_CPP_LOCAL_STATIC',
  'N_CPP_TEMPLATE',
  'N_CPP_EXCEPTION',
  'N_CPP_THREAD',
  'N_CPP_ASYNC',
  'N_CPP_VARIANT',
  'N_CPP_END',
  'N_CPP_ONCE',
  'N_CPP_ATOMIC',
  'N_CPP_OPTIONAL',
  'N_CPP_MAX',
  'N_CPP_UNIQUE',
  'N_CPP_MEMBER',
  'N_CPP_SORT',
  'N_CPP_CONFIG',
  'G_RETURNED',
  'G_POINTERS',
  'G_PLUGIN',
  'G_CASES',
  'G_THREAD_ASKS',
  'G_THREAD_GIVEN',
  'G_QUEUE',
  'G_CALLBACK',
  'G_CPP_LOCAL_STATIC',
  'G_CPP_ONCE',
  'G_CPP_UNIQUE',
  'G_CPP_MEMBER',
  'G_CPP_AND',
] as const

/**
 * Styles of programs/reached.c and .cpp: how ordinary code comes to a kernel that needs AVX2 without asking, in a program that asks for another,
 * or with SHARED for the same. All are needed.
 */
export const reached = {
  'reached.c': [
    'THREAD', 'POOL', 'SORT', 'TREE', 'SIGNAL', 'AT_EXIT', 'DESTRUCTOR', 'CONSTRUCTOR', 'RESOLVER_LEAF', 'RESOLVER_PAGE', 'VENDOR', 'DLSYM', 'LONGJMP', 'GOTO', 'SWITCH', 'COLD', 'WEAK', 'HEAP', 'REGISTERED', 'STATES',
    'CALLBACK', 'NUMBERED', 'NAMED_NUMBERED', 'ALIGNED', 'LENGTH', 'TYPE', 'FLAGS', 'FAILED', 'OPTION', 'TEXT', 'FILE', 'VARIADIC', 'TABLE_2D', 'STATIC_POINTER', 'LAZY', 'CONTEXT', 'TAIL', 'CLEANUP', 'KEY', 'NESTED',
    'COOKIE', 'MASKED', 'COUNTED', 'RETRIED', 'THREADED', 'COPIED_OPS', 'HANDED', 'HANDED_ASKED', 'VARIANTS', 'BLOCKS', 'BLOCKS_ASKED', 'GAVE_UP',
  ],
  'reached.cpp': [
    'FACTORY', 'POOL', 'COROUTINE', 'VISITOR', 'MULTIPLE', 'VIRTUAL_BASE', 'CATCH', 'UNWIND', 'TERMINATE', 'DELETER', 'THREAD_LOCAL', 'BIND', 'SIGNALS', 'TYPES', 'TRANSFORM', 'STREAM', 'TUPLE', 'ENUM', 'OPTION', 'EITHER',
    'DEFAULT_TEMPLATE', 'SINGLETON', 'CACHED',
  ],
} as const

export type Way = (typeof ways)[number]
export type Overlooked = (typeof overlooked)[number]
export type Style = keyof typeof styles

/** Needed as well, but what they do looks like a choice by CPU: `possible` is all that can be said. */
export const doubtful = ['OBJECT_FLAG_SET', 'COMPARED_SET', 'CASES', 'W_TAG_FORCED', 'W_INSTALLS_BY_OPTION', 'W_INSTALLS_BY_OTHER', 'W_INSTALLS_BY_FLAG', 'W_WORD_FORCED', 'W_WORD_BESIDE'] as const

/** Styles of programs/held-out.c: for measuring, never for tuning. */
export const heldOut = [
  'H_SWITCH',
  'H_ONCE',
  'H_INDEX',
  'H_BITFIELD',
  'H_ACCESSOR',
  'H_RETURNED_STRUCT',
  'H_GUARD_INSIDE',
  'H_CALLBACK',
  'H_THREAD',
  'H_AT_EXIT',
  'H_ARGUMENT',
  'H_HALF',
  'H_WRONG_ORDER',
  'H_ABORT',
] as const

export type HeldOut = (typeof heldOut)[number]
export type Build = readonly [compiler: 'gcc' | 'clang' | 'musl-gcc', ...flags: string[]]

export const builds: readonly Build[] = [
  ['gcc', '-O0'],
  ['gcc', '-O2'],
  ['gcc', '-O3', '-s'],
  ['gcc', '-O2', '-no-pie'],
  ['gcc', '-O2', '-static'],
  ['clang', '-O2'],
  ['clang', '-O1', '-static'],
  ['gcc', '-O2', '-static', '-s'],
]

/** Others than those, of which some compilers are not installed everywhere. */
export const unusualBuilds: readonly Build[] = [
  ['gcc', '-O2'],
  ['gcc', '-O0'],
  ['gcc', '-O2', '-static-pie', '-s'],
  ['gcc', '-Os', '-flto', '-fno-plt', '-Wl,-z,now', '-Wl,-z,separate-code'],
  ['clang', '-O2', '-flto', '-fuse-ld=lld', '-Wl,--icf=all', '-s'],
  ['musl-gcc', '-O2', '-static', '-s'],
]

/** Code for a fixed address, that of which only what starts the program has frames, small code, and functions that all stay functions. */
export const bareBuilds: readonly Build[] = [
  ['clang', '-O2', '-fno-pie', '-no-pie'],
  ['gcc', '-O2', '-fno-asynchronous-unwind-tables', '-fno-unwind-tables', '-s'],
  ['gcc', '-Os', '-s'],
  ['gcc', '-O3', '-fno-inline'],
]

/** Returns and jumps through registers go through thunks, against CPUs that guess where they lead. */
export const thunkBuilds: readonly Build[] = [
  ['gcc', '-O2', '-mindirect-branch=thunk', '-mfunction-return=thunk', '-s'],
  ['clang', '-O2', '-mretpoline'],
]

const folder = sharedFolder()

/** Compiles one of the programs; undefined when the compiler is missing or has no such feature. */
export async function compile(style: Style | HeldOut | Way | Overlooked | (typeof doubtful)[number], [compiler, ...flags]: Build): Promise<string | undefined> {
  const file = style.startsWith('VIRTUAL') ? 'virtual.cpp' : style.startsWith('HANDLER') ? 'handler.cpp' : style.startsWith('H_') ? 'held-out.c' : style.startsWith('W_') ? 'ways.c' : /^[NG]_CPP_/.test(style) ? 'overlooked.cpp' : /^[NG]_/.test(style) ? 'overlooked.c' : 'dispatch.c'
  const isCpp = file.endsWith('.cpp')
  const source = join(programs, file)
  const command = isCpp ? { gcc: 'g++', clang: 'clang++', 'musl-gcc': 'g++' }[compiler] : compiler
  const output = join(folder(), [style, compiler, ...flags].join(''))
  try {
    await run(command, ['-w', ...flags, `-D${style}`, source, '-o', output, '-lpthread'])
    return output
  } catch {
    return undefined
  }
}

/** Compiles a program that is one by itself. */
export async function compileFile(file: string, [compiler, ...flags]: readonly string[]): Promise<string> {
  const output = join(folder(), [file, compiler, ...flags].join('').replaceAll('/', '_'))
  await run(compiler!, ['-w', ...flags, join(programs, file), '-o', output, '-lpthread', '-ldl'])
  return output
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
