import type { ArtifactReport } from '../core/report.ts'
import type { Architecture, CapabilityKind } from '../core/requirement.ts'
import { isOfBrowsers } from './data/js-global-origin.ts'
import { findTarget, narrow } from './find-target.ts'
import { nodeArchitectureName } from './target.ts'
import type { Target } from './target.ts'

/**
 * A handful of targets for a tree when the user names none: where such files are deployed most, on the architectures
 * that the tree holds code for, and on the two that people move between.
 */
export function defaultTargets(artifacts: readonly Kind[]): Target[] {
  const formats = new Set(artifacts.map((artifact) => artifact.format))
  const native = new Set<Architecture>()
  for (const artifact of artifacts) {
    if (artifact.format === 'elf' && artifact.architecture !== null) native.add(artifact.architecture)
  }
  const chosen: Target[] = []
  for (const architecture of native.size === 0 ? [] : usualArchitectures(native))
    chosen.push(...systemsFor(architecture))
  if (isForBrowsers(artifacts)) chosen.push(...usualBrowsers())
  else if (formats.has('js') || formats.has('wasm')) {
    chosen.push(findTarget('node20'), findTarget('node22'), findTarget('node24'), findTarget('cloudflare-workers'))
  }
  return chosen
}

/** For code that only browsers run. */
export function usualBrowsers(): Target[] {
  return [findTarget('chrome120'), findTarget('firefox121'), findTarget('safari16.4')]
}

type Kind = Pick<ArtifactReport, 'format' | 'architecture'> & Partial<Pick<ArtifactReport, 'requirements'>>

/** Is there code that nothing but a browser runs, and none that asks for Node's modules? */
function isForBrowsers(artifacts: readonly Kind[]): boolean {
  const used = (kind: CapabilityKind, test: (name: string) => boolean): boolean =>
    artifacts.some(({ requirements }) => requirements?.some((one) => one.kind === kind && one.need !== 'guarded' && test(one.name)))
  return used('js-global', isOfBrowsers) && !used('node-builtin', () => true)
}

/** The two that people move between; what else the tree holds only when it holds neither, as prebuilds bring many. */
function usualArchitectures(native: ReadonlySet<Architecture>): readonly Architecture[] {
  if (native.has('x86-64') || native.has('aarch64')) return ['x86-64', 'aarch64']
  return [...native].sort().slice(0, 3)
}

/** A managed platform, a glibc and a musl distribution that have that architecture. */
function systemsFor(architecture: Architecture): Target[] {
  const ids = ['aws-lambda/nodejs22.x', 'debian-12', 'debian-13', 'alpine-3.22']
  const offered = ids.map((id) => findTarget(id)).filter((target) => target.architectures?.value.includes(architecture))
  const systems = offered.filter(
    (target) => target.id !== 'debian-13' || !offered.some((other) => other.id === 'debian-12'),
  )
  if (systems.length > 0) return systems.map((target) => narrow(target, architecture))
  const name = nodeArchitectureName(architecture)
  return [findTarget(`linux-${name}-glibc-2.36`), findTarget(`linux-${name}-musl`)]
}
