/** What was taken for a choice, and is none. */
export interface Refuted {
  readonly from: number
  readonly target: number
  readonly how: 'call' | 'address' | 'table'
}
