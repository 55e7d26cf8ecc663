import type { Evidence, Need, Requirement } from '../../core/requirement.ts'
import type { ModuleKind } from './detail.ts'
import { hostGlobals } from './read/host-globals.ts'
import { builtinSince, nodeBuiltin } from './read/node-builtins.ts'
import type { ParsedScript } from './read/parse-script.ts'
import type { Survey } from './read/survey.ts'
import { compareVersions, type Edition, syntaxFeatures } from './read/syntax-features.ts'

/** What is needed before Node 4 is needed of no runtime that is in use. */
const OLDEST_NODE = '4.0'

/** What the code needs of the place where it runs. Sorted by kind and name. */
export function requirementsOf(script: ParsedScript, survey: Survey, kind: ModuleKind): readonly Requirement[] {
  const requirements: Requirement[] = []
  const evidence = (text: string, offset: number): Evidence => ({
    text,
    offset: script.positions.byteOffset(offset),
    ...script.positions.at(offset),
  })
  const node: { version: string; need: Need; evidence: Evidence }[] = []
  const needsNode = (version: string | undefined, need: Need, at: Evidence): void => {
    if (version !== undefined && compareVersions(version, OLDEST_NODE) > 0) node.push({ version, need, evidence: at })
  }

  for (const { feature, offset, count } of survey.syntax) {
    const { edition, node: since } = syntaxFeatures[feature]
    const at = evidence(`${feature}${count > 1 ? ` (${count} times)` : ''}`, offset)
    requirements.push({ kind: 'js-syntax', name: feature, version: edition, need: 'required', evidence: [at] })
    needsNode(since, 'required', at)
  }

  const builtins = new Map<string, { need: Need; evidence: Evidence[] }>()
  for (const { kind: how, specifier, offset, need } of survey.requests) {
    const name = specifier === null || how === 'worker' || how === 'url' ? undefined : nodeBuiltin(specifier)
    if (name === undefined) continue
    const at = evidence(`${how} '${specifier}'`, offset)
    const known = builtins.get(name)
    if (known === undefined) builtins.set(name, { need, evidence: [at] })
    else {
      if (strength[need] > strength[known.need]) known.need = need
      if (known.evidence.length < 3) known.evidence.push(at)
    }
  }
  for (const [name, use] of builtins) {
    requirements.push({ kind: 'node-builtin', name, ...use })
    needsNode(builtinSince(name), use.need, use.evidence[0]!)
  }

  for (const { name, offset, count, need } of survey.globals) {
    const { node: since, origin } = hostGlobals.get(name)!
    const at = evidence(`${name}${count > 1 ? ` (${count} times)` : ''}`, offset)
    requirements.push({ kind: 'js-global', name, need, evidence: [at] })
    if (origin !== 'browser') needsNode(since, need, at)
  }

  for (const { kind: how, offset } of survey.dynamic) {
    if (how !== 'eval' && how !== 'Function' && how !== 'WebAssembly.compile') continue
    if (requirements.some((known) => known.kind === 'runtime-compilation' && known.name === how)) continue
    requirements.push({ kind: 'runtime-compilation', name: how, need: 'possible', evidence: [evidence(how, offset)] })
  }

  if (kind !== 'script') {
    const first = survey.syntax.find(({ feature }) => feature === 'modules' || feature === 'import-meta')
    const use = survey.globals.find(({ name }) => name === 'module' || name === 'exports' || name === 'require')
    const offset = (kind === 'esm' ? first?.offset : use?.offset) ?? 0
    requirements.push({ kind: 'module-kind', name: kind, need: 'required', evidence: [evidence(kind, offset)] })
  }

  for (const need of ['required', 'possible', 'guarded'] as const) {
    const latest = node.filter((one) => one.need === need).sort((a, b) => compareVersions(b.version, a.version))[0]
    if (latest === undefined) continue
    requirements.push({ kind: 'node', name: 'node', version: latest.version, need, evidence: [latest.evidence] })
  }
  return requirements.sort((a, b) => order(a.kind, b.kind) || order(a.name, b.name))
}

/** The newest edition that the code's syntax is of. */
export function syntaxLevel(survey: Survey, ranks: readonly Edition[]): Edition {
  let level = 0
  for (const { feature } of survey.syntax) level = Math.max(level, ranks.indexOf(syntaxFeatures[feature].edition))
  return ranks[level]!
}

const strength: Readonly<Record<Need, number>> = { required: 2, possible: 1, guarded: 0 }

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
