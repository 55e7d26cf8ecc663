import { ByteList, IndexList, NumberList } from './number-list.ts'

/** How control leaves an instruction for another function. */
export const Transfer = { call: 0, jump: 1, branch: 2, indirectCall: 3, indirectJump: 4 } as const
/** What an instruction does with an address it names. */
export const Access = { load: 0, store: 1, take: 2 } as const

/** What one linear pass over the code finds, in address order. Parallel lists. */
export interface Sweep {
  /** Transfers become edges of the call graph, and are cleared then. */
  readonly transferFrom: NumberList
  readonly transferTo: NumberList
  readonly transferKind: ByteList
  /** Instructions that name an address in data, or take the address of code. */
  readonly accessFrom: NumberList
  readonly accessTo: NumberList
  readonly accessKind: ByteList
  /** Instructions that need more than the baseline, with their feature set id. */
  readonly hitAt: NumberList
  readonly hitSet: IndexList
  /** Bytes that are no instruction: data among the code. */
  readonly undecodableAt: NumberList
  /** Instructions that ask what the CPU can do: CPUID, XGETBV, MRS of an ID register. */
  readonly detectorAt: NumberList
  /** x86: legacy (not VEX) vector instructions, thinned out. */
  readonly legacyVectorAt: NumberList
}

/** A sweep of so many bytes of code that has found nothing yet. */
export function emptySweep(codeSize = 0): Sweep {
  // what compilers make has a branch or call in 30 bytes, and an access of a variable in 80
  const transfers = 1024 + (codeSize >> 4)
  const accesses = 1024 + (codeSize >> 5)
  return {
    transferFrom: new NumberList(transfers),
    transferTo: new NumberList(transfers),
    transferKind: new ByteList(transfers),
    accessFrom: new NumberList(accesses),
    accessTo: new NumberList(accesses),
    accessKind: new ByteList(accesses),
    hitAt: new NumberList(),
    hitSet: new IndexList(),
    undecodableAt: new NumberList(),
    detectorAt: new NumberList(),
    legacyVectorAt: new NumberList(),
  }
}
