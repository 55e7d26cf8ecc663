import { memoryAccess, SP } from '../../../../../isa/arm64/operands.ts'
import { ARGUMENTS, type FunctionCode } from '../evaluation/evaluation.ts'
import type { Callees } from './callees.ts'
import { type Pointer, pointersPassed } from './pointers-passed.ts'

/** Bytes before a structure in a larger one. */
const BEFORE = 512

/** A function that is given a structure, in which another one lies that many bytes behind its beginning. */
export interface Container {
  readonly before: number
  /** Address of the function. */
  readonly user: number
  /** The register that it is given it in; -1 where it has it itself. */
  readonly register: number
}

/** A structure that something was copied into. */
export interface CopiedStructure {
  /** Who copied. */
  readonly code: FunctionCode
  /** Bytes above SP, in the frame of that; undefined of what lies elsewhere. */
  readonly inFrame: number | undefined
  /** Functions that are given what it lies in. */
  readonly containers: Container[]
}

/**
 * Structures that something was copied into, of which a function hands on more than it copied into: aws-lc copies a key into the middle
 * of a context, `memcpy(&context.key, key, 288)`, and calls what works with the context. Told from the instructions in a row.
 *
 * @param copies addresses of calls that copy
 */
export function copiedStructures(code: FunctionCode, copies: ReadonlySet<number>, callees: Callees): CopiedStructure[] {
  const copied: { readonly pointer: Pointer; readonly structure: CopiedStructure }[] = []
  for (const { at, target, isOutlined, pointerIn } of pointersPassed(code, callees)) {
    if (copies.has(at)) {
      const pointer = pointerIn(0)
      if (!isOutlined) copied.push({ pointer, structure: { code, inFrame: pointer.base === SP ? pointer.offset : undefined, containers: [] } })
      continue
    }
    if (target === undefined || (isOutlined && !storesThroughArguments(callees.outlined(target)))) continue
    for (let register = 0; register < ARGUMENTS; register++) {
      const { base, offset } = pointerIn(register)
      for (const { pointer, structure } of copied) {
        const before = pointer.offset - offset
        if (pointer.base === base && before >= 0 && before <= BEFORE) structure.containers.push({ before, user: target, register })
      }
    }
  }
  return copied.map(({ structure }) => structure)
}

/** Functions that `user` hands on to what it is given in a register, or a part of it. */
export function handedOn(code: FunctionCode, { before, register }: Container, callees: Callees): Container[] {
  const found: Container[] = []
  for (const { target, isOutlined, pointerIn } of pointersPassed(code, callees)) {
    if (target === undefined || (isOutlined && !storesThroughArguments(callees.outlined(target)))) continue
    for (let passed = 0; passed < ARGUMENTS; passed++) {
      const { base, offset } = pointerIn(passed)
      if (base === register && offset <= before) found.push({ before: before - offset, user: target, register: passed })
    }
  }
  return found
}

/** Is it a small function, which may work with what it is given? */
function storesThroughArguments(code: FunctionCode | undefined): boolean {
  if (code === undefined) return false
  for (let at = code.start; at < code.end; at += 4) {
    const word = code.words[(at - code.base) / 4]!
    const operand = ((word >>> 25) & 5) === 4 ? memoryAccess(word) : undefined
    if (operand !== undefined && !operand.load && operand.base < ARGUMENTS) return true
  }
  return false
}
