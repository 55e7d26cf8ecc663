import type { Addresses } from '../../program/address-set.ts'
import { type Step, Steps } from './steps.ts'
import type { Trust } from './trust.ts'

/** How far a search has got. */
export class Progress {
  readonly trust: Trust
  readonly steps: Steps
  readonly stack: number[] = []
  /** Tables that were looked at. */
  readonly tables: Addresses
  /** Calls of what needs features, until it is known who calls the function that they are in: function and edge of each. */
  readonly pending: number[] = []

  constructor(trust: Trust, functions: number, tables: Addresses) {
    this.trust = trust
    this.tables = tables
    this.steps = new Steps(functions)
  }

  reach(index: number, from: number, how: Step['how']): void {
    if (this.steps.add(index, from, how)) this.stack.push(index)
  }
}
