import type { CapabilityKind, Requirement } from '../core/requirement.ts'
import type { Target } from './target.ts'

/** What the machine and its system provide; the other kinds are what an engine provides. */
const systemKinds: ReadonlySet<CapabilityKind> = new Set([
  'architecture',
  'cpu-feature',
  'abi',
  'libc',
  'symbol-version',
  'library',
  'loader',
  'page-size',
  'kernel',
])

/**
 * Is that requirement a question to this target? `node22` is Node wherever it runs, and is not asked about C libraries;
 * `debian-12` and `aws-lambda/provided.al2023` name no engine, and are not asked about Node, which anybody can bring.
 */
export function isAsked(requirement: Requirement, target: Target): boolean {
  const ofSystem = systemKinds.has(requirement.kind) && !requirement.name.startsWith('wasm')
  if (ofSystem) return target.family !== 'runtime'
  return target.engine !== undefined
}

export function isBrowser({ family }: Target): boolean {
  return family === 'browser'
}
