import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { sharedFolder } from '../support/temp-folder.ts'

const run = promisify(execFile)
const programs = fileURLToPath(new URL('programs', import.meta.url))

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

/** Where kernels run in programs/handler-arm64.cpp: in handlers of exceptions, and where those pass by. */
export const arm64Handlers = {
  HANDLER_GUARDED: 'guarded',
  HANDLER_ASKS: 'guarded',
  HANDLER_INLINED_GUARDED: 'guarded',
  HANDLER_INLINED_ASKS: 'guarded',
  SECOND_HANDLER_GUARDED: 'guarded',
  CLEANUP_GUARDED: 'guarded',
  HANDLER: 'needed',
  HANDLER_INLINED: 'needed',
  HANDLER_INVERTED: 'needed',
  SECOND_HANDLER: 'needed',
  CLEANUP: 'needed',
} as const

export type Arm64Handler = keyof typeof arm64Handlers

/** Styles of programs/held-out-arm64.c, and the features that they need: for measuring, never for tuning. */
export const arm64HeldOut = {
  H_SWITCH: [],
  H_ONCE: [],
  H_INDEX: [],
  H_BITFIELD: [],
  H_ACCESSOR: [],
  H_RETURNED_STRUCT: [],
  H_RETURNED_PAIR: [],
  H_GUARD_INSIDE: [],
  H_THREAD_LOCAL: [],
  H_MASK: [],
  H_INIT_TABLE: [],
  H_STATIC_TABLES: [],
  H_ENUM_IN_OBJECT: [],
  H_ATOMIC_CACHE: [],
  H_HWCAP_PASSED: [],
  H_AUXV_FILE: [],
  H_COUNTED: [],
  H_NEGATED: [],
  H_AND_BY_SIZE: [],
  H_RECURSIVE: [],
  H_CALLBACK: ['lse'],
  H_THREAD: ['dotprod'],
  H_AT_EXIT: ['dotprod'],
  H_HALF: ['dotprod'],
  H_WRONG_ORDER: ['dotprod', 'lse'],
  H_ABORT: ['dotprod', 'lse'],
  H_PRINTED: ['lse'],
  H_DEFAULT_FAST: ['dotprod'],
  H_OR_BY_SIZE: ['dotprod'],
  H_RECURSIVE_ALL: ['dotprod'],
} as const

export type Arm64HeldOut = keyof typeof arm64HeldOut

/**
 * Styles of programs/ways-arm64.c: a check that does not decide, or is overruled by what has nothing to do with it. Overruled by a
 * number that nobody knows (of arguments, of a process) is for whoever gives it to answer for, like an environment variable.
 */
