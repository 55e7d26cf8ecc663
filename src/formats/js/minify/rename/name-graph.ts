import { FREE, occurrenceForms, type Scopes } from '../../scope/scopes.ts'
import { letterOf } from './letters.ts'

/**
 * The bindings that have a name of one letter, as nodes; two are joined where they may not have the same name.
 *
 * `a` and `b` may not have the same name where one is declared in a scope in or below which the other is referred to
 * from outside that scope, or both are declared in the same scope. Renaming only ever permutes letters, so longer names
 * never get in the way.
 */
export interface NameGraph {
  readonly size: number
  /** Letter that each node has now. */
  readonly letters: Uint8Array
  /** 1 where the letter may change. */
  readonly movable: Uint8Array
  /** Letters that free names and names fixed by others forbid, as two masks of 32 bits. */
  readonly forbiddenLow: Int32Array
  readonly forbiddenHigh: Int32Array
  /** Places of a node: `places[placeStarts[n] … placeStarts[n + 1]]`, ascending offsets in UTF-16 code units. */
  readonly placeStarts: Int32Array
  readonly places: Int32Array
  readonly neighbourStarts: Int32Array
  readonly neighbours: Int32Array
}

export function buildNameGraph(scopes: Scopes): NameGraph {
  const { bindingCount, names, frozen, occurrenceCount, bindings, offsets, forms, occurrenceScopes, parents } = scopes
  const nodeOf = new Int32Array(bindingCount).fill(-1)
  const bindingOf: number[] = []
  for (let binding = 0; binding < bindingCount; binding++) {
    const name = names[binding]!
    if (name.length !== 1 || letterOf(name.charCodeAt(0)) < 0) continue
    nodeOf[binding] = bindingOf.length
    bindingOf.push(binding)
  }
  const size = bindingOf.length
  const movable = Uint8Array.from(bindingOf, (binding) => 1 - frozen[binding]!)

  const placeStarts = new Int32Array(size + 1)
  for (let i = 0; i < occurrenceCount; i++) {
    const node = bindings[i] === FREE ? -1 : nodeOf[bindings[i]!]!
    if (node < 0) continue
    placeStarts[node + 1]! += 1
    // `{a}` would become `{a:b}`: longer, and the text would move
    if (forms[i] !== occurrenceForms.plain) movable[node] = 0
  }
  for (let node = 0; node < size; node++) placeStarts[node + 1]! += placeStarts[node]!
  const places = new Int32Array(placeStarts[size]!)
  const next = placeStarts.slice(0, size)
  for (let i = 0; i < occurrenceCount; i++) {
    const node = bindings[i] === FREE ? -1 : nodeOf[bindings[i]!]!
    if (node >= 0) places[next[node]!++] = offsets[i]!
  }

  // who is seen where: from each reference up to the scope that declares the name
  const home = new Set<number>()
  const homes: number[][] = Array.from({ length: size }, () => [])
  for (let i = 0; i < scopes.declaredBindings.length; i++) {
    const node = nodeOf[scopes.declaredBindings[i]!]!
    if (node >= 0) homes[node]!.push(scopes.declaredScopes[i]!)
  }
  const seen: number[][] = Array.from({ length: scopes.scopeCount }, () => [])
  const forbiddenLow = new Int32Array(size)
  const forbiddenHigh = new Int32Array(size)
  const freeLow = new Int32Array(scopes.scopeCount)
  const freeHigh = new Int32Array(scopes.scopeCount)
  const stamp = new Int32Array(scopes.scopeCount).fill(-1)
  const see = (node: number, from: number, top: number): void => {
    for (let at = from; at !== -1 && stamp[at] !== node; at = parents[at]!) {
      stamp[at] = node
      seen[at]!.push(node)
      if (at === top) return
    }
  }
  const references: number[][] = Array.from({ length: size }, () => [])
  for (let i = 0; i < occurrenceCount; i++) {
    if (bindings[i] !== FREE) {
      const node = nodeOf[bindings[i]!]!
      if (node >= 0) references[node]!.push(occurrenceScopes[i]!)
      continue
    }
    const name = scopes.occurrenceNames[i]!
    const letter = name.length === 1 ? letterOf(name.charCodeAt(0)) : -1
    if (letter < 0) continue
    const mask = letter < 32 ? freeLow : freeHigh
    const bit = 1 << (letter & 31)
    for (let at = occurrenceScopes[i]!; at !== -1 && (mask[at]! & bit) === 0; at = parents[at]!) mask[at]! |= bit
  }
  for (let i = 0; i < scopes.reservedBindings.length; i++) {
    const node = nodeOf[scopes.reservedBindings[i]!]!
    if (node >= 0) references[node]!.push(scopes.reservedScopes[i]!)
  }
  for (let node = 0; node < size; node++) {
    home.clear()
    for (const scope of homes[node]!) home.add(scope)
    const top = Math.min(...home)
    for (const scope of home) see(node, scope, top)
    for (const scope of references[node]!) see(node, scope, top)
    for (const scope of home) {
      forbiddenLow[node]! |= freeLow[scope]!
      forbiddenHigh[node]! |= freeHigh[scope]!
    }
  }

  const joined: Set<number>[] = Array.from({ length: size }, () => new Set())
  for (let node = 0; node < size; node++) {
    for (const scope of homes[node]!) {
      for (const other of seen[scope]!) {
        if (other === node) continue
        joined[node]!.add(other)
        joined[other]!.add(node)
      }
    }
  }
  const neighbourStarts = new Int32Array(size + 1)
  for (let node = 0; node < size; node++) neighbourStarts[node + 1] = neighbourStarts[node]! + joined[node]!.size
  const neighbours = new Int32Array(neighbourStarts[size]!)
  let at = 0
  for (const set of joined) for (const other of set) neighbours[at++] = other

  return {
    size,
    letters: Uint8Array.from(bindingOf, (binding) => letterOf(names[binding]!.charCodeAt(0))),
    movable,
    forbiddenLow,
    forbiddenHigh,
    placeStarts,
    places,
    neighbourStarts,
    neighbours,
  }
}
