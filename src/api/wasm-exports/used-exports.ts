import { followExports } from './exports-flow.ts'
import { functionFromText, type TextsOfModule } from './functions-from-text.ts'
import { whyMethodsHide } from './hidden-methods.ts'
import { liveNodes } from './live-code.ts'
import { wayOut } from './open-world.ts'
import { indexSyntax } from './index-syntax.ts'

/** Which exports of the module that it loads a script can reach; or why that cannot be told. */
export type UsedExports = { readonly names: ReadonlySet<string> } | { readonly reason: string }

/** The other scripts of the build, which may call what the script hands out. */
export interface OtherScripts {
  /** Every word in them. */
  readonly words: ReadonlySet<string>
  /** One of them calls methods under computed names. */
  readonly computed: boolean
}

const unknown: TextsOfModule = () => undefined

const none: OtherScripts = { words: new Set(), computed: false }

/**
 * Reads the script of a program with the glue code of wasm-bindgen or Emscripten in it. The exports object must be
 * followed to its end: no computed access, no escape. An export is used when live code takes it.
 *
 * @param textsOf what the module hands to one of its imports
 * @throws ShrinkError for a script that does not parse
 */
export async function usedExports(path: string, text: string, others: OtherScripts = none, textsOf: TextsOfModule = unknown): Promise<UsedExports> {
  const index = await indexSyntax(path, text)
  if (index.dynamic) return { reason: 'the script evaluates text (`eval`) or uses `with`' }
  const made = functionFromText(index, textsOf)
  if (made !== undefined) return { reason: `the script makes functions from text in line ${index.lineOf(made)}` }
  const open = wayOut(index) !== undefined
  const { uses, lost } = followExports(index, { open, words: others.words })
  if (lost !== undefined) return { reason: lost }
  if (uses.size === 0) return { reason: 'the script takes nothing from an exports object' }
  const byName = !open && !others.computed && whyMethodsHide(index) === undefined
  const live = liveNodes(index, byName ? others.words : 'any')
  return { names: new Set([...uses].filter(([node]) => live.has(node)).map(([, name]) => name)) }
}