export const arm64Ways = {
  FORCED_VARIABLE: 'needed',
  OVERLAID: 'guarded',
  OVERLAID_FORCED: 'needed',
  JUMPS_BACK: 'needed',
  FORCED_LATER: 'needed',
  DISABLED_LATER: 'guarded',
  FORCED_BY_POINTER: 'needed',
  FORCED_BY_MEMSET: 'needed',
  FORCED_BITS: 'needed',
  FORCED_BY_NUMBER: 'overruled',
  FORCED_BY_CALL: 'overruled',
  FORCED_COPY: 'needed',
  FORCED_FIELD: 'needed',
  FORCED_FAR_FIELD: 'needed',
  FAR_FIELD_COPIED: 'needed',
  CUT_IN_TWO: 'needed',
  KEY_METHODS: 'guarded',
  KEY_METHOD_FORCED: 'needed',
  FORCED_POINTER: 'needed',
  FORCED_POINTER_IN_STRUCT: 'needed',
  RESOLVER_WEAK: 'needed',
  RESOLVER_ALWAYS: 'needed',
  RESOLVER_INVERTED: 'needed',
  RESOLVER_BY_GETAUXVAL: 'guarded',
  RESOLVER_OTHER_BIT: 'needed',
  WEAK_FLAG: 'needed',
  WEAK_REGISTER: 'needed',
  SWITCH_BY_NUMBER: 'needed',
  SWITCH_AROUND_CHECK: 'guarded',
  SWITCH_BEHIND_CHECK: 'needed',
  OTHER_CALL: 'needed',
  OTHER_CALL_OF_LIBRARY: 'needed',
  OTHER_CALL_AND_CHECK: 'guarded',
  OTHER_CALL_OR_CHECK: 'needed',
  STRING_COMPARED: 'needed',
  POINTER_VARIABLE: 'needed',
  POINTER_VOLATILE: 'needed',
  POINTER_IN_RECORD: 'needed',
  POINTER_TO_RECORD: 'needed',
  LOOP_OVER_TABLE: 'needed',
  LOOP_OVER_CHECKED_TABLE: 'guarded',
  TABLE_ON_STACK: 'needed',
  TABLE_IN_MEMORY: 'needed',
  CALLED_WITH_ONE: 'needed',
  CALLED_WITH_KERNEL: 'needed',
  CALLED_THROUGH_POINTER_WITH_ONE: 'needed',
  IN_THREAD: 'needed',
  IN_SIGNAL: 'needed',
  BEHIND_LONGJMP: 'needed',
  LONGJMP_WHERE_MISSING: 'guarded',
  STATIC_FLAG_ARRAY: 'needed',
  FLAG_ARRAY_GUARDED: 'guarded',
  RETURNED_OTHERWISE: 'needed',
  COUNTED_LEVEL: 'overruled',
  LOWERED_LEVEL: 'guarded',
  WEAK_CACHE: 'needed',
  SWAPPED: 'guarded',
  SWAPPED_ALWAYS: 'needed',
  TWO_OBJECTS: 'needed',
  OBJECT_ON_STACK: 'guarded',
  OBJECTS_ON_STACK: 'needed',
  FIRST_WORD_ENUM: 'guarded',
  VARIANT: 'guarded',
  VARIANT_MADE_TWICE: 'needed',
  VARIANT_PASSED: 'needed',
  VARIANT_PART: 'guarded',
  VARIANT_HANDED_ON: 'needed',
  PROBED: 'guarded',
  COPIED_FIELD: 'guarded',
  COPIED_FROM_FILE: 'needed',
  COPIED_AND_FORCED: 'needed',
  PROBED_AND_IGNORED: 'needed',
  HANDLER_OF_CRASHES: 'needed',
  ROWS: 'guarded',
  ROWS_SHARED: 'needed',
  ROWS_BEFORE: 'needed',
  ROWS_BEHIND: 'needed',
  ROWS_TOLD: 'needed',
  ROWS_FORCED: 'needed',
  ROWS_NAMED: 'needed',
} as const

export type Arm64Way = keyof typeof arm64Ways

/** Styles of programs/keys-arm64.c: a flag of the CPU in a key that several files work with. */
export const arm64Keys = {
  KEY: 'guarded',
  KEY_AT_ONCE: 'guarded',
  KEY_FORCED_BY_COPIER: 'needed',
  KEY_FORCED_IN_CORE: 'needed',
  KEY_FROM_FILE: 'needed',
  KEY_FORCED_FIRST: 'needed',
  KEY_FORCED_BY_USER: 'needed',
  KEY_FROM_FILE_BY_USER: 'needed',
  KEY_FROM_FILE_IN_CONTEXT: 'needed',
  KEY_FROM_FILE_IN_SESSION: 'needed',
  KEY_AND_SETTINGS: 'guarded',
  KEY_AND_JOB: 'needed',
  KEY_AND_JOB_FROM_ELSEWHERE: 'needed',
  KEY_BESIDE_JOB: 'guarded',
  KEY_OWN_COPY: 'guarded',
  KEY_OWN_COPY_FORCED: 'needed',
  KEY_AND_NUMBERS: 'guarded',
  KEY_AS_NUMBERS: 'needed',
  KEY_AS_COPIED_NUMBERS: 'needed',
  KEY_NUMBER: 'guarded',
  KEY_NUMBER_FROM_FILE_BY_USER: 'needed',
  KEY_NUMBER_FROM_FILE_IN_CONTEXT: 'needed',
  KEY_NUMBER_FORCED_BY_USER: 'needed',
  KEY_NUMBER_AND_JOB: 'needed',
  KEY_NUMBER_AND_JOB_FROM_ELSEWHERE: 'needed',
} as const

