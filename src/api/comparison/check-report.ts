import type { Severity } from '../../core/diagnostic.ts'
import { UsageError } from '../../core/errors.ts'
import type { Finding } from '../../core/finding.ts'
import type { Location } from '../../core/location.ts'
import type { ArtifactReport, ComparedFinding, EncodedSizes, OutputReport, PackageReport, Report, Verdict } from '../../core/report.ts'
import type { Need, Requirement } from '../../core/requirement.ts'

/** What is read of an earlier report. */
export interface PreviousReport extends Pick<Report, 'tool' | 'command'> {
  readonly artifacts: readonly (Pick<ArtifactReport, 'path' | 'sizes' | 'sha256' | 'requirements' | 'properties'> & { readonly findings: readonly MendableFinding[] })[]
  readonly treeFindings: readonly ComparedFinding[]
  readonly outputs: readonly (Pick<OutputReport, 'path' | 'sizes' | 'sha256' | 'requirements'> & { readonly changes: readonly { readonly transform: string }[] })[]
  readonly packages: readonly Pick<PackageReport, 'path' | 'size'>[]
  readonly portability: readonly Pick<Verdict, 'artifact' | 'target' | 'verdict'>[]
  readonly diagnostics: readonly { readonly severity: string; readonly location?: { readonly path: string } }[]
}

type MendableFinding = ComparedFinding & Pick<Finding, 'fix'>

type Loose = Readonly<Record<string, unknown>>

/** Characters of a path or a name: more than any file system has. */
const maxText = 65_536

/** Bytes that no file has: with it, sums of a million files stay exact. */
const maxSize = 2 ** 53 / 2 ** 20

/** Entries of a list, so that sums stay exact. */
const maxEntries = 2 ** 20

/**
 * Reads what is compared of a report, and nothing else of it: it comes from somewhere else, by hand perhaps. Fields and kinds
 * that a later tool added to version 1 are no mistake.
 *
 * @param file that errors cite
 * @throws UsageError that says what is wrong where
 */
export function checkReport(value: unknown, file: string): PreviousReport {
  const report = object(value, file, 'is no report of shrink: an object is needed')
  const { schemaVersion, command } = report
  if (schemaVersion === undefined) throw wrong(file, 'is no report of shrink: it has no schemaVersion')
  if (schemaVersion !== 1) throw new UsageError(`${file}: schemaVersion is ${JSON.stringify(schemaVersion)?.slice(0, 40)}, and this version reads 1`, 'Write it anew with the shrink that compares.')
  const tool = object(report['tool'], `${file}: tool`)
  if (command !== 'analyze' && command !== 'build') throw wrong(`${file}: command`, 'analyze or build is needed')
  return {
    tool: { name: text(tool['name'], `${file}: tool.name`), version: text(tool['version'], `${file}: tool.version`) },
    command,
    artifacts: list(report['artifacts'], `${file}: artifacts`, (entry, at) => {
      const { properties, requirements, findings } = entry
      return {
        ...weighed(entry, at),
        requirements: list(requirements, `${at}.requirements`, requirement),
        findings: list(findings, `${at}.findings`, finding),
        properties: cpuAnalysis(object(properties, `${at}.properties`)),
      }
    }),
    treeFindings: list(report['treeFindings'], `${file}: treeFindings`, finding),
    outputs: list(report['outputs'], `${file}: outputs`, (entry, at) => {
      const { requirements, changes } = entry
      const transforms = list(changes, `${at}.changes`, ({ transform }, change) => ({ transform: text(transform, `${change}.transform`) }))
      return { ...weighed(entry, at), changes: transforms, ...(requirements === undefined ? {} : { requirements: list(requirements, `${at}.requirements`, requirement) }) }
    }),
    packages: list(report['packages'], `${file}: packages`, ({ path, size }, at) => ({ path: text(path, `${at}.path`), size: bytes(size, `${at}.size`) })),
    portability: list(report['portability'], `${file}: portability`, ({ artifact, target, verdict }, at) => ({
      artifact: text(artifact, `${at}.artifact`),
      target: text(target, `${at}.target`),
      verdict: oneOf(verdict, ['runs', 'fails', 'unknown'], `${at}.verdict`),
    })),
    diagnostics: list(report['diagnostics'], `${file}: diagnostics`, ({ severity, location }, at) => ({
      severity: text(severity, `${at}.severity`),
      ...(location === undefined ? {} : { location: { path: text(object(location, `${at}.location`)['path'], `${at}.location.path`) } }),
    })),
  }
}

