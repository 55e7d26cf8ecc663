import { UsageError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
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
    throw new UsageError(
      `${id}: ${id.slice(at + 1)} is not an architecture`,
      'x64, arm64, arm, riscv64, s390x, ppc64le, loong64, …',
    )
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
  const cpu = target.cpu?.[architecture]
  const { cpu: _all, ...rest } = target
  return {
    ...rest,
    ...(cpu === undefined ? {} : { cpu: { [architecture]: cpu } }),
    id: `${target.id}@${nodeArchitectureName(architecture)}`,
    title: `${target.title} (${nodeArchitectureName(architecture)})`,
    architectures: { ...fact, value: [architecture] },
  }
}

/**
 * Targets as the command line names them, each once. With `architectures`, one for each of those; without, a target
 * that has several stays whole: an artifact is then judged on the one that it is built for.
 *
 * @throws UsageError as `findTarget`; when none of `architectures` is on a target
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
  const native = (target.architectures?.value ?? []).filter((architecture) => !architecture.startsWith('wasm'))
  if (native.length === 0 || architectures.length === 0) return [target]
  return architectures.map((architecture) => narrow(target, architecture))
}

function unknownTarget(id: string, own: readonly Target[]): UsageError {
  const known = [...own.map((target) => target.id), ...targets.map((target) => target.id), ...exampleIds]
  const near = nearestNames(id, known)
  return new UsageError(
    `there is no target ${id}`,
    `${near.length > 0 ? `Did you mean ${near.join(', ')}? ` : ''}\`shrink targets\` lists all.`,
  )
}

/** Up to three names that contain what was written, or the one that is nearest to it. */
export function nearestNames(name: string, known: readonly string[]): string[] {
  const lower = name.toLowerCase()
  const containing = lower.length < 3 ? [] : known.filter((candidate) => candidate.includes(lower))
  if (containing.length > 0) return containing.sort((a, b) => a.length - b.length || (a < b ? -1 : 1)).slice(0, 3)
  const near = nearest(lower, known)
  return near === undefined ? [] : [near]
}
