/**
 * The day on which the data of this version was last gone through. Facts are compared with it, not with the clock, so
 * that the same version says the same on every day; `shrink targets` compares it with the clock.
 */
export const dataDate = '2026-11-20'
