import type { Platform } from '../bundling/bundle-options.ts'
import type { Config } from '../config/config.ts'
import type { EngineName, Target } from '../targets/target.ts'
import { askedTargets } from './judge.ts'

const platformOf: Readonly<Partial<Record<EngineName, Platform>>> = {
  node: 'node',
  deno: 'node',
  bun: 'node',
  workerd: 'worker',
  'edge-runtime': 'worker',
  fastly: 'worker',
  chrome: 'browser',
  edge: 'browser',
  firefox: 'browser',
  safari: 'browser',
}

/** What bundles are made for: as asked, else what all the targets asked for are, else Node. */
export function bundlePlatform(config: Config): Platform {
  const asked = config.bundle['platform'] as Platform | 'auto'
  if (asked !== 'auto') return asked
  const platforms = new Set(askedTargets(config).named.map(platformOfTarget))
  const [only] = platforms
  return platforms.size === 1 && only !== undefined ? only : 'node'
}

function platformOfTarget({ engine }: Target): Platform | undefined {
  return engine === undefined ? undefined : platformOf[engine.value.name]
}
