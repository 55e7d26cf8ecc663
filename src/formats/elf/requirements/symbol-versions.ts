import type { Evidence, Requirement } from '../../../core/requirement.ts'
import type { ElfTables } from '../tables.ts'
import type { NeededVersion } from '../read/versions.ts'

/** Version families of the compiler's run-time libraries, by the prefix of their names. */
const families = ['GLIBCXX', 'CXXABI', 'GCC'] as const

/** Symbols named as evidence for one version. */
const maximumWitnesses = 5

/** The highest version of each family that the file needs, with the symbols that need it. */
export function symbolVersionRequirements(tables: ElfTables): Requirement[] {
  return families.flatMap((family) => {
    let highest: { version: string; needed: NeededVersion } | undefined
    for (const needed of tables.versions?.needed ?? []) {
      const version = needed.weak ? undefined : versionOf(needed.version, family)
      if (version === undefined) continue
      if (highest === undefined || compareVersions(version, highest.version) > 0) highest = { version, needed }
    }
    if (highest === undefined) return []
    const { version, needed } = highest
    return [{ kind: 'symbol-version', name: family, version, need: 'required', evidence: symbolsOfVersion(tables, needed) }]
  })
}

function versionOf(name: string, family: string): string | undefined {
  const rest = name.startsWith(`${family}_`) ? name.slice(family.length + 1) : ''
  return /^\d[\d.]*$/.test(rest) ? rest : undefined
}

/** `memcpy@GLIBC_2.14`: the undefined symbols bound to a version; the library when no symbol is. */
export function symbolsOfVersion({ symbols, versions }: ElfTables, needed: NeededVersion): Evidence[] {
  const evidence: Evidence[] = []
  const count = symbols?.count ?? 0
  for (let i = 1; i < count && evidence.length < maximumWitnesses; i++) {
    if (versions?.symbolVersion(i) === needed.index) evidence.push({ text: `${symbols!.name(i)}@${needed.version}` })
  }
  return evidence.length > 0 ? evidence : [{ text: `${needed.version} of ${needed.library}` }]
}

/** Compares dotted numbers: 2.9 < 2.34 < 2.34.1. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = Number(left[i] ?? 0) - Number(right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
