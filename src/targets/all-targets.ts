import { awsLambda } from './data/platforms/aws-lambda.ts'
import { edgePlatforms } from './data/platforms/edge.ts'
import { functionPlatforms } from './data/platforms/functions.ts'
import { nodeRuntimes } from './data/platforms/runtimes.ts'
import { engineIds, parseEngine } from './data/platforms/engines.ts'
import { distributionTargets, genericIds, parseGenericLinux } from './data/platforms/systems.ts'
import type { Target } from './target.ts'

/** Platforms and systems that the data knows by name, in the order of listings. */
export const targets: readonly Target[] = [
  ...awsLambda,
  ...functionPlatforms,
  ...edgePlatforms,
  ...nodeRuntimes,
  ...distributionTargets,
]

/** Ids that are read rather than looked up, as examples of what can be written. */
export const exampleIds: readonly string[] = [...genericIds, ...engineIds]

/** The target that an id describes by itself: `linux-arm64-glibc-2.31`, `chrome100`. */
export function parseTarget(id: string): Target | undefined {
  return parseGenericLinux(id) ?? parseEngine(id)
}
