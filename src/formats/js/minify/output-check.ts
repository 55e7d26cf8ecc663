import type { Node } from 'oxc-parser'
import { ShrinkError } from '../../../core/errors.ts'
import { type ParsedScript, type ParseGoal, parseScript } from '../read/parse-script.ts'
import { noteSyntax } from '../read/syntax-survey.ts'
import { type Edition, editionRank, editions, syntaxFeatures } from '../read/syntax-features.ts'

/** Why a minifier's output may not be used, or the parsed output. */
export async function readOutput(
  code: string,
  goal: ParseGoal,
): Promise<{ readonly script: ParsedScript } | { readonly problem: string }> {
  try {
    return { script: await parseScript(goal === 'module' ? 'output.mjs' : 'output.js', code, goal) }
  } catch (error) {
    if (!(error instanceof ShrinkError)) throw error
    return { problem: `the output does not parse: ${error.message}` }
  }
}

/** The newest edition that a text's syntax is of. */
export async function syntaxLevelOf(script: ParsedScript): Promise<Edition> {
  const { visitorKeys } = await import('oxc-parser')
  let level = 0
  const note = (feature: keyof typeof syntaxFeatures): void => {
    level = Math.max(level, editionRank(syntaxFeatures[feature].edition))
  }
  if (script.module.hasModuleSyntax) note('modules')
  // an explicit stack: sums are as deep as they are long
  const stack: Node[] = [script.program]
  const parents: Node[] = [script.program]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    const parent = parents.pop()!
    noteSyntax(node, parent, note)
    const children = node as unknown as Readonly<Record<string, Node | readonly (Node | null)[] | null | undefined>>
    for (const key of visitorKeys[node.type] ?? []) {
      const child = children[key]
      if (child === null || child === undefined) continue
      if (Array.isArray(child)) {
        for (const item of child as readonly (Node | null)[]) {
          if (item === null) continue
          stack.push(item)
          parents.push(node)
        }
      } else {
        stack.push(child as Node)
        parents.push(node)
      }
    }
  }
  return editions[level]!
}
