import type { CpuidModel } from './cpuid-model.ts'
import type { JumpTables } from '../code/jump-tables.ts'
import type { State } from './state.ts'
import type { MadeObjects } from './made-objects.ts'
import type { Value } from '../../program/value.ts'

/** What the rest of the program tells a function's evaluation. */
export interface Surroundings {
  readonly model: CpuidModel
  /** Value of `size` bytes in memory at `address`, where it is constant or comes from a check of the CPU. */
  load(address: number, size: number): Value | undefined
  /** Value of a field at `offset` of some object, where a check of the CPU stored one. */
  loadField(offset: number, size: number): Value | undefined
  /** Registers after a call at `at`, made with `registers` (through a pointer that holds `target`), returns; undefined when nothing is known, 'never' when it does not return. */
  returned(at: number, registers: readonly (Value | undefined)[], target?: number): ReadonlyMap<number, Value> | 'never' | undefined
  /** Which of the pointers that it is given the function called at `at` returns, and how far behind it, where it always does. */
  returnedPointer(at: number): ReturnedPointer | undefined
  /** What the function called at `at` looks at in objects, as its callers tell it. */
  toldTo(at: number): readonly ParameterStore[]
  /** What the function called at `at` with `registers` writes through pointers it is given. */
  writesOf(at: number, registers: readonly (Value | undefined)[]): readonly ParameterStore[]
  /** Where it would write on another CPU. */
  withheldBy(at: number, registers: readonly (Value | undefined)[]): readonly PlaceBehindParameter[]
  /** Offsets at which checks store in objects, and others something else: given where it counts what others put in the place of what checks say. */
  readonly contested?: ReadonlySet<number> | undefined
  /** Is this a call of `memset`? */
  fills(at: number): boolean
  /** Of `memcpy` or its like? */
  copies(at: number): boolean
  /** Is another file's function called at `at`, or jumped to? */
  isOfAnotherFile(at: number): boolean
  /** What the file says memory holds. */
  initially(address: number, size: number): Value | undefined
  /** General registers that the call at `at` may change, a bit for each. */
  changedBy(at: number): number
  /** Of those, the ones that it may write, and not only name. */
  writtenBy(at: number): number
  /** May the function called at `at` read what is in `register`? */
  readsArgument(at: number, register: number, through?: number): boolean
  /** Does the function called at `at` itself store to the variable at `address`? */
  calleeStores(at: number, address: number): boolean
  /** What it stores there, where that is known. */
  storedByCallee(at: number, address: number): Value | undefined
  /** Does other code near, that does not look at what checks found out, set one of these bits in the byte at `offset` of some object? */
  setsFlagElsewhere(offset: number, bits: number): boolean
  /** Functions that the table at `address` leads to, where that is a table of functions that never changes. */
  tableAt(address: number): readonly number[]
  /** Is this the first address of a function? */
  isFunction(address: number): boolean
  /** Is this the address of a function or of data? */
  isPointerTarget(address: number): boolean
  /** Is this the address of a function that the CPU cannot run? */
  isKernel(address: number): boolean
  /** Is this the address of a function that the CPU cannot run, and that nothing which runs hands out? */
  isNeverHandedOut(address: number): boolean
  /** Is this an address in a function, and not its first? */
  isMiddle(address: number): boolean
  /** Where exceptions out of the call at `at` are handled. */
  landingPad(at: number): number | undefined
  readonly jumpTables: Pick<JumpTables, 'loadOf' | 'targets'>
  /** A PLT stub's target, or the address itself. */
  throughStub(address: number): number
  /** Given where it is of interest which branches are checks. */
  readonly origins?: Origins | undefined
}

/**
 * Tells what else is not what CPUID says, so that a branch on it is known to be no check. Where there is doubt, it is one.
 */
