import type { NotedScopes } from './noted-scopes.ts'
import { FREE, type Scopes, TOP_SCOPE } from './scopes.ts'

/** What the names mean that a walk noted, now that every declaration is known, and which of them must stay. */
export function resolveScopes(noted: NotedScopes, freezeTop: boolean): Scopes {
  return new Resolution(noted, freezeTop).finish()
}

class Resolution {
  readonly #noted: NotedScopes
  readonly #freezeTop: boolean
  readonly #textNames = new Set<string>()

  constructor(noted: NotedScopes, freezeTop: boolean) {
    this.#noted = noted
    this.#freezeTop = freezeTop
  }

  finish(): Scopes {
    this.#hoistBlockFunctions()
    this.#freezeDynamic()
    if (this.#freezeTop) {
      for (const binding of this.#noted.declared[TOP_SCOPE]?.values() ?? []) this.#noted.frozen[binding] = 1
    }
    const count = this.#noted.offsets.length
    const resolved = new Int32Array(count)
    for (let i = 0; i < count; i++) {
      const scope = this.#noted.occurrenceScopes[i]!
      const found = this.#lookup(scope, this.#noted.occurrenceNames[i]!)
      const declared = this.#noted.bindings[i]!
      // `catch (e) { var e = 1 }` writes the parameter and declares the variable: one name, two bindings
      if (declared !== FREE && found !== declared && found !== FREE) this.#mergeFrozen(declared, found)
      resolved[i] = declared === FREE ? found : declared
      if (found !== FREE && this.#noted.inWith[scope]) this.#noted.frozen[found] = 1
    }
    // the body's `var` of a parameter's name starts with the parameter's value (10.2.11, step 28.e)
    for (const [binding, scope] of this.#noted.reserved) {
      const inner = this.#noted.declared[scope]?.get(this.#noted.names[binding]!)
      if (inner !== undefined) this.#mergeFrozen(inner, binding)
    }
    this.#freezeTakenText(resolved)
    for (const occurrence of this.#noted.keepNameOf) if (resolved[occurrence] !== FREE) this.#noted.frozen[resolved[occurrence]!] = 1
    return this.#flatten(resolved)
  }

  #lookup(scope: number, name: string): number {
    for (let at = scope; at !== -1; at = this.#noted.parents[at]!) {
      const binding = this.#noted.declared[at]?.get(name)
      if (binding !== undefined) return binding
    }
    return FREE
  }

  #root(binding: number): number {
    let root = binding
    while (this.#noted.merged[root] !== root) root = this.#noted.merged[root]!
    while (this.#noted.merged[binding] !== root) {
      const next = this.#noted.merged[binding]!
      this.#noted.merged[binding] = root
      binding = next
    }
    return root
  }

  #mergeFrozen(a: number, b: number): void {
    this.#noted.frozen[a] = 1
    this.#noted.frozen[b] = 1
    this.#noted.merged[this.#root(a)] = this.#root(b)
  }

  /** B.3.2.1: outside strict code a function in a block also makes a `var`, unless that would be an early error. */
  #hoistBlockFunctions(): void {
    for (const { binding, scope, varScope, name } of this.#noted.blockFunctions) {
      this.#noted.frozen[binding] = 1
      let blocked = false
      for (let at = this.#noted.parents[scope]!; at !== varScope && at !== -1; at = this.#noted.parents[at]!) {
        const other = this.#noted.declared[at]?.get(name)
        if (other === undefined) continue
        // whether a `let` or a catch parameter blocks it or another function in between does not, neither may move
        this.#noted.frozen[other] = 1
        blocked = true
      }
      const outer = this.#noted.bindingIn(varScope, name)
      this.#noted.frozen[outer] = 1
      if (!blocked) this.#mergeFrozen(binding, outer)
    }
  }

  #freezeDynamic(): void {
    for (const from of this.#noted.evalScopes) {
      for (let at = from; at !== -1; at = this.#noted.parents[at]!) {
        for (const binding of this.#noted.declared[at]?.values() ?? []) this.#noted.frozen[binding] = 1
      }
    }
  }

  #freezeSubtree(scope: number): void {
    const end = this.#noted.ends[scope] ?? scope
    for (let at = scope; at < end; at++) {
      for (const binding of this.#noted.declared[at]?.values() ?? []) this.#noted.frozen[binding] = 1
    }
  }

