/** How an occurrence must be written when its name changes. */
export const occurrenceForms = {
  /** `a` */
  plain: 0,
  /** `{a}` in a literal or pattern: becomes `a:b` */
  property: 1,
  /** `export {a}`: becomes `b as a` */
  exported: 2,
  /** `import {a}`: becomes `a as b` */
  imported: 3,
} as const

export const TOP_SCOPE = 0
/** In place of a binding: the name is declared nowhere in the text. */
export const FREE = -1

/**
 * The bindings of a text, and every place where an identifier refers to one, in flat arrays.
 *
 * Bindings that must have one name (a block function and the `var` that ECMA-262 B.3.2.1 makes of it) are one.
 */
export interface Scopes {
  readonly scopeCount: number
  /** Parent of each scope; -1 for the top. Scopes are numbered in text order, so a subtree is a range. */
  readonly parents: Int32Array
  readonly bindingCount: number
  readonly names: readonly string[]
  /** Pairs of binding and declaring scope; a merged binding has several. */
  readonly declaredBindings: Int32Array
  readonly declaredScopes: Int32Array
  /** 1 where the name must stay. */
  readonly frozen: Uint8Array
  /** Identifier occurrences in text order: offset in UTF-16 code units, binding or FREE, form, scope. */
  readonly occurrenceCount: number
  readonly offsets: Int32Array
  readonly bindings: Int32Array
  readonly forms: Uint8Array
  readonly occurrenceScopes: Int32Array
  readonly occurrenceNames: readonly string[]
  /** Pairs of binding and a scope that may not declare its name although no reference passes through (early errors). */
  readonly reservedBindings: Int32Array
  readonly reservedScopes: Int32Array
  /** Some identifier is written with `\u`: nothing may be renamed by position. */
  readonly escaped: boolean
  /** Direct `eval` calls and `with` statements: offsets. Names in reach of them are frozen. */
  readonly dynamic: readonly number[]
  /** Offsets where the text of a function of this file is taken; the function's own names are frozen. */
  readonly textTaken: readonly number[]
  /** The names that stand in such functions, and theirs. Sorted. */
  readonly textNames: readonly string[]
}

export interface ScopeOptions {
  /** The names declared at the top must stay: they are global, or others read them. */
  readonly freezeTop: boolean
  /** Names that functions and classes take their `name` property from must stay. */
  readonly keepNames?: boolean | readonly string[]
}
