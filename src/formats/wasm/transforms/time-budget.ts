/**
 * Time that may be spent on one artifact, planned by estimates that depend on the module only, so that a busy machine
 * makes the same choices as an idle one. The clock comes in as a last resort: a run that takes many times its
 * estimate is stopped.
 */
export class TimeBudget {
  /** Estimated seconds that are not planned for yet. */
  #left: number

  constructor(seconds: number) {
    this.#left = seconds
  }

  get left(): number {
    return this.#left
  }

  /** Takes the estimate off if it is there. */
  spend(estimate: number): boolean {
    if (estimate > this.#left) return false
    this.#left -= estimate
    return true
  }
}

/**
 * Seconds after which a run of that estimate is stopped: machines differ, and so do modules (-Oz of rapier3d takes ten
 * times the CPU time of other modules of its size).
 */
export function stopAfter(estimate: number): number {
  return 300 + 30 * estimate
}