/** The one property that says what the requirements are worth. */
function cpuAnalysis(properties: Loose): ArtifactReport['properties'] {
  const found = properties['cpuAnalysis']
  return typeof found === 'string' ? { cpuAnalysis: found } : {}
}

function weighed({ path, sizes, sha256 }: Loose, at: string): { readonly path: string; readonly sizes: EncodedSizes; readonly sha256: string } {
  const { raw, gzip, brotli } = object(sizes, `${at}.sizes`)
  return {
    path: text(path, `${at}.path`),
    sizes: {
      raw: bytes(raw, `${at}.sizes.raw`),
      gzip: gzip === null ? null : bytes(gzip, `${at}.sizes.gzip`),
      brotli: brotli === null ? null : bytes(brotli, `${at}.sizes.brotli`),
    },
    sha256: text(sha256, `${at}.sha256`),
  }
}

function requirement({ kind, name, version, value, need }: Loose, at: string): Requirement {
  if (value !== undefined && typeof value !== 'number') throw wrong(`${at}.value`, 'a number is needed')
  return {
    // one that is not known is compared like the others
    kind: text(kind, `${at}.kind`) as Requirement['kind'],
    name: text(name, `${at}.name`),
    ...(version === undefined ? {} : { version: text(version, `${at}.version`) }),
    ...(value === undefined ? {} : { value }),
    need: oneOf<Need>(need, ['required', 'possible', 'guarded'], `${at}.need`),
    evidence: [],
  }
}

function finding({ ruleId, severity, message, location, fix }: Loose, at: string): MendableFinding {
  return {
    ruleId: text(ruleId, `${at}.ruleId`),
    severity: oneOf<Severity>(severity, ['error', 'warning', 'info'], `${at}.severity`),
    message: text(message, `${at}.message`),
    ...(location === undefined ? {} : { location: place(object(location, `${at}.location`), `${at}.location`) }),
    ...(fix === undefined ? {} : { fix: { transform: text(object(fix, `${at}.fix`)['transform'], `${at}.fix.transform`) } }),
  }
}

function place({ path, offset, line, column }: Loose, at: string): Location {
  const figure = (value: unknown, name: 'offset' | 'line' | 'column'): Partial<Location> => (value === undefined ? {} : { [name]: bytes(value, `${at}.${name}`) })
  return { path: text(path, `${at}.path`), ...figure(offset, 'offset'), ...figure(line, 'line'), ...figure(column, 'column') }
}

function list<T>(value: unknown, at: string, read: (entry: Loose, at: string) => T): T[] {
  if (!Array.isArray(value)) throw wrong(at, 'a list is needed')
  if (value.length > maxEntries) throw wrong(at, `${value.length} entries are more than the ${maxEntries} that are compared`)
  return value.map((entry, index) => read(object(entry, `${at}[${index}]`), `${at}[${index}]`))
}

function object(value: unknown, at: string, needed = 'an object is needed'): Loose {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(at, needed)
  return value as Loose
}

function text(value: unknown, at: string): string {
  if (typeof value !== 'string') throw wrong(at, 'a text is needed')
  if (value.length > maxText) throw wrong(at, `${value.length} characters are more than the ${maxText} that are compared`)
  return value
}

function oneOf<T extends string>(value: unknown, known: readonly T[], at: string): T {
  const found = known.find((each) => each === value)
  if (found === undefined) throw wrong(at, `one of ${known.join(', ')} is needed`)
  return found
}

function bytes(value: unknown, at: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > maxSize) throw wrong(at, `a whole number of bytes is needed, ${maxSize} at most`)
  return value
}

function wrong(at: string, what: string): UsageError {
  const isWhole = what.startsWith('is no')
  return new UsageError(`${at}${isWhole ? ' ' : ': '}${what}`, 'Name a report that `--json` or `--reporter json=FILE` wrote.')
}
