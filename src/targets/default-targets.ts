import type { ArtifactReport } from '../core/report.ts'
import type { Architecture } from '../core/requirement.ts'
import { findTarget, narrow } from './find-target.ts'
import { nodeArchitectureName } from './target.ts'
import type { Target } from './target.ts'

/**
 * A handful of targets for a tree when the user names none: where such files are deployed most, on the architectures
 * that the tree holds code for, and on the two that people move between.
 */
export function defaultTargets(artifacts: readonly Pick<ArtifactReport, 'format' | 'architecture'>[]): Target[] {
  const formats = new Set(artifacts.map((artifact) => artifact.format))
  const native = new Set<Architecture>()
  for (const artifact of artifacts) {
    if (artifact.format === 'elf' && artifact.architecture !== null) native.add(artifact.architecture)
  }
  const chosen: Target[] = []
  if (native.size > 0) {
    native.add('x86-64').add('aarch64')
    const order = [...native].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1)).slice(0, 4)
    for (const architecture of order) {
      if (architecture === 'x86-64' || architecture === 'aarch64') {
        chosen.push(narrow(findTarget('aws-lambda/nodejs22.x'), architecture))
      }
      const name = nodeArchitectureName(architecture)
      chosen.push(findTarget(`linux-${name}-glibc-2.36`), findTarget(`linux-${name}-musl`))
    }
  }
  if (formats.has('js') || formats.has('wasm')) {
    chosen.push(findTarget('node20'), findTarget('node22'), findTarget('node24'), findTarget('cloudflare-workers'))
  }
  return chosen
}

function rank(architecture: Architecture): number {
  return architecture === 'x86-64' ? 0 : architecture === 'aarch64' ? 1 : 2
}
