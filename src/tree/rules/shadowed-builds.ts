import type { Finding } from '../../core/finding.ts'
import type { Architecture } from '../../core/requirement.ts'
import type { TreeRule, TreeView } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import type { NativeBuild } from '../addons/native-build.ts'
import { nativePackagesOf, type NativePackage, packageText } from '../addons/native-package.ts'

/** What an install script left behind for the machine that ran npm, in a tree that is for another one. */
export const shadowedBuilds: TreeRule = {
  id: 'tree/host-build',
  help: '`npm ci --cpu=arm64` chooses packages for arm64 and still runs install scripts on the host: what they compile or fetch is for the host, is loaded first (build/Release before prebuilds), and npm exits with 0.',
  async check(tree, context) {
    const packages = await nativePackagesOf(tree, context)
    const installedFor = installedArchitectures(packages)
    return packages.flatMap((native) => check(native, installedFor, tree))
  },
}

/** Architectures of the platform packages that npm chose for Linux. */
function installedArchitectures(packages: readonly NativePackage[]): ReadonlySet<Architecture> {
  const machines = packages.flatMap(({ builds }) =>
    builds
      .filter((build) => build.place === 'platform-package' && build.os === 'linux')
      .flatMap((build) => build.architectures),
  )
  return new Set(machines)
}

function check(
  native: NativePackage,
  installedFor: ReadonlySet<Architecture>,
  tree: TreeView,
): Omit<Finding, 'ruleId'>[] {
  if (native.owner.path === '') return []
  const made = native.builds.filter((build) => isHostMade(build, native))
  const labelled = native.builds.filter(
    (build) => build.os === 'linux' && build.mislabelled === undefined && !isHostMade(build, native),
  )
  const offered = new Set(labelled.flatMap((build) => build.architectures))
  return made.flatMap((build): Omit<Finding, 'ruleId'>[] => {
    const machine = build.architectures[0]
    if (machine === undefined) return []
    const others = [...offered].filter((each) => each !== machine).sort()
    const asked = tree.architectures ?? []
    const expected = asked.length > 0 ? asked : installedFor.size === 1 ? [...installedFor] : others
    const wrong = expected.filter((each) => each !== machine)
    if (wrong.length === 0) return []
    const told = asked.length > 0 || installedFor.size === 1
    const certain = told ? !expected.includes(machine) : !offered.has(machine)
    const where = build.path.slice(native.owner.path.length + 1)
    const names = wrong.map(nodeArchitectureName).join(', ')
    const consequence =
      asked.length > 0
        ? `asked for is ${names}`
        : told
          ? `the tree is installed for ${names}`
          : `on ${names} it fails to load`
    const instead =
      others.length > 0
        ? `, and is loaded before the builds for ${others.map(nodeArchitectureName).join(', ')} beside it`
        : ''
    return [
      {
        severity: certain ? 'error' : 'warning',
        message: `${packageText(native.owner)}: ${where} is ${nodeArchitectureName(machine)} code${instead}; ${consequence}`,
        advice: `Its install script ran on a ${nodeArchitectureName(machine)} machine. Install with --ignore-scripts, remove ${where}, or compile it on ${names}.`,
        data: {
          package: native.owner.name,
          version: native.owner.version,
          architecture: machine,
          expected: [...expected].sort(),
        },
        location: { path: build.path },
        wastedBytes: build.bytes,
      },
    ]
  })
}

/** In a place that install scripts write to: build/Release, or a program in `bin` beside packages for each platform. */
function isHostMade(build: NativeBuild, native: NativePackage): boolean {
  if (build.os !== 'linux') return false
  if (build.place === 'build') return true
  return (
    build.place === 'unlabelled' &&
    native.conventions.includes('optional-dependencies') &&
    build.path.startsWith(`${native.owner.path}/`)
  )
}
