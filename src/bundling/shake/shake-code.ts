import MagicString from 'magic-string'
import { ShrinkError } from '../../core/errors.ts'
import type { ModuleFormat, Platform } from '../bundle-options.ts'
import { readCode } from './code-facts.ts'
import { findDeadDeclarations } from './dead-declarations.ts'
import type { DeadRange } from './dead-declarations.ts'
import { findDeadPrivateMembers } from './dead-private-members.ts'
import { readDefinitions } from './definitions.ts'
import { Purity } from './purity.ts'

export interface Shaken {
  readonly code: string
  /** JSON text of a map from the new code to the old; absent when nothing was removed. */
  readonly map?: string
  readonly removed: readonly { readonly name: string; readonly bytes: number }[]
}

/**
 * Removes from a bundled file what the bundler kept although nothing uses it and running it does nothing. Every removal
 * rests on a proof over the file alone (see `Purity`); code with direct `eval` or `with` stays as it is.
 */
export async function shakeCode(
  path: string,
  code: string,
  options: { readonly format: ModuleFormat; readonly platform: Platform; readonly sourceMap: boolean },
): Promise<Shaken> {
  const facts = await readCode(path, code, options.format).catch((error: unknown) => {
    if (error instanceof ShrinkError) return undefined
    throw error
  })
  if (facts === undefined || facts.scopes.dynamic.length > 0) return { code, removed: [] }
  const definitions = readDefinitions(facts)
  const purity = new Purity(facts, options.platform, definitions)
  const dead = withoutNested([...findDeadDeclarations(facts, definitions, purity), ...findDeadPrivateMembers(facts, purity)])
  if (dead.length === 0) return { code, removed: [] }
  const text = new MagicString(code)
  for (const { start, end } of dead) text.remove(start, end)
  return {
    code: text.toString(),
    ...(options.sourceMap ? { map: text.generateMap({ hires: 'boundary', source: path }).toString() } : {}),
    removed: dead.map(({ name, start, end }) => ({ name, bytes: new TextEncoder().encode(code.slice(start, end)).length })),
  }
}

function withoutNested(ranges: readonly DeadRange[]): DeadRange[] {
  const sorted = [...ranges].sort((a, b) => a.start - b.start || b.end - a.end)
  const kept: DeadRange[] = []
  for (const range of sorted) if (range.start >= (kept.at(-1)?.end ?? 0)) kept.push(range)
  return kept
}
