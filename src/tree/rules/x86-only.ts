import type { Finding } from '../../core/finding.ts'
import type { Architecture } from '../../core/requirement.ts'
import type { TreeRule, TreeView } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import type { NativeBuild } from '../addons/native-build.ts'
import { nativePackagesOf, type NativePackage, packageText } from '../addons/native-package.ts'
import { packagesOf } from '../packages.ts'
import { Reach, type ReachStep, reachText } from '../reach.ts'
import { variantKey } from '../variant-key.ts'

const x86: ReadonlySet<Architecture> = new Set(['x86-64', 'i386'])

/** What keeps a tree on x86: packages and programs that exist for no other machine, and how they are reached. */
export const x86Only: TreeRule = {
  id: 'tree/x86-only',
  help: 'Native code that exists for x86 alone: neither in the tree nor on npm is there a build for another architecture, and there is no binding.gyp to compile. With the way by which the application reaches it.',
  async check(tree, context) {
    if (isForX86(tree.architectures)) return []
    const index = await packagesOf(tree, context)
    const reach = new Reach(index, context)
    const findings: Omit<Finding, 'ruleId'>[] = []
    for (const native of await nativePackagesOf(tree, context)) {
      const things = native.owner.path === '' ? programsOf(native) : wholePackage(native)
      for (const builds of things) findings.push(await finding(native, builds, reach, tree))
    }
    return folded(findings)
  },
}

/** Told one by one. A layer of Python has some twenty libraries of its own, the image of a distribution hundreds. */
const most = 3

/** What no code was found to use, and nobody asked about, is told together. */
function folded(findings: readonly Omit<Finding, 'ruleId'>[]): readonly Omit<Finding, 'ruleId'>[] {
  const alike = findings.filter(({ severity, data }) => severity === 'info' && list(data?.['reachedBy']).length === 0)
  if (alike.length <= most) return findings
  const files = alike.flatMap(({ data }) => list(data?.['files']).map(String)).sort()
  return [
    ...findings.filter((found) => !alike.includes(found)),
    {
      ...alike[0]!,
      message: `${alike.length} programs and libraries exist for x86 only; no code that uses them was found: ${files.slice(0, most).join(', ')}${files.length > most ? ` and ${files.length - most} more` : ''}`,
      data: { ...alike[0]!.data, files },
      location: { path: files[0]! },
    },
  ]
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Only x86 was asked for: being x86-only is no fault then. */
function isForX86(asked: readonly Architecture[] | undefined): boolean {
  return asked !== undefined && asked.length > 0 && asked.every((architecture) => x86.has(architecture))
}

/** A package counts as one thing: one build for another machine is a way out. */
function wholePackage(native: NativePackage): NativeBuild[][] {
  const linux = native.platforms.filter((platform) => platform.os === 'linux')
  const only = linux.length > 0 && linux.every((platform) => x86.has(platform.architecture))
  return only && !native.compilable ? [native.builds.filter((build) => build.os === 'linux')] : []
}

/** Of the application’s own files, each program or library is a thing of its own. */
function programsOf(native: NativePackage): NativeBuild[][] {
  const things = new Map<string, NativeBuild[]>()
  for (const build of native.builds) {
    if (build.os !== 'linux') continue
    const key = variantKey(build.path)
    things.set(key, [...(things.get(key) ?? []), build])
  }
  return [...things.values()].filter((builds) =>
    builds.every(({ architectures }) => architectures.every((each) => x86.has(each))),
  )
}

async function finding(
  native: NativePackage,
  builds: readonly NativeBuild[],
  reach: Reach,
  tree: TreeView,
): Promise<Omit<Finding, 'ruleId'>> {
  const { owner } = native
  const steps = await wayTo(native, builds, reach)
  const what = owner.path === '' ? (builds[0]?.path ?? '') : packageText(owner)
  const machines = [...new Set(builds.flatMap(({ architectures }) => architectures.map(nodeArchitectureName)))].join(
    ', ',
  )
  const asked = (tree.architectures ?? []).filter((architecture) => !x86.has(architecture))
  const way = steps.length === 0 ? 'no code that uses it was found' : `reached by ${reachText(steps)}`
  return {
    // Programs of the application’s own for one machine are the usual case, until another one is asked for.
    severity: asked.length > 0 ? 'error' : owner.path === '' ? 'info' : 'warning',
    message: `${what} exists for ${machines || 'x64'} only; ${way}`,
    advice: 'To run on another architecture, replace it, build it for that one, or use a WebAssembly build.',
    data: {
      package: owner.path === '' ? null : owner.name,
      version: owner.path === '' ? null : owner.version,
      files: builds.map((build) => build.path),
      reachedBy: steps.map(({ path, line, how, text }) => ({ path, line, how, text })),
    },
    location: { path: builds[0]?.path ?? (owner.path || '.') },
  }
}

/** From the application’s code to the package, and in the package to the file where it says so. */
async function wayTo(
  native: NativePackage,
  builds: readonly NativeBuild[],
  reach: Reach,
): Promise<readonly ReachStep[]> {
  const toPackage = native.owner.path === '' ? [] : ((await reach.toPackage(native.owner)) ?? [])
  const file = builds[0] === undefined ? undefined : await reach.toFile(native.owner, builds[0].path)
  return file === undefined ? toPackage : [...toPackage, file]
}
