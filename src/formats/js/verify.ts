import type { Analysis } from '../../core/analysis.ts'
import type { JsDetail } from './detail.ts'
import { freeNameProblems } from './free-names.ts'

/** What the rewritten script lost or gained that others depend on. That its syntax is no newer, `minifyScript` checks. */
export function verify(before: Analysis<JsDetail>, after: Analysis<JsDetail>): readonly string[] {
  const problems: string[] = []
  const [old, now] = [before.detail, after.detail]
  if (old.script.program.sourceType !== now.script.program.sourceType) {
    problems.push(`it was a ${old.script.program.sourceType}, now it is a ${now.script.program.sourceType}`)
  }
  const lostNames = missing(old.exports, now.exports)
  if (lostNames.length > 0) problems.push(`exports are gone: ${lostNames.join(', ')}`)
  if (old.moduleKind === 'esm') {
    const newNames = missing(now.exports, old.exports)
    if (newNames.length > 0) problems.push(`exports appeared: ${newNames.join(', ')}`)
  }
  const lostImports = missing(old.imports, now.imports)
  if (lostImports.length > 0) problems.push(`imports are gone: ${lostImports.join(', ')}`)
  const newImports = missing(now.imports, old.imports)
  if (newImports.length > 0) problems.push(`imports appeared: ${newImports.join(', ')}`)
  // a module is strict without saying so
  const meant = old.directives.filter((directive) => old.moduleKind !== 'esm' || directive !== 'use strict')
  const lostDirectives = missing(meant, now.directives)
  if (lostDirectives.length > 0) problems.push(`directives are gone: ${lostDirectives.join(', ')}`)
  if (old.survey.topLevelAwait === undefined && now.survey.topLevelAwait !== undefined) {
    problems.push('it waits at the top level, which it did not')
  }
  problems.push(...freeNameProblems(old.scopes, now.scopes, now.exports))
  return problems
}

function missing(wanted: readonly string[], there: readonly string[]): string[] {
  const set = new Set(there)
  return wanted.filter((name) => !set.has(name))
}
