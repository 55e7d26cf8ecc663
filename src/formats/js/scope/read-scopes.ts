import type { Program } from 'oxc-parser'
import { LimitError } from '../../../core/errors.ts'
import { resolveScopes } from './resolve-scopes.ts'
import { ScopeReader } from './scope-reader.ts'
import type { ScopeOptions, Scopes } from './scopes.ts'

/**
 * Finds every binding and its occurrences (ECMA-262, clauses 8.2 to 8.6 and 14 to 16; Annex B.3 for sloppy code).
 *
 * What cannot be told by reading (direct eval, `with`) freezes every name in its reach.
 */
export async function readScopes(program: Program, options: ScopeOptions): Promise<Scopes> {
  const { visitorKeys } = await import('oxc-parser')
  try {
    const reader = new ScopeReader(visitorKeys, program.sourceType === 'module', options.keepNames ?? false)
    return resolveScopes(reader.read(program), options.freezeTop)
  } catch (error) {
    if (error instanceof RangeError) throw new LimitError('the code nests too deep to be followed', { cause: error })
    throw error
  }
}
