/** Bounds of the search: beyond them every path counts as possible. */
export const limits = {
  rounds: 64,
  evaluations: 30_000,
  /** Instructions, over all functions: about a second. */
  steps: 2_200_000,
  /** Of those, for functions of more than `hugeFunction` bytes, which take most and rarely say anything about the CPU. */
  stepsOfHuge: 700_000,
  hugeFunction: 10_000,
  /** The same for those that a caller tells what a check found out: they hand it on, or choose by it. */
  stepsOfTold: 200_000,
  /** Evaluations of one function, and of one of more than `largeFunction` bytes. */
  times: 8,
  largeFunction: 4000,
  timesLarge: 4,
  callers: 400,
  /** Steps from CPUID of functions that take the address of a kernel: what they store and return is of no interest. */
  takers: 9,
  /** Steps from CPUID of functions that hand on what checks found out, and of those that hand it to one that names kernels. */
  arguments: 5,
  argumentsOfUsers: 9,
  /** Steps from CPUID of functions that decide by what they are called with or by a check: what callers pass is of interest. */
  wanted: 3,
  /** Of asking again which kernels are handed out. */
  refinements: 8,
} as const
