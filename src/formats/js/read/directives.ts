import type { ParsedScript } from './parse-script.ts'

/** Directives at the top, as they are written between the quotes: `use strict`, `use client`. */
export function directivesOf(script: ParsedScript): string[] {
  const directives: string[] = []
  for (const statement of script.program.body) {
    if (statement.type !== 'ExpressionStatement' || typeof statement.directive !== 'string') break
    directives.push(statement.directive)
  }
  return directives
}
