import type { Finding } from '../../core/finding.ts'
import type { Architecture } from '../../core/requirement.ts'
import type { TreeRule } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import { bytesText } from '../bytes-text.ts'
import type { NativeBuild } from '../addons/native-build.ts'
import { nativePackagesOf, type NativePackage, packageText, platformText } from '../addons/native-package.ts'

/** Builds for other platforms: a deployment needs one of them, the rest is weight. */
export const foreignBuilds: TreeRule = {
  id: 'tree/foreign-builds',
  help: 'Packages that bring builds for many platforms in one tarball. A deployment runs on one; the bytes of the others are carried for nothing.',
  async check(tree, context) {
    const packages = await nativePackagesOf(tree, context)
    return packages.flatMap((native) => check(native, tree.architectures ?? []))
  },
}

interface Platform {
  readonly text: string
  readonly os: string
  readonly architecture: Architecture
  readonly libc: 'glibc' | 'musl' | 'any'
  readonly bytes: number
}

function check(native: NativePackage, asked: readonly Architecture[]): Omit<Finding, 'ruleId'>[] {
  const builds = native.builds.filter((build) => build.os !== undefined && build.architectures.length > 0)
  const total = builds.reduce((sum, build) => sum + build.bytes, 0)
  const linux = platformsOf(builds)
  const wanted = linux.filter(({ architecture }) => asked.length === 0 || asked.includes(architecture))
  const needed = wanted.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  const wasted = total - (asked.length > 1 ? wanted.reduce((sum, { bytes }) => sum + bytes, 0) : needed)
  // One platform of an application’s own files is what is deployed, not waste.
  if (wasted <= 0 || builds.every((build) => platformKey(build) === platformKey(builds[0]!))) return []
  if (wanted.length === 0 && native.owner.path === '') return []
  const foreign = [...new Set(builds.map(platformKey))].sort()
  const needs =
    wanted.length === 0
      ? `none of them is for Linux${asked.length === 0 ? '' : ` on ${asked.map(nodeArchitectureName).join(', ')}`}`
      : `one deployment needs ${needText(wanted)}`
  return [
    {
      severity: 'warning',
      message: `${packageText(native.owner)} carries ${bytesText(total)} of native builds for ${foreign.length} platforms; ${needs}`,
      advice: wanted.length === 0 ? 'Leave them out of what runs on Linux; if it is loaded there, it must be compiled there.' : 'Build for one architecture (`shrink build --arch`), which leaves the others out.',
      data: {
        package: native.owner.name,
        version: native.owner.version,
        totalBytes: total,
        platforms: foreign,
        needed: wanted.map(({ text, bytes }) => ({ platform: text, bytes })),
      },
      location: { path: native.owner.path === '' ? '.' : native.owner.path },
      wastedBytes: wasted,
    },
  ]
}

/** `46.0 MB (linux/x64 glibc) or 31.0 MB (linux/arm64 glibc)`: x64 and arm64 first, four at most. */
function needText(wanted: readonly Platform[]): string {
  const rank = ({ architecture }: Platform): number => ['x86-64', 'aarch64'].indexOf(architecture) >>> 0
  const order = [...wanted].sort((a, b) => rank(a) - rank(b))
  const texts = order.slice(0, 4).map(({ text, bytes }) => `${bytesText(bytes)} (${text})`)
  return `${texts.join(' or ')}${order.length > 4 ? ', or another' : ''}`
}

/** Linux platforms with what each needs: files for any C library count for both. */
function platformsOf(builds: readonly NativeBuild[]): Platform[] {
  const platforms = new Map<string, Platform>()
  for (const build of builds) {
    const architecture = build.architectures[0]
    if (build.os !== 'linux' || architecture === undefined || build.mislabelled !== undefined) continue
    const libc = build.libc ?? 'any'
    const text = platformText({ os: 'linux', architecture, libc })
    const bytes = (platforms.get(text)?.bytes ?? 0) + build.bytes
    platforms.set(text, { text, os: 'linux', architecture, libc, bytes })
  }
  const all = [...platforms.values()]
  const shared = (platform: Platform): number =>
    all.find(({ architecture, libc }) => libc === 'any' && architecture === platform.architecture)?.bytes ?? 0
  return all
    .filter(
      ({ architecture, libc }) =>
        libc !== 'any' || !all.some((other) => other.architecture === architecture && other.libc !== 'any'),
    )
    .map((platform) => (platform.libc === 'any' ? platform : { ...platform, bytes: platform.bytes + shared(platform) }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
}

function platformKey(build: NativeBuild): string {
  return build.architectures
    .map((architecture) => platformText({ os: build.os ?? '', architecture, libc: build.libc ?? 'any' }))
    .join('+')
}
