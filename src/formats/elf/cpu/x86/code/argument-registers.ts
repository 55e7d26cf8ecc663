/** Registers of the first six integer arguments, in their order (psABI 3.2.3): RDI, RSI, RDX, RCX, R8, R9. */
export const argumentRegisters: readonly number[] = [7, 6, 2, 1, 8, 9]
