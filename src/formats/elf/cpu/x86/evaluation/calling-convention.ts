/** RBX, RSP, RBP, R12 to R15 (psABI 3.2.1). */
export const keptByCallees: ReadonlySet<number> = new Set([3, 4, 5, 12, 13, 14, 15])
/** The registers that a call may change, a bit for each: RAX, RCX, RDX, RSI, RDI, R8 to R11. */
export const changedByCalls = 0b1111_1100_0111

/** What calls change and hand back. */
export interface CallingConvention {
  /** Then arguments begin in RAX, and results that are in no register lie above the return address. */
  readonly isGo: boolean
  readonly returnRegisters: readonly number[]
  /** Those of `keptByCallees` that calls change all the same, a bit for each. */
  readonly alsoChanged: number
}

/** psABI 3.2.3: RAX and RDX. */
export const systemV: CallingConvention = { isGo: false, returnRegisters: [0, 2], alsoChanged: 0 }

/** ABIInternal of Go: RAX, RBX, RCX, RDI, RSI, R8 to R11; RBX, RBP, R12, R13 and R15 are not kept, either. */
export const goInternal: CallingConvention = { isGo: true, returnRegisters: [0, 3, 1, 7, 6, 8, 9, 10, 11], alsoChanged: 0b1011_0000_0010_1000 }
