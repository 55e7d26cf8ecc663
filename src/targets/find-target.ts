import { UsageError } from '../core/errors.ts'
import type { Architecture } from '../core/requirement.ts'
import { parseArchitecture } from '../core/requirement.ts'
import { exampleIds, parseTarget, targets } from './all-targets.ts'
import { nodeArchitectureName } from './target.ts'
import type { Target } from './target.ts'

/**
 * The target with that id, among the user's own first. `id@arm64` narrows it to one architecture.
 *
 * @throws UsageError when there is none, with the nearest names; or when it does not have that architecture.
 */
export function findTarget(id: string, own: readonly Target[] = []): Target {
  const exact = lookUp(id, own)
  if (exact !== undefined) return exact
  const at = id.lastIndexOf('@')
  const architecture = at < 0 ? undefined : parseArchitecture(id.slice(at + 1))
  const target = at < 0 ? undefined : lookUp(id.slice(0, at), own)
  if (target === undefined) throw unknownTarget(at < 0 ? id : id.slice(0, at), own)
  if (architecture === undefined) {
    throw new UsageError(`${id}: ${id.slice(at + 1)} is not an architecture`, 'x64, arm64, arm, riscv64, s390x, ppc64le, loong64, …')
  }
  return narrow(target, architecture)
}

function lookUp(id: string, own: readonly Target[]): Target | undefined {
  return own.find((target) => target.id === id) ?? targets.find((target) => target.id === id) ?? parseTarget(id)
}

/**
 * The target for one architecture.
 *
 * @throws UsageError when the target is known not to have it.
 */
export function narrow(target: Target, architecture: Architecture): Target {
  const fact = target.architectures
  if (fact === undefined) return target
  if (!fact.value.includes(architecture)) {
    throw new UsageError(
      `${target.id} does not run ${nodeArchitectureName(architecture)} code`,
      fact.value.length === 0 ? undefined : `it runs ${fact.value.map(nodeArchitectureName).join(', ')}`,
    )
  }
  if (fact.value.length === 1) return target
  return {
    ...target,
    id: `${target.id}@${nodeArchitectureName(architecture)}`,
    title: `${target.title} (${nodeArchitectureName(architecture)})`,
    architectures: { ...fact, value: [architecture] },
  }
}

/**
 * Targets as the command line names them, one for each architecture: those asked for with `--arch`, else all that the
 * target has. Sorted as given; each once.
 *
 * @throws UsageError as `findTarget`.
 */
export function selectTargets(
  ids: readonly string[],
  architectures: readonly Architecture[] = [],
  own: readonly Target[] = [],
): Target[] {
  const selected = new Map<string, Target>()
  for (const target of ids.flatMap((id) => expand(findTarget(id, own), architectures))) selected.set(target.id, target)
  return [...selected.values()]
}

function expand(target: Target, architectures: readonly Architecture[]): Target[] {
  const offered = target.architectures?.value ?? []
  if (offered.length <= 1) return [target]
  return (architectures.length > 0 ? architectures : offered).map((architecture) => narrow(target, architecture))
}

function unknownTarget(id: string, own: readonly Target[]): UsageError {
  const known = [...own.map((target) => target.id), ...targets.map((target) => target.id), ...exampleIds]
  const near = nearestNames(id, known)
  return new UsageError(
    `there is no target ${id}`,
    `${near.length > 0 ? `did you mean ${near.join(', ')}? ` : ''}\`shrink targets\` lists all`,
  )
}

/** Up to three names that are near enough to be meant. */
export function nearestNames(name: string, known: Iterable<string>): string[] {
  const lower = name.toLowerCase()
  const scored = [...new Set(known)].map((candidate) => {
    const contained = lower.length >= 3 && candidate.includes(lower)
    return { candidate, distance: contained ? 0 : editDistance(lower, candidate) }
  })
  const limit = Math.max(2, Math.floor(name.length / 3))
  const near = scored.filter(({ distance }) => distance <= limit)
  near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1))
  return near.slice(0, 3).map(({ candidate }) => candidate)
}

/** Levenshtein. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const substitute = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(substitute, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
