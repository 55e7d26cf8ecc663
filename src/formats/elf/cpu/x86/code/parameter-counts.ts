import { argumentRegisters } from './argument-registers.ts'

/**
 * How many arguments functions of the C library and of C++'s run time have: ISO C 7.22 to 7.24, POSIX, Itanium C++ ABI 2.5 and 3.3. What their callers left
 * in other registers is not theirs.
 */
const counts: ReadonlyMap<string, number> = new Map([
  ...['abort', '__stack_chk_fail', '__cxa_rethrow', '__cxa_end_catch', '_ZSt9terminatev'].map((name) => [name, 0] as const),
  ...['__cxa_guard_acquire', '__cxa_guard_release', '__cxa_guard_abort', '__cxa_allocate_exception', '__cxa_free_exception', '__cxa_begin_catch', '_Unwind_Resume'].map((name) => [name, 1] as const),
  ...['malloc', 'free', '_Znwm', '_Znam', '_ZdlPv', '_ZdaPv', 'strlen', 'puts', 'getenv', 'exit', 'pthread_mutex_lock', 'pthread_mutex_unlock', 'sysconf', 'getauxval'].map((name) => [name, 1] as const),
  ...['calloc', 'realloc', '_ZdlPvm', '_ZdaPvm', 'strcmp', 'strchr'].map((name) => [name, 2] as const),
  ...['memcpy', 'memmove', 'memset', 'memcmp', 'strncmp'].map((name) => [name, 3] as const),
])

/** May another file's function of that name read what its caller has in `register`? */
export function mayHaveArgumentIn(name: string, register: number): boolean {
  const count = counts.get(name)
  return count === undefined || argumentRegisters.indexOf(register) < count
}