export type Arm64Key = keyof typeof arm64Keys

/** Styles of programs/frames-arm64.c: such a key, kept without a branch, and copied into the frame of a method. */
export const arm64Frames = {
  FRAME: 'guarded',
  FRAME_BESIDE: 'guarded',
  FRAME_BESIDE_PART: 'guarded',
  FRAME_MADE_BY_PART: 'guarded',
  FRAME_FORCED_BY_SETUP: 'needed',
  FRAME_FORCED_BY_HELPER: 'needed',
  FRAME_FORCED_BY_HELPERS_HELPER: 'needed',
  FRAME_FORCED_THROUGH_PART: 'needed',
  FRAME_FORCED_IN_FRAME: 'needed',
  FRAME_FORCED_IF: 'needed',
  FRAME_FORCED_FROM_FILE: 'needed',
  FRAME_FORCED_WITHOUT_COPY: 'needed',
  FRAME_FORCED_IN_ANOTHER: 'needed',
  FRAME_FORCED_FAR_AWAY: 'needed',
  FRAME_FORCED_BY_USER: 'needed',
  FRAME_FORCED_THROUGH_JUMP: 'needed',
  FRAME_FORCED_BESIDE_PART: 'needed',
  FRAME_FORCED_BY_PARTS_CALLER: 'needed',
  FRAME_FORCED_BY_PARTS_OTHER_CALLER: 'needed',
} as const

export type Arm64Frame = keyof typeof arm64Frames

/** Styles of programs/methods-arm64.c: a key that one method of a table makes, and another, far away, works with. */
export const arm64Methods = {
  METHOD: 'guarded',
  METHOD_FORCED_BY_INIT: 'needed',
  METHOD_FORCED_BY_SEAL: 'needed',
  METHOD_FORCED_BY_HELPER: 'needed',
  METHOD_FORCED_BY_ANOTHER: 'needed',
  METHOD_FORCED_IN_FRAME: 'needed',
  METHOD_FORCED_BY_SECOND_TABLE: 'needed',
  METHOD_FORCED_BY_USER: 'needed',
  METHOD_FORCED_BY_USERS_HELPER: 'needed',
  METHOD_FORCED_BEHIND_WRAPPER: 'needed',
} as const

export type Arm64Method = keyof typeof arm64Methods

/** Styles of programs/switches-arm64.c: a switch between a check and what it decides about. */
export const arm64Switches = {
  SWITCH: 'guarded',
  SWITCH_FORCED: 'needed',
  SWITCH_LOOP: 'guarded',
  SWITCH_LOOP_FORCED: 'needed',
} as const

export type Arm64Switch = keyof typeof arm64Switches

/** Styles of programs/parts-arm64.c: an enum of Rust that tells what the CPU has, as a part of something larger, and made far away. */
export const arm64Parts = {
  PART: 'guarded',
  PART_FAR: 'guarded',
  PART_FORCED_BESIDE: 'needed',
  PART_FORCED_BESIDE_MAKER: 'needed',
  PART_FORCED_BY_CALLER: 'needed',
  PART_FORCED_BY_CALLERS_CALLER: 'needed',
  PART_OF_JOB: 'needed',
  PART_BY_POINTER: 'needed',
  PART_BIT: 'guarded',
  PART_BIT_FAR: 'guarded',
  PART_BIT_FORCED_BESIDE: 'needed',
  PART_BIT_FORCED_BESIDE_MAKER: 'needed',
  PART_BIT_FORCED_BY_CALLER: 'needed',
  PART_BIT_FORCED_BY_CALLERS_CALLER: 'needed',
  PART_BIT_OF_JOB: 'needed',
  PART_BIT_BY_POINTER: 'needed',
  PART_ADDRESS: 'guarded',
  PART_ADDRESS_CUT: 'guarded',
  PART_ADDRESS_CUT_FORCED_BESIDE: 'needed',
  PART_ADDRESS_FAR: 'guarded',
  PART_ADDRESS_FORCED_BESIDE: 'needed',
  PART_ADDRESS_FORCED_BESIDE_MAKER: 'needed',
  PART_ADDRESS_FORCED_BY_CALLER: 'needed',
  PART_ADDRESS_FORCED_BY_CALLERS_CALLER: 'needed',
  PART_ADDRESS_OF_JOB: 'needed',
  PART_ADDRESS_BY_POINTER: 'needed',
} as const