export interface Origins {
  /** Are handlers of exceptions followed? What is tried more often than it fails is told without them. */
  readonly handlers: boolean
  /** Are numbers that are known the ones that occur, so that a branch on several of them hides no check? */
  readonly settled: boolean
  /** May variables of the environment be set? Else they are not. */
  readonly environment: boolean
  /** May a field at `offset` of some object hold what CPUID says? `undefined`: any place. */
  fieldLeaks(offset: number | undefined): boolean
  /** May a variable of the thread, `offset` bytes from FS? */
  threadLocalLeaks(offset: number): boolean
  /** May the variable at `address`? */
  variableLeaks(address: number): boolean
  /** May an element of the array at `address`? */
  arrayLeaks(address: number): boolean
  /** The same of one that is known to be at `address`. */
  elementLeaks(address: number, array: number): boolean
  /** May what lies `offset` bytes behind a pointer that is not known, and with which `address` was read before? */
  walkLeaks(address: number, offset: number): boolean
  /** May an element of an array that is not known, `offset` bytes behind it? `areNumbers`: its elements are no structures. */
  indexedLeaks(offset: number, areNumbers: boolean): boolean
  /** May the argument that comes in `register`? */
  argumentLeaks(register: number): boolean
  /** May what the call at `at` returns, where it is told what CPUID says or not? */
  resultLeaks(at: number, isTold: boolean): boolean
  /** Does what is called at `at` certainly write nothing that CPUID says to where it is told to write? */
  fillsFromElsewhere(at: number): boolean
  /** Does the call at `at` return new memory? */
  allocates(at: number): boolean
  /** New objects that the function called at `at` hands out. */
  objectsFrom(at: number): MadeObjects | undefined
}

/** Places that the search does not follow and that hold what CPUID says. */
export interface Leaks {
  /** Offsets of fields of objects. */
  readonly fields: ReadonlySet<number>
  /** Of those, the ones of objects that are stored to, and not only of what lies in frames. */
  readonly stored: ReadonlySet<number>
  /** Of those, the ones that callees store to behind pointers which are not known. */
  readonly lost: ReadonlySet<number>
  /** Offsets where another number is stored in some object. */
  readonly ambiguous: ReadonlySet<number>
  /** Somewhere that cannot be told. */
  readonly anywhere: boolean
  /** Variables of the thread, by their distance from FS. */
  readonly threadLocals: ReadonlySet<number>
  /** Of those, the ones that hold something else than the address of a function, of which this CPU may get one that it cannot run: that there is one says nothing about it. */
  readonly threadNumbers: ReadonlySet<number>
  /** Arguments of calls through pointers. */
  readonly arguments: boolean
}

/** Those of one function. */
export interface FunctionLeaks extends Leaks {
  /** Of the fields, the ones of objects that are arguments, and nothing else: callers that are followed take such stores over. */
  readonly toArguments: ReadonlySet<number>
  /** Offsets of what lies in frames behind pointers that calls are given, by call; of calls through pointers by -1. */
  readonly frames: ReadonlyMap<number, ReadonlySet<number>>
  /** Offsets of what lay there until something else was called that was given the object, too, and may have changed it. */
  readonly doubtful: ReadonlySet<number>
  /** Pointers that the function is given are kept somewhere, or handed on in a way that cannot be told. */
  readonly argumentsEscape: boolean
  /** Calls that it hands such on to. */
  readonly argumentsHandedAt: ReadonlySet<number>
  /** Registers that the pointers came in of which either is so. */
  readonly escapedArguments: ReadonlySet<number>
}

/** Those of a whole file. */
export interface FileLeaks extends Leaks {
  /** Some function that asks puts texts together: what is found in one may be what it found out. */
  readonly texts: boolean
  /** Addresses of variables. */
  readonly variables: ReadonlySet<number>
}

/** A place behind a pointer that was passed in `register`. */
export interface PlaceBehindParameter {
  readonly register: number
  readonly offset: number
  readonly size: number
}

/** What was passed in `register`, and `offset` bytes behind that, is what comes back. */
export interface ReturnedPointer {
  readonly register: number
  readonly offset: number
}

/** A store through a pointer that was passed in `register`, or to the caller's frame (`register` 4). */
export interface ParameterStore {
  readonly register: number
  readonly offset: number
  readonly size: number
  readonly value: Value
}

/** A call that is given a closure: an object in the caller's frame, and the table of its functions. */
export interface ClosureCall {
  /** Indexes of the functions that the table leads to. */
  readonly functions: readonly number[]
  /** What they are called with: the object, and what it points to. */
  readonly parameters: ReadonlyMap<number, Value>
  /** It holds a pointer that its maker was given: where it is to store is for the maker's caller to say. */
  readonly isOpen: boolean
}

export interface GlobalStore {
  /** Nobody reads it before. */
  readonly isMadeOnce?: true
  /** What it was copied as a part of: whoever has that address may store to it. */
  readonly structure?: number
  readonly address: number
  readonly size: number
  readonly value: Value | undefined
  /** What is there whenever the function ends. */
  readonly left?: Value | undefined
}

