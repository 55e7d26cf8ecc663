/** What is known of functions that were written for better CPUs, by index. */
export interface Kernels {
  /** Does it bear the name of an instruction set or processor? */
  isNamed(index: number): boolean
  /** Does it need features, or hand on to one that does? */
  needFeatures(index: number): boolean
  /** Does it need features itself? */
  isKernel(index: number): boolean
  /** Does it hand the address of a kernel over to somebody who calls it, by itself or by those it calls? Whoever does that for a callback does so, too. */
  handsOver(index: number): boolean
  /** Do functions need all that others need, and more? */
  areBeyond(functions: readonly number[], others: readonly number[]): boolean
  /** How many functions need what it needs. */
  usersOf(index: number): number
  /** Does it do nothing but to put kernels in the place of what runs on any CPU? */
  installs(index: number): boolean
  /** Does it take the addresses of kernels, as operations of an object that it makes, and do little else? */
  makes(index: number): boolean
}