export type Arm64Part = keyof typeof arm64Parts

/** Styles of programs/lost-arm64.c: one of many functions, and what is asked for by a function of one's own. */
export const arm64Lost = {
  LOST_BY_JUMPS: 'needed',
  LOST_BY_SELECTION: 'needed',
  LOST_BY_LONG_SELECTION: 'needed',
  LOST_IN_SWITCH: 'needed',
  LOST_BY_CHECK: 'guarded',
  WRAPPED: 'guarded',
  WRAPPED_AND_FORCED: 'needed',
  WRAPPED_FOR_ANOTHER: 'needed',
} as const

export type Arm64Lost = keyof typeof arm64Lost

/** Styles of programs/handed-out-arm64.c: a variable that a check sets, and others are given the address of. */
export const arm64HandedOut = {
  HANDED_SET: 'guarded',
  HANDED_ALLOW: 'needed',
  HANDED_ALLOW_NAMED: 'needed',
  HANDED_PRESET: 'needed',
  HANDED_PRESET_BY_CALLER: 'needed',
  HANDED_SET_BEFORE: 'needed',
  HANDED_SET_BEFORE_OR: 'needed',
  HANDED_TWO: 'needed',
  HANDED_COUNT: 'needed',
  HANDED_CONSTANT: 'needed',
  HANDED_CONSTANT_KEPT: 'needed',
  HANDED_KEPT: 'needed',
  HANDED_STRUCT: 'needed',
  HANDED_STRUCT_GUARDED: 'guarded',
  HANDED_CALLBACK: 'needed',
  HANDED_THREAD: 'needed',
  HANDED_STRUCT_ELSEWHERE: 'needed',
  HANDED_STRUCT_TWICE: 'needed',
  HANDED_CONSTRUCTOR_CALLBACK: 'needed',
  HANDED_VIRTUAL: 'needed',
  HANDED_SIGNAL: 'needed',
  HANDED_ATOMIC_EXCHANGE: 'needed',
  HANDED_CAS: 'needed',
  HANDED_UNION: 'needed',
  HANDED_WIDE: 'needed',
  HANDED_PAIR: 'needed',
  HANDED_RECURSIVE: 'needed',
  HANDED_SWAP: 'needed',
} as const

export type Arm64HandedOut = keyof typeof arm64HandedOut

/** Styles of programs/tried-arm64.c: what a function tries that is handed what to try, and what looks like that. */
export const arm64Tried = {
  GUARDED: 'guarded',
  BOTH_CHECKED: 'guarded',
  CALLED_BETWEEN: 'needed',
  WRITTEN_BETWEEN: 'needed',
  GIVEN_BETWEEN: 'needed',
  CLEARED_BETWEEN: 'needed',
  COPIED_BETWEEN: 'needed',
  OTHER_SIGNAL: 'needed',
  OTHER_TRIED: 'needed',
  TRIED_BEFORE: 'needed',
  TRIED_BEHIND: 'needed',
  TRIED_AGAIN: 'needed',
  HANDLER_ENDS: 'needed',
  HANDLER_LEFT: 'needed',
  FORCED_LATER_STILL: 'needed',
  OTHER_BIT_ASKED: 'needed',
  BOTH_ASKED: 'needed',
  NOT_ASKED: 'needed',
} as const

export type Arm64Tried = keyof typeof arm64Tried

/** Styles of programs/texts-arm64.c: functions in constant data, of which only the text before them is named. */
export const arm64Texts = {
  TEXT_BESIDE: 'guarded',
  TEXT_BESIDE_ALWAYS: 'needed',
  TEXT_BESIDE_FOUND: 'needed',
  TEXT_RECORDS: 'needed',
  TEXT_RECORDS_CHECKED: 'needed',
} as const

