import type { Architecture } from '../../core/requirement.ts'
import type { TreeRule } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import { fileCutAway } from '../cut-down-package.ts'
import { nativePackagesOf, type NativePackage, packageText } from '../addons/native-package.ts'

/** Packages that need native code and have none in the tree for a Linux machine that matters. */
export const missingBuilds: TreeRule = {
  id: 'tree/missing-build',
  help: 'The package loads native code, and the tree holds no build for the architecture. It is fetched or compiled by an install script, comes in another package, or does not exist.',
  async check(tree, context) {
    const packages = await nativePackagesOf(tree, context)
    const asked = tree.architectures ?? []
    return packages.flatMap((native) => {
      if (native.owner.path === '') return []
      const has = linuxArchitectures(native, 'present')
      const cutAway = native.platforms.some(({ state }) => state === 'present') ? undefined : fileCutAway(native.owner)
      if (cutAway !== undefined) return [takenForUnused(native, cutAway)]
      if (asked.length === 0) return has.size > 0 ? [] : [finding(native, undefined)]
      return asked.filter((architecture) => !has.has(architecture)).map((architecture) => finding(native, architecture))
    })
  },
}

function finding(
  native: NativePackage,
  architecture: Architecture | undefined,
): Awaited<ReturnType<TreeRule['check']>>[number] {
  const { owner } = native
  const machine = architecture === undefined ? '' : ` for ${nodeArchitectureName(architecture)}`
  const [how, advice] = wayTo(native, architecture)
  // Where npm has it for the architecture, the others do not matter.
  const exists = how === asPackage ? [] : [...linuxArchitectures(native)].sort().map(nodeArchitectureName)
  return {
    severity: architecture !== undefined && how === undefined ? 'error' : 'warning',
    message: `${packageText(owner)} has no Linux build${machine} in the tree${how === undefined ? '' : `: ${how}`}${
      exists.length > 0 ? `; there are builds for ${exists.join(', ')}` : ''
    }`,
    advice,
    data: {
      package: owner.name,
      version: owner.version,
      architecture: architecture ?? null,
      conventions: native.conventions,
      compilable: native.compilable,
    },
    location: { path: owner.path },
  }
}

/** A compiler that builds the application, and of which its server loads something else (next and its SWC). */
function takenForUnused({ owner }: NativePackage, cutAway: string): Awaited<ReturnType<TreeRule['check']>>[number] {
  return {
    severity: 'info',
    message: `${packageText(owner)} has no native build in the tree, for any machine, and only some of its other files (${cutAway} is not there either): what chose the files did not find it in use`,
    advice: 'If it is used after all, it is missed on every architecture.',
    data: { package: owner.name, version: owner.version, cutAway },
    location: { path: owner.path },
  }
}

const asPackage = 'npm has it as a package of its own'

/** Where a build would come from, and what to do. */
function wayTo(native: NativePackage, architecture: Architecture | undefined): readonly [string | undefined, string] {
  const cpu = architecture === undefined ? '<architecture>' : nodeArchitectureName(architecture)
  const installable = linuxArchitectures(native, 'installable')
  if (architecture === undefined ? installable.size > 0 : installable.has(architecture)) {
    return [
      asPackage,
      `npm install --os=linux --cpu=${cpu}, or \`shrink build --arch ${cpu}\`, which fetches it.`,
    ]
  }
  if (native.conventions.includes('prebuild-install') || native.conventions.includes('node-pre-gyp')) {
    const tool = native.conventions.includes('prebuild-install') ? 'prebuild-install' : 'node-pre-gyp'
    return [
      `its install script fetches one with ${tool}, or compiles it`,
      `Run its install script on the target’s architecture (npm rebuild ${native.owner.name}).`,
    ]
  }
  if (native.compilable)
    return [
      'it is compiled from binding.gyp',
      `Compile it on the target’s architecture (npm rebuild ${native.owner.name}).`,
    ]
  if (native.conventions.includes('install-script'))
    return [
      'its install script makes one',
      `Run its install script on the target’s architecture (npm rebuild ${native.owner.name}).`,
    ]
  return [undefined, 'Use another version or another package, or a WebAssembly build of it.']
}

function linuxArchitectures(native: NativePackage, state?: 'present' | 'installable'): ReadonlySet<Architecture> {
  const platforms = native.platforms.filter(
    (platform) => platform.os === 'linux' && (state === undefined || platform.state === state),
  )
  return new Set(platforms.map((platform) => platform.architecture))
}
