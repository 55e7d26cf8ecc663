import { UnsupportedError } from '../../../../core/errors.ts'
import { type ParsedScript, type ParseGoal, parseScript } from '../../read/parse-script.ts'
import { readScopes } from '../../scope/read-scopes.ts'
import type { ScopeOptions } from '../../scope/scopes.ts'
import { alphaDifference } from './alpha-equivalence.ts'
import { chooseLetters } from './choose-letters.ts'
import { climbLetters } from './climb-letters.ts'
import { LetterState } from './letter-state.ts'
import { buildNameGraph } from './name-graph.ts'

export interface RenameOptions extends ScopeOptions {
  /** Times that each name is looked at by context. */
  readonly passes: number
  /** Times that letters are tried on each name, and deflated, after that. */
  readonly climbs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Gives names of one letter anew, so that a compressor finds more repeats. The text keeps its length: positions, and so
 * source maps, stay as they are. The result is proved to be the same program up to those names.
 *
 * @throws UnsupportedError when the proof fails, which would be a bug of this pass
 */
export async function renameLetters(script: ParsedScript, options: RenameOptions): Promise<string> {
  const scopes = await readScopes(script.program, options)
  if (scopes.escaped) return script.text
  const graph = buildNameGraph(scopes)
  const units = unitsOf(script.text)
  const state = new LetterState(graph, units)
  chooseLetters(state, options)
  const { climbs = 0, signal } = options
  if (climbs > 0) {
    const bytes = new TextEncoder().encode(textOf(units))
    const places = graph.places.map((place) => script.positions.byteOffset(place))
    const letters = climbLetters(state, bytes, places, { passes: climbs, signal })
    for (const node of state.order) state.write(node, letters[node]!)
  }
  const text = textOf(units)
  if (text === script.text) return text
  await proveEqual(script, text, script.goal, options, scopes)
  return text
}

async function proveEqual(
  before: ParsedScript,
  text: string,
  goal: ParseGoal,
  options: ScopeOptions,
  scopes: Awaited<ReturnType<typeof readScopes>>,
): Promise<void> {
  const after = await parseScript(goal === 'module' ? 'renamed.mjs' : 'renamed.js', text, goal)
  const renamed = await readScopes(after.program, options)
  const difference = alphaDifference({ text: before.text, scopes }, { text, scopes: renamed })
  if (difference !== undefined) throw new UnsupportedError(`rename: the result is not the same program: ${difference}`)
}

function unitsOf(text: string): Uint16Array {
  const units = new Uint16Array(text.length)
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i)
  return units
}

function textOf(units: Uint16Array): string {
  return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(units)
}
