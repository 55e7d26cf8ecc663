import type { Finding } from '../../core/finding.ts'
import type { TreeRule } from '../../core/tree.ts'
import {
  nativePackagesOf,
  packageText,
  type NativePackage,
  type PlatformBuild,
  platformText,
} from '../addons/native-package.ts'

/** For which platforms each package with native code has a build: the portability matrix of the tree. */
export const nativePackages: TreeRule = {
  id: 'tree/native-packages',
  help: 'Packages that carry or load native code, with every operating system, architecture and C library for which they have a build: by the headers of the files, not by the names of folders.',
  async check(tree, context) {
    const packages = await nativePackagesOf(tree, context)
    return packages.map(toFinding)
  },
}

function toFinding(native: NativePackage): Omit<Finding, 'ruleId'> {
  const { owner, conventions, platforms, compilable } = native
  const present = platforms.filter((platform) => platform.state === 'present')
  const installable = platforms.filter((platform) => platform.state === 'installable')
  const parts = [
    present.length > 0 ? `has builds for ${list(present)}` : 'has no build in the tree',
    ...(installable.length > 0 ? [`npm has it for ${list(installable)}`] : []),
    ...(compilable && present.length === 0 ? ['it can be compiled from binding.gyp'] : []),
  ]
  return {
    severity: 'info',
    message: `${packageText(owner)} ${parts.join('; ')}`,
    data: {
      package: owner.name,
      version: owner.version,
      conventions,
      compilable,
      platforms: platforms.map(({ os, architecture, libc, state, bytes, paths, packages }) => ({
        os,
        architecture,
        libc,
        state,
        bytes,
        paths: [...paths],
        packages: [...packages],
      })),
    },
    location: { path: owner.path === '' ? '.' : owner.path },
  }
}

/** `linux/x64 (glibc, musl), linux/arm64 glibc, darwin/arm64`; Linux first. */
function list(platforms: readonly PlatformBuild[]): string {
  const machines = new Map<string, string[]>()
  const order = [...platforms].sort((a, b) => Number(b.os === 'linux') - Number(a.os === 'linux'))
  for (const platform of order) {
    const machine = platformText({ ...platform, libc: 'any' })
    const libcs = machines.get(machine) ?? []
    if (platform.libc !== 'any') libcs.push(platform.libc)
    machines.set(machine, libcs)
  }
  const texts = [...machines].map(([machine, libcs]) =>
    libcs.length === 0 ? machine : libcs.length === 1 ? `${machine} ${libcs[0]}` : `${machine} (${libcs.join(', ')})`,
  )
  return texts.length <= 12 ? texts.join(', ') : `${texts.slice(0, 10).join(', ')} and ${texts.length - 10} more`
}