  /** The text of a function holds its own names, and the outer ones that it refers to. */
  #freezeTakenText(resolved: Int32Array): void {
    const scopes = this.#noted.takenScopes.concat(this.#scopesOfTakenNames(resolved))
    for (const scope of scopes) this.#freezeSubtree(scope)
    for (let i = 0; scopes.length > 0 && i < resolved.length; i++) {
      const at = this.#noted.occurrenceScopes[i]!
      if (resolved[i] === FREE || !scopes.some((scope) => scope <= at && at < this.#noted.ends[scope]!)) continue
      this.#noted.frozen[resolved[i]!] = 1
      this.#textNames.add(this.#noted.occurrenceNames[i]!)
    }
  }

  #scopesOfTakenNames(resolved: Int32Array): number[] {
    if (this.#noted.takenNames.length === 0) return []
    const byOffset = new Map<number, number>()
    for (let i = 0; i < resolved.length; i++) byOffset.set(this.#noted.offsets[i]!, i)
    const functionsOf = new Map<number, number[]>()
    for (const [occurrence, scopes] of this.#noted.functionScopes) {
      const binding = resolved[occurrence]!
      if (binding === FREE) continue
      functionsOf.set(binding, [...(functionsOf.get(binding) ?? []), ...scopes])
    }
    const taken = new Set<number>()
    const answering = new Set(this.#noted.ownToString.map((offset) => resolved[byOffset.get(offset) ?? -1] ?? FREE))
    for (const offset of this.#noted.takenNames) {
      const at = byOffset.get(offset)
      const binding = at === undefined ? FREE : resolved[at]!
      if (answering.has(binding)) continue
      const scopes = binding === FREE ? undefined : functionsOf.get(binding)
      if (scopes === undefined) continue
      this.#noted.takenOffsets.push(offset)
      this.#noted.frozen[binding] = 1
      this.#textNames.add(this.#noted.occurrenceNames[at!]!)
      for (const scope of scopes) taken.add(scope)
    }
    return [...taken]
  }

  #flatten(resolved: Int32Array): Scopes {
    const count = resolved.length
    const order = textOrder(this.#noted.offsets)
    const ids = new Int32Array(this.#noted.names.length).fill(-1)
    const names: string[] = []
    const frozen: number[] = []
    const idOf = (binding: number): number => {
      const root = this.#root(binding)
      if (ids[root] === -1) {
        ids[root] = names.length
        names.push(this.#noted.names[root]!)
        frozen.push(0)
      }
      return ids[root]!
    }
    for (let i = 0; i < this.#noted.names.length; i++) {
      const id = idOf(i)
      if (this.#noted.frozen[i] === 1) frozen[id] = 1
    }
    const offsets = new Int32Array(count)
    const bindings = new Int32Array(count)
    const forms = new Uint8Array(count)
    const scopes = new Int32Array(count)
    const occurrenceNames: string[] = Array.from({ length: count })
    for (let i = 0; i < count; i++) {
      const from = order === undefined ? i : order[i]!
      offsets[i] = this.#noted.offsets[from]!
      bindings[i] = resolved[from] === FREE ? FREE : idOf(resolved[from]!)
      forms[i] = this.#noted.forms[from]!
      scopes[i] = this.#noted.occurrenceScopes[from]!
      occurrenceNames[i] = this.#noted.occurrenceNames[from]!
    }
    return {
      scopeCount: this.#noted.parents.length,
      parents: Int32Array.from(this.#noted.parents),
      bindingCount: names.length,
      names,
      declaredBindings: Int32Array.from(this.#noted.names, (_, binding) => idOf(binding)),
      declaredScopes: Int32Array.from(this.#noted.homes),
      frozen: Uint8Array.from(frozen),
      occurrenceCount: count,
      offsets,
      bindings,
      forms,
      occurrenceScopes: scopes,
      occurrenceNames,
      reservedBindings: Int32Array.from(this.#noted.reserved, ([binding]) => idOf(binding)),
      reservedScopes: Int32Array.from(this.#noted.reserved, ([, scope]) => scope),
      escaped: this.#noted.escaped,
      dynamic: this.#noted.dynamic.toSorted((a, b) => a - b),
      textTaken: [...new Set(this.#noted.takenOffsets)].sort((a, b) => a - b),
      textNames: [...this.#textNames].sort(),
    }
  }
}

/** The order that sorts `offsets`, or undefined when they are sorted, as they nearly always are. */
function textOrder(offsets: readonly number[]): Int32Array | undefined {
  let sorted = true
  for (let i = 1; i < offsets.length && sorted; i++) sorted = offsets[i - 1]! <= offsets[i]!
  if (sorted) return undefined
  return Int32Array.from(offsets.keys()).sort((a, b) => offsets[a]! - offsets[b]! || a - b)
}