export type Arm64Text = keyof typeof arm64Texts

/** Styles of programs/tokens-arm64.c: a byte that nobody sets who asks, and that others may. */
export const arm64Tokens = {
  TOKEN_UNSET: 'guarded',
  TOKEN_ASKED: 'guarded',
  TOKEN_BESIDE_THREADS: 'guarded',
  TOKEN_BESIDE_SET: 'needed',
  TOKEN_SET: 'needed',
  TOKEN_SET_WIDE: 'needed',
  TOKEN_FILLED: 'needed',
  TOKEN_HANDED: 'needed',
  TOKEN_KEPT: 'needed',
  TOKEN_POINTED: 'needed',
  TOKEN_SWAPPED: 'needed',
  TOKEN_IN_STRUCTURE: 'guarded',
  TOKEN_IN_STRUCTURE_SET: 'needed',
} as const

export type Arm64Token = keyof typeof arm64Tokens

/** Styles of programs/auxv-arm64.c: what the file of the auxiliary vector says, kept beside the buffer that it is read into. */
export const arm64Vector = {
  AUXV_BESIDE: 'guarded',
  AUXV_IN_PLAN: 'guarded',
  AUXV_ALLOWED: 'needed',
  AUXV_KEPT: 'needed',
  AUXV_IN_PLAN_ALLOWED: 'needed',
  AUXV_IN_PLAN_COPIED: 'needed',
  AUXV_IN_PLAN_COPIED_BY_SIZE: 'needed',
  AUXV_IN_PLAN_OWN_COPY: 'needed',
  AUXV_IN_PLAN_STORED: 'needed',
} as const

export type Arm64Vector = keyof typeof arm64Vector

/** Styles of programs/numbers-arm64.c: a number of a text overrides what the CPU says. */
export const arm64Numbers = {
  NUMBER_OVERRIDES: 'guarded',
  NUMBER_NOT_ASKED: 'needed',
  NUMBER_AND_FORCED: 'needed',
  NUMBER_REPLACED: 'needed',
  NUMBER_OR: 'needed',
  NUMBER_OF_ENTRY: 'needed',
} as const

export type Arm64Number = keyof typeof arm64Numbers

/** Styles of programs/mask-arm64.c: a kernel by the lowest bit of a mask, kept in a pointer. */
export const arm64Masks = {
  MASK_KEPT: 'guarded',
  MASK_KEPT_REPLACED: 'needed',
  MASK_KEPT_FORCED: 'needed',
  MASK_KEPT_SET: 'needed',
  MASK_KEPT_COPIED: 'needed',
  MASK_TABLE_PASSED: 'needed',
} as const

export type Arm64Mask = keyof typeof arm64Masks

/** Styles of programs/gathered-arm64.c: flags in an object of the frame, of which a function makes a word. */
export const arm64Gathered = {
  GATHERED: 'guarded',
  GATHERED_LARGE: 'guarded',
  GATHERED_HELD_ALONE: 'guarded',
  GATHERED_LARGE_HELD_ALONE: 'guarded',
  GATHERED_MADE_KEPT: 'needed',
  GATHERED_LARGE_MADE_KEPT: 'needed',
  GATHERED_FILLED_KEPT: 'needed',
  GATHERED_LARGE_FILLED_KEPT: 'needed',
  GATHERED_CLEARED_KEPT: 'needed',
  GATHERED_LARGE_CLEARED_KEPT: 'needed',
  GATHERED_FORCED: 'needed',
  GATHERED_FORCED_INSIDE: 'needed',
  GATHERED_KEPT: 'needed',
  GATHERED_KEPT_BEFORE: 'needed',
  GATHERED_HELD: 'needed',
  GATHERED_STORED: 'needed',
  GATHERED_TWO: 'needed',
  GATHERED_LATER_MEMBER: 'needed',
  GATHERED_SET: 'needed',
  GATHERED_KEPT_BY_CALLEE: 'needed',
} as const

