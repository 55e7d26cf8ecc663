import { FREE, occurrenceForms, TOP_SCOPE } from './scopes.ts'

/** Names that mean something without being declared, or that cannot be declared everywhere. */
const specialNames = new Set(['arguments', 'eval', 'undefined', 'NaN', 'Infinity', 'await', 'yield', 'let', 'static', 'async', 'of'])

/** What a walk over a syntax tree notes: scopes, what they declare, where names occur. What they mean is resolved afterwards. */
export class NotedScopes {
  readonly parents: number[] = [-1]
  readonly ends: number[] = [0]
  readonly declared: (Map<string, number> | undefined)[] = [undefined]
  readonly inWith: boolean[] = [false]
  /** The one that the walk is in. */
  scope: number = TOP_SCOPE

  readonly names: string[] = []
  readonly homes: number[] = []
  readonly frozen: number[] = []
  /** Union-find over bindings that must have one name. */
  readonly merged: number[] = []

  readonly offsets: number[] = []
  readonly occurrenceNames: string[] = []
  readonly occurrenceScopes: number[] = []
  /** Binding where known from the declaration, FREE where it is to be looked up. */
  readonly bindings: number[] = []
  readonly forms: number[] = []

  readonly reserved: [number, number][] = []
  readonly blockFunctions: { binding: number; scope: number; varScope: number; name: string }[] = []
  readonly evalScopes: number[] = []
  readonly dynamic: number[] = []
  /** Scope of the function that a name was declared with, for those whose text is taken. */
  readonly functionScopes: Map<number, number[]> = new Map()
  readonly takenNames: number[] = []
  /** Names that a `toString` of their own is assigned to: it answers instead of the function's text. */
  readonly ownToString: number[] = []
  readonly takenScopes: number[] = []
  readonly takenOffsets: number[] = []
  readonly keepNameOf: number[] = []
  escaped = false

  open(): number {
    const scope = this.parents.length
    this.parents.push(this.scope)
    this.ends.push(scope)
    this.declared.push(undefined)
    this.inWith.push(this.inWith[this.scope]!)
    this.scope = scope
    return scope
  }

  close(scope: number): void {
    this.ends[scope] = this.parents.length
    this.scope = this.parents[scope]!
  }

  occurrence(node: { name: string; start: number; end: number }, form: number = occurrenceForms.plain, binding: number = FREE): number {
    const index = this.offsets.length
    this.offsets.push(node.start)
    this.occurrenceNames.push(node.name)
    this.occurrenceScopes.push(this.scope)
    this.bindings.push(binding)
    this.forms.push(form)
    if (node.end - node.start !== node.name.length) this.escaped = true
    return index
  }

  bindingIn(scope: number, name: string): number {
    const declared = (this.declared[scope] ??= new Map())
    const known = declared.get(name)
    if (known !== undefined) return known
    const binding = this.names.length
    this.names.push(name)
    this.homes.push(scope)
    this.merged.push(binding)
    this.frozen.push(specialNames.has(name) ? 1 : 0)
    declared.set(name, binding)
    return binding
  }
}
