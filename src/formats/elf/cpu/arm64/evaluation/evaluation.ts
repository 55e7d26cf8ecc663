import type { Value } from '../../program/value.ts'
import type { Places } from '../../program/places.ts'
import type { Cell } from './cells.ts'

/** Registers that hold arguments, and those a call leaves undefined (AAPCS64, 6.1.1). */
export const ARGUMENTS = 8
export const CALLER_SAVED = 19

/** Bases of values that are no offset from a register; those of allocated objects follow. */
export const Base = { resolverArgument: 40, imported: 41, loaderFeatures: 42, firstObject: 64 } as const

/** Instructions that may still be evaluated, over all functions. */
export interface StepBudget {
  left: number
}

export interface FunctionCode {
  readonly words: Int32Array
  /** Address of `words[0]`. */
  readonly base: number
  readonly start: number
  readonly end: number
}

/** Registers and memory at a call. */
export interface CallingState {
  readonly registers: readonly (Value | undefined)[]
  readonly memory: Readonly<Places<Cell>>
}

/** Pointers into the frame of a caller. */
export interface KeptPointers {
  /** May others than the function that is called at `call` have a pointer to something in [from, to) of the frame? */
  isKeptBeside(call: number, from: number, to: number): boolean
}

/** What the function called at some place does, as far as it is known. */
export interface CallOutcome {
  /** It does not come back on this CPU. */
  readonly never?: boolean
  /** It does not because it traps, which is what the caller wants to know. */
  readonly traps?: boolean
  readonly results?: ReadonlyMap<number, Value>
  readonly writes?: readonly ParameterStore[]
  /** What it stores to variables on some of its ways. */
  readonly possibleWrites?: readonly GlobalStore[]
  /** It is no function of this file and was given none to call: variables that it has no pointer to stay as they are. */
  readonly isForeign?: boolean
  /** All that it may write of variables that the caller keeps something in. */
  readonly mayWrite?: readonly { readonly from: number; readonly to: number }[]
  /** It writes nothing that a program could read but its result, whatever the registers hold that are no arguments of it. */
  readonly isPure?: boolean
}

/** What the rest of the program tells a function's evaluation. */
export interface Surroundings {
  /**
   * Value of `size` bytes at `address`, where it is constant or comes from a check of the CPU.
   *
   * @param overwritten it cannot be what the file says any more
   */
  load(address: number, size: number, overwritten?: boolean): Value | undefined
  /** What the file says stands at a place that nothing changes, without a sign. */
  constant(address: number, size: number): number | undefined
  /** A field of an object that is not of this file: what resolvers are given, or what an allocation returned. */
  loadField(base: number, offset: number, size: number): Value | undefined
  /** What the load at `at` finds behind a pointer that is not known. */
  loadNearField(at: number): Value | undefined
  /** Variables in the array or structure at an address; undefined: in any that the function takes the address of. */
  variablesBehind(address: number | undefined): Iterable<{ readonly address: number; readonly size: number }>
  /** What the load at `at` gets (of two registers the second), if that is the value of an entry of the auxiliary vector: any of those about the CPU. */
  valueOfEntry(at: number): Value | undefined
  /** The value of an ID register. */
  systemRegister(crm: number, op2: number): Value | undefined
  /** MIDR_EL1, where the file may read it from the texts of /proc. */
  readonly processor: Value | undefined
  /** `target`: what is called, an address or something of another file; undefined when that is not known. */
  call(at: number, target: Value | undefined, state: CallingState, kept: KeptPointers): CallOutcome | undefined
  /** May what is called keep the pointer that it is given in `register`, or hand it on? */
  mayKeep(target: Value | undefined, register: number): boolean
  /** Where exceptions out of the call at `at` are handled. */
  landingPad(at: number): number | undefined
  /** Where control comes into the middle of the function, from others. */
  readonly entries: readonly number[]
  /** Places in the frame, counted from the stack pointer, that no callee writes to. */
  readonly keptInFrame: ReadonlySet<number> | undefined
  /** The code of a function that is a few instructions in a row: an accessor, or what a compiler took out of several functions. */
  inPlace(target: Value | undefined): FunctionCode | undefined
  /** Can what stands in a register at a call of `target` be an argument? Told for addresses of kernels only. */
  isArgument(value: Value | undefined, register: number, target: Value | undefined): boolean
  /** Registers X0 to X18 that a call of `target` may write to, as a mask. */
  registersWritten(target: Value | undefined): number
  /** Does nothing that runs on this CPU hand out the address of the function that starts there? */
  isNeverHandedOut(address: number): boolean
  /** Does the function that starts there never return? */
  neverReturns(address: number): boolean
  /** Does the function that starts there read a register as it was given it? True where that is not known. */
  readsArgument(address: number, register: number): boolean
  /** Is this the address of a function or of data? */
  isPointerTarget(address: number): boolean
}

/** A store through a pointer that was passed in register `base`, to an allocated object, or to a variable (`plain`). */
export interface ParameterStore {
  readonly base: number
  readonly offset: number
  readonly size: number
  readonly value: Value
}

export interface GlobalStore {
  readonly address: number
  readonly size: number
  readonly value: Value | undefined
}

/** What one function does on the CPU of the model. */
export interface Evaluation {
  readonly start: number
  /** By word: bit 0 executed, bit 1 a branch there can be taken, bit 2 it can be passed. */
  readonly seen: Uint8Array
  /** A branch was decided by what the CPU says. */
  readonly decides: boolean
  readonly returns: boolean
  readonly results: ReadonlyMap<number, Value>
  readonly globalStores: readonly GlobalStore[]
  /** Addresses of variables that are stored to on every way to a return. */
  readonly alwaysStored: ReadonlySet<number>
  /** Numbers that have nothing to do with a check, stored to variables on some ways only; by address. */
  readonly storesOnSomeWays: ReadonlyMap<number, GlobalStore>
  /** The same, stored to allocated objects. */
  readonly storesInObjects: readonly ParameterStore[]
  /** Variables in which callees may leave what a check found out. */
  readonly storedByCallees: ReadonlySet<number>
  readonly stores: readonly ParameterStore[]
  /**
   * What is stored far behind pointers that are not followed, by address of the store; and anywhere what a check found out (of a store
   * of two registers the second by the address behind).
   */
  readonly fieldStores: ReadonlyMap<number, Value | undefined>
  /** Arguments by address of the call. */
  readonly passed: ReadonlyMap<number, readonly (Value | undefined)[]>
  /** Functions called through registers, by address of the call. */
  readonly indirect: ReadonlyMap<number, ReadonlySet<number>>
  /** Loads from tables by an index, by address: whether the index was known whenever they ran. */
  readonly indexedLoads: ReadonlyMap<number, boolean>
  /** Addresses of functions and data that are stored, passed, followed or jumped to. */
  readonly addressesUsed: ReadonlySet<number>
  /** Where a jump leads was not found out: other addresses may be used that were lost on the way. */
  readonly guessesJumps: boolean
}
