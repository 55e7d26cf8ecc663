import type { Need, Requirement } from '../../../core/requirement.ts'
import { compareVersions } from './symbol-versions.ts'

/** One requirement for each capability: of two versions the higher one, with its evidence. */
export function combineRequirements(requirements: readonly Requirement[]): Requirement[] {
  const combined = new Map<string, Requirement>()
  for (const requirement of requirements) {
    const versioned = requirement.kind === 'libc' || requirement.kind === 'symbol-version' || requirement.kind === 'node-api'
    const key = `${requirement.kind} ${requirement.name} ${versioned ? '' : (requirement.version ?? '')}`
    const known = combined.get(key)
    if (known === undefined || isStronger(requirement, known)) combined.set(key, requirement)
  }
  return [...combined.values()]
}

const strength: Readonly<Record<Need, number>> = { guarded: 0, possible: 1, required: 2 }

function isStronger(one: Requirement, other: Requirement): boolean {
  const versions = compareVersions(one.version ?? '0', other.version ?? '0')
  return strength[one.need] > strength[other.need] || (one.need === other.need && versions > 0)
}