export type Arm64Gathered = keyof typeof arm64Gathered

/** Styles of programs/pages-arm64.c: a page in a register, and something else in it in the next block. */
export const arm64Pages = {
  PAGE_OF_ANOTHER_BLOCK: 'guarded',
  PAGE_BEHIND_BRANCH: 'needed',
  PAGE_BY_LOOP: 'needed',
  PAGE_BY_PART: 'needed',
  PAGE_BY_TABLE: 'needed',
} as const

export type Arm64Page = keyof typeof arm64Pages

/** Styles of programs/outlined-arm64.c: instructions taken out of kernels, behind the end of another function. */
export const arm64Outlined = {
  OUTLINED: 'guarded',
  OUTLINED_JUMPED_TO: 'needed',
  OUTLINED_BRANCHED_TO: 'needed',
  OUTLINED_JUMPED_TO_IN_A_ROW: 'needed',
} as const

export type Arm64Outlined = keyof typeof arm64Outlined

/** Styles of programs/trampolines-arm64.c: the address of code to load from, and to go on to as well. */
export const arm64Trampolines = {
  TRAMPOLINE: 'guarded',
  TRAMPOLINE_KEPT: 'needed',
  TRAMPOLINE_COPIED: 'needed',
} as const

export type Arm64Trampoline = keyof typeof arm64Trampolines

/** Styles of programs/processors-arm64.c: which processor it is, from a text, in a structure that a function is given. */
export const arm64Processors = {
  PROCESSOR: 'guarded',
  PROCESSOR_OF_TWO: 'guarded',
  PROCESSOR_SAME: 'needed',
  PROCESSOR_PRESET: 'needed',
  PROCESSOR_FORCED: 'needed',
  PROCESSOR_FORCED_INSIDE: 'needed',
  PROCESSOR_COPIED: 'needed',
  PROCESSOR_COPIED_FROM_OTHER: 'needed',
  PROCESSOR_OTHER_NUMBER: 'needed',
} as const

export type Arm64Processor = keyof typeof arm64Processors

/** Styles of programs/classes-arm64.cpp: what the CPU has in an object of a class, whose virtual functions lie far away. */
export const arm64Classes = {
  CLASS: 'guarded',
  CLASS_BY_BRANCH: 'guarded',
  CLASS_INHERITED: 'guarded',
  CLASS_OPTIONS: 'guarded',
  CLASS_NOT_ASKED: 'guarded',
  CLASS_FORCED_BY_ARGUMENT: 'needed',
  CLASS_MADE_WITH_ONE: 'needed',
  CLASS_FROM_FILE: 'needed',
  CLASS_FORCED_BY_MEMBER: 'needed',
  CLASS_FORCED_BY_MEMBER_WIDE: 'needed',
  CLASS_FORCED_INLINE: 'needed',
  CLASS_FORCED_BY_VIRTUAL: 'needed',
  CLASS_FORCED_BY_HEIR: 'needed',
  CLASS_FORCED_BY_HEIR_WIDE: 'needed',
  CLASS_FORCED_BY_OTHER: 'needed',
  CLASS_FORCED_BY_OTHER_WIDE: 'needed',
  CLASS_FORCED_BY_POINTER: 'needed',
  CLASS_OPTIONS_FORCED: 'needed',
  CLASS_OPTIONS_REPLACED: 'needed',
  CLASS_PAIR_REPLACED: 'needed',
  CLASS_BY_ACCESSOR: 'needed',
  CLASS_COPIED_FROM_FORCED: 'needed',
  CLASS_PART_FORCED: 'needed',
  CLASS_SECOND_BASE_FORCED: 'needed',
  CLASS_VARIABLE_FORCED: 'needed',
  CLASS_IN_FRAME_FORCED: 'needed',
} as const

export type Arm64Class = keyof typeof arm64Classes

/** Styles of programs/rounds-arm64.c, for a fixed address and without frames: numbers that look like addresses of code. */
export const arm64Rounds = {
  ROUND_NUMBERS: 'guarded',
  ROUND_NUMBERS_FORCED: 'needed',
  ROUND_FUNCTION: 'needed',
} as const

