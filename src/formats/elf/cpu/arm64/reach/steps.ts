/** Where a function was reached from: index of the caller, or -1 for a root. */
export interface Step {
  readonly from: number
  readonly how: 'entry' | 'initializer' | 'resolver' | 'export' | 'call' | 'address' | 'table'
}
