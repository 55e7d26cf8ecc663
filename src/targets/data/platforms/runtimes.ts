import { from } from '../../fact.ts'
import type { Fact, Target } from '../../target.ts'
import { nodeReleases, nodeReleasesDate, nodeReleasesSource } from '../node-releases.ts'

const measured = from(nodeReleasesSource, nodeReleasesDate, 'measured')
const schedule = from('https://github.com/nodejs/Release/blob/main/schedule.json', '2026-11-20')

/** Node compiles what it is given, unless it is started with --disallow-code-generation-from-strings. */
export const nodeCompiles: Fact<boolean> = measured(true)

/** Node itself, whatever machine and system it is on: `node22`. */
export const nodeRuntimes: readonly Target[] = nodeReleases.map((release) => ({
  id: `node${release.line}`,
  title: `Node.js ${release.line}`,
  family: 'runtime',
  engine: measured({ name: 'node', version: release.line }),
  runtimeCompilation: nodeCompiles,
  limits: [],
  ...(release.supportEnds === undefined ? {} : { supportEnds: schedule(release.supportEnds) }),
}))