export type Arm64Round = keyof typeof arm64Rounds

/** Styles of programs/objects.c: what a check found out in objects that others are given. */
export const objectStyles = {
  LEFT_ALONE: 'guarded',
  TOLD: 'guarded',
  SET_BY_CALLEE: 'needed',
  SET_IN_LOOP: 'needed',
  SET_DEEP: 'needed',
  SET_BY_POINTER: 'needed',
  SET_KEPT: 'needed',
  SET_THROUGH_OTHER: 'needed',
  SET_IN_HOLDER: 'needed',
  SET_IN_FRAME: 'needed',
  SET_FAR: 'needed',
  SET_DEEP_IN_FRAME: 'needed',
  SET_BY_POINTER_IN_FRAME: 'needed',
  SET_KEPT_IN_FRAME: 'needed',
  SET_IN_HOLDER_IN_FRAME: 'needed',
  SET_ALLOCATED: 'needed',
  SET_DEEP_ALLOCATED: 'needed',
  TOLD_AND_SET: 'needed',
  TOLD_TWO: 'needed',
  TOLD_BY_ANOTHER: 'needed',
  TOLD_AND_CHANGED: 'needed',
  TOLD_TWICE: 'needed',
} as const

export type ObjectStyle = keyof typeof objectStyles

const files: readonly (readonly [styles: object, file: string])[] = [
  [arm64Handlers, 'handler-arm64.cpp'],
  [arm64HeldOut, 'held-out-arm64.c'],
  [arm64Ways, 'ways-arm64.c'],
  [arm64Keys, 'keys-arm64.c'],
  [arm64Frames, 'frames-arm64.c'],
  [arm64Methods, 'methods-arm64.c'],
  [arm64Switches, 'switches-arm64.c'],
  [arm64Parts, 'parts-arm64.c'],
  [arm64Lost, 'lost-arm64.c'],
  [arm64HandedOut, 'handed-out-arm64.c'],
  [arm64Tried, 'tried-arm64.c'],
  [arm64Texts, 'texts-arm64.c'],
  [arm64Tokens, 'tokens-arm64.c'],
  [arm64Vector, 'auxv-arm64.c'],
  [arm64Numbers, 'numbers-arm64.c'],
  [arm64Masks, 'mask-arm64.c'],
  [arm64Gathered, 'gathered-arm64.c'],
  [arm64Pages, 'pages-arm64.c'],
  [arm64Outlined, 'outlined-arm64.c'],
  [arm64Trampolines, 'trampolines-arm64.c'],
  [arm64Processors, 'processors-arm64.c'],
  [arm64Classes, 'classes-arm64.cpp'],
  [arm64Rounds, 'rounds-arm64.c'],
  [objectStyles, 'objects.c'],
]

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

const folder = sharedFolder()

/** Compiles one of the programs; undefined when the compiler is missing. */
export async function compileArm64(style: Arm64Style | Arm64Handler | Arm64HeldOut | Arm64Way | Arm64Key | Arm64Frame | Arm64Method | Arm64Switch | Arm64Part | Arm64Lost | Arm64HandedOut | Arm64Tried | Arm64Text | Arm64Token | Arm64Vector | Arm64Number | Arm64Mask | Arm64Gathered | Arm64Page | Arm64Outlined | Arm64Trampoline | Arm64Processor | Arm64Class | Arm64Round | ObjectStyle, kernel: Kernel, build: (typeof arm64Builds)[number]): Promise<string | undefined> {
  const [compiler, ...flags] = build
  const file = files.find(([styles]) => style in styles)?.[1] ?? 'dispatch-arm64.c'
  const command = file.endsWith('.cpp') ? { [gcc]: 'aarch64-linux-gnu-g++', clang: 'clang++' }[compiler]! : compiler
  const output = join(folder(), `${style}-${kernel}-${arm64Builds.indexOf(build)}`)
  try {
    await run(command, ['-w', ...flags, `-D${style}`, `-D${kernel}`, join(programs, file), '-o', output])
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
