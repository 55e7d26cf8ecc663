import type { FunctionCode } from '../code/function-code.ts'
import { detectedAs, plain, sameValue, type Value } from '../../program/value.ts'
import { ControlFlow } from './control-flow.ts'
import type { Evaluation, GlobalStore } from './evaluation.ts'

/** What a function does where both sides of every check are followed. */
export interface Regardless {
  readonly evaluation: Pick<Evaluation, 'seen' | 'start' | 'tableJumps' | 'globalStores'>
  /** Instructions that store to a variable, by its address: offsets from the function's first byte. */
  readonly sites: ReadonlyMap<number, readonly number[]>
}

/**
 * Variables that a function which decides by checks stores the same to whatever these say: before it asks, or where both ways meet
 * again. What they hold is nothing that a check found out.
 * @param decided addresses of the branches that checks decide
 */
export function unconditionalStores(target: FunctionCode, { seen, globalStores, start }: Evaluation, decided: ReadonlySet<number>, regardless: Regardless): ReadonlySet<number> {
  const found = new Set<number>()
  const others = byAddress(regardless.evaluation.globalStores)
  let control: ControlFlow | undefined
  for (const { address, size, value, structure } of globalStores) {
    const sites = regardless.sites.get(address)
    if (value === undefined || value.detected || structure !== undefined || sites === undefined) continue
    const other = others.get(address)?.find((store) => store.size === size)
    if (other === undefined || !sameValue(other.value, value)) continue
    if (!sites.every((at) => (seen[at]! & 1) !== 0)) continue
    control ??= new ControlFlow(target, regardless.evaluation)
    if (!sites.some((at) => control!.hangsOn(decided, start + at))) found.add(address)
  }
  return found
}

/**
 * What a function stores to variables, of which a number that would be another one had a check come out differently is what that found
 * out: 0 in a word of flags that is set bit by bit.
 * @param regardless what it stores where both sides of every check are followed
 */
export function chosenStores(stores: readonly GlobalStore[], regardless: readonly GlobalStore[]): readonly GlobalStore[] {
  const others = byAddress(regardless)
  return stores.map((store) => {
    if (!isNumber(store.value) || store.value.detected) return store
    const other = others.get(store.address)?.find(({ size }) => size === store.size)?.value
    return isNumber(other) && !sameValue(other, store.value) ? { ...store, value: detectedAs(store.value, true) } : store
  })
}

/** An initializer may store to thousands. */
function byAddress(stores: readonly GlobalStore[]): ReadonlyMap<number, readonly GlobalStore[]> {
  const found = new Map<number, GlobalStore[]>()
  for (const store of stores) {
    const same = found.get(store.address)
    if (same === undefined) found.set(store.address, [store])
    else same.push(store)
  }
  return found
}

function isNumber(value: Value | undefined): value is Value {
  return value?.base === plain && value.words.length > 0
}
