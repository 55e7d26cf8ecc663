import { compareVersions } from '../../core/compare-versions.ts'
import type { RequirementChange } from '../../core/report.ts'
import type { CapabilityKind, Need, Requirement } from '../../core/requirement.ts'
import type { ComparedFile } from './compared-files.ts'
import type { FilePair } from './pair-files.ts'

/** Kinds whose version is the lowest that serves. */
const lowest: ReadonlySet<CapabilityKind> = new Set(['libc', 'symbol-version', 'kernel', 'node', 'node-api'])

const order: readonly Need[] = ['required', 'possible', 'guarded']

/**
 * What files need newly or no longer. Of a file that was added, that is what nothing needed before; of one that was removed, what
 * nothing needs now.
 */
export function requirementChanges(pairs: readonly FilePair[]): readonly RequirementChange[] {
  const neededBefore = byCapability(pairs.flatMap(({ before }) => before?.requirements ?? []))
  const neededAfter = byCapability(pairs.flatMap(({ after }) => after?.requirements ?? []))
  return pairs.flatMap(({ before, after }) => {
    const path = (after ?? before)!.path
    const [from, to] = [comparable(before, after), comparable(after, before)]
    if (before === undefined) return to.filter((each) => !isCovered(each, neededBefore)).map((each) => ({ artifact: path, before: null, after: withWitness(each) }))
    if (after === undefined) return from.filter((each) => !isCovered(each, neededAfter)).map((each) => ({ artifact: path, before: each, after: null }))
    return changesOf(path, byCapability(from), byCapability(to))
  })
}

/** Where the code was decoded for one report only, what it needs of the CPU is not known to have changed. */
function comparable(file: ComparedFile | undefined, other: ComparedFile | undefined): readonly Requirement[] {
  if (file === undefined) return []
  const isSkipped = ({ cpuAnalysis }: ComparedFile): boolean => cpuAnalysis === 'skipped' || cpuAnalysis === undefined
  return other === undefined || isSkipped(file) === isSkipped(other) ? file.requirements : file.requirements.filter(({ kind }) => kind !== 'cpu-feature')
}

type ByCapability = ReadonlyMap<string, readonly Requirement[]>

function byCapability(requirements: readonly Requirement[]): ByCapability {
  const groups = new Map<string, Requirement[]>()
  for (const requirement of requirements) {
    const group = groups.get(capability(requirement))
    if (group === undefined) groups.set(capability(requirement), [requirement])
    else group.push(requirement)
  }
  return groups
}

function capability({ kind, name }: Requirement): string {
  // page sizes are the name
  return kind === 'page-size' ? kind : `${kind}\0${name}`
}

function isCovered(requirement: Requirement, needed: ByCapability): boolean {
  return (needed.get(capability(requirement)) ?? []).some((other) => {
    if (order.indexOf(other.need) > order.indexOf(requirement.need)) return false
    if (lowest.has(requirement.kind)) return compareVersions(other.version ?? '0', requirement.version ?? '0') >= 0
    return other.name === requirement.name && other.version === requirement.version && other.value === requirement.value
  })
}

/** Of a capability, what is the same goes; of what is left, the surest before became the surest now. */
function changesOf(artifact: string, before: ByCapability, after: ByCapability): RequirementChange[] {
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((key) => {
    const [old, now] = [distinct(before.get(key) ?? []), distinct(after.get(key) ?? [])]
    const gone = surestFirst([...old].filter(([text]) => !now.has(text)))
    const fresh = surestFirst([...now].filter(([text]) => !old.has(text)))
    return Array.from({ length: Math.max(gone.length, fresh.length) }, (_, index) => ({
      artifact,
      before: gone[index] === undefined ? null : { ...gone[index], evidence: [] },
      after: fresh[index] === undefined ? null : withWitness(fresh[index]),
    }))
  })
}

function distinct(requirements: readonly Requirement[]): ReadonlyMap<string, Requirement> {
  return new Map(requirements.map((requirement) => [JSON.stringify([requirement.need, requirement.name, requirement.version, requirement.value]), requirement]))
}

function surestFirst(entries: readonly (readonly [string, Requirement])[]): readonly Requirement[] {
  return entries.map(([, requirement]) => requirement).sort((a, b) => order.indexOf(a.need) - order.indexOf(b.need))
}

function withWitness(requirement: Requirement): Requirement {
  return { ...requirement, evidence: requirement.evidence.slice(0, 1) }
}