/** What one function does on the CPU of the model. */
export interface Evaluation {
  /** First byte of the function. */
  readonly start: number
  /** By offset: bit 0 executed, bit 1 a branch there can be taken. */
  readonly seen: Uint8Array
  /** A branch was decided by what CPUID said. */
  readonly decides: boolean
  /** A branch on what CPUID said can go either way on this CPU, as far as could be told. */
  readonly doubts: boolean
  /** A branch was decided by what CPUID said, though somebody may want another number, which is not known. */
  readonly ignoresOthers: boolean
  /**
   * The same where fields of objects decide nothing: that what a check stored is what is read elsewhere at the same offset
   * is likely, no more. Undefined where no field was read; 'unknown' when following it took too many steps.
   */
  readonly cautious: Evaluation | 'unknown' | undefined
  /** What registers and memory hold where it jumps into the middle of other functions, by address. */
  readonly exits: ReadonlyMap<number, State>
  /** It looks at an element of a table that checks fill, and which one its caller says; or at bits that its caller names. */
  readonly asksByArgument: boolean
  /** It can return, and whether it ever could. */
  readonly returns: boolean
  readonly results: ReadonlyMap<number, Value>
  /** Methods return the object that they were called on, so that the next can be called on that. */
  readonly returnedPointer: ReturnedPointer | undefined
  /** What it looked at in objects that it is called with, and was told by its callers: what they store there. */
  readonly told: readonly ParameterStore[]
  readonly globalStores: readonly GlobalStore[]
  /** Of the variables that it stores to, the ones that hold the same whatever checks say: addresses. */
  readonly unconditional: ReadonlySet<number>
  readonly parameterStores: readonly ParameterStore[]
  /** Where it stores only when a check comes out differently: there stays what its caller put. */
  readonly withheld: readonly PlaceBehindParameter[]
  readonly fieldStores: readonly { readonly offset: number; readonly size: number; readonly value: Value }[]
  /** Offsets of fields where something else is stored than what a check found out. */
  readonly otherFields: ReadonlySet<number>
  /** Offsets of fields where it stores a number that is no check's, and not zero. */
  readonly numbersStored: ReadonlySet<number>
  /** Calls that are given a closure. */
  readonly closures: readonly ClosureCall[]
  /** Argument values by address of the call. */
  readonly passed: ReadonlyMap<number, ReadonlyMap<number, Value>>
  readonly leaks: FunctionLeaks
  /** Calls through pointers that are not known. */
  readonly indirectCalls: ReadonlySet<number>
  /** Calls of functions that it was given as arguments: by address the register. */
  readonly callbacks: ReadonlyMap<number, number>
  /** Targets of calls through tables of pointers, where they are known. */
  readonly tableCalls: ReadonlyMap<number, number>
  /** Tables of which an element is read whose number is no check's. Only where `Origins` were given. */
  readonly tablesByOthers: ReadonlySet<number>
  /** Where jumps through tables lead, by address of the jump, where that is known. */
  readonly tableJumps: ReadonlyMap<number, readonly number[] | undefined>
  /** New objects that it hands to its caller. Only where `Origins` were given. */
  readonly objects: MadeObjects | undefined
  /** Addresses of branches that may be checks of the CPU and can go either way. Only where `Origins` were given. */
  readonly open: ReadonlySet<number>
  /** Addresses of branches that are known to go either way: of the numbers that occur some lead there, and some do not. Only where these are settled. */
  readonly either: ReadonlySet<number>
  /** Addresses of functions and data that are stored, passed or jumped to. */
  readonly addressesUsed: ReadonlySet<number>
  /** Of those, the ones that are only passed: by address the calls. */
  readonly addressesPassed: ReadonlyMap<number, readonly number[]>
  /** Others, of which nobody else gets to know: what lies there is looked at. */
  readonly addressesFollowed: ReadonlySet<number>
  /** Addresses that CMOV did not take because of what CPUID said. */
  readonly addressesRefused: ReadonlySet<number>
}

/** What becomes of a variable that is read in one place, where all that comes of it is who is called. */
export interface TableChoice {
  /** Offsets in the code of the instruction that reads it, and behind the call. */
  readonly start: number
  readonly end: number
  /** Addresses of functions that may be called there, and of what they are given. */
  readonly addressesUsed: ReadonlySet<number>
  readonly steps: number
}
