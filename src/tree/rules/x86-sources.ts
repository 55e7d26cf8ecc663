import type { Context } from '../../core/context.ts'
import type { Finding } from '../../core/finding.ts'
import type { TreeRule } from '../../core/tree.ts'
import { nativePackagesOf, packageText } from '../addons/native-package.ts'
import { readGyp } from '../gyp-flags.ts'
import { packagesOf, type TreePackage } from '../packages.ts'
import { isApplication, Reach, type ReachStep, reachText } from '../reach.ts'
import { ownIncludes, unguardedIntrinsics } from '../x86-intrinsics.ts'

/** Sources beyond this are amalgamations, whose machine-dependent parts are guarded. */
const maxSourceBytes = 2 << 20
const maxSources = 2000

/** Packages that compile from sources which assume x86: flags in binding.gyp, intrinsics outside of any condition. */
export const x86Sources: TreeRule = {
  id: 'tree/x86-sources',
  help: 'A package that is compiled where it is installed, with -mavx2 or -msse4.2 for every machine, or with x86 intrinsics that no #if stands before: it does not compile on arm64. -march=native: what is compiled runs on CPUs like the build machine’s only.',
  async check(tree, context) {
    const index = await packagesOf(tree, context)
    const reach = new Reach(index, context)
    const findings: Omit<Finding, 'ruleId'>[] = []
    for (const { owner, compilable } of await nativePackagesOf(tree, context)) {
      if (!compilable) continue
      const signs = await signsOf(owner, context)
      if (signs.length > 0)
        findings.push(finding(owner, signs, isApplication(owner) ? [] : ((await reach.toPackage(owner)) ?? [])))
    }
    return findings
  },
}

interface Sign {
  readonly path: string
  readonly line: number
  readonly text: string
}

async function signsOf(owner: TreePackage, context: Context): Promise<Sign[]> {
  const signs: Sign[] = []
  const guarded = new Set<string>()
  const read = async (path: string): Promise<string> => new TextDecoder().decode(await context.readFile(path))
  for (const { path, size, link } of owner.files) {
    if (!/\.gypi?$/.test(path) || size > maxSourceBytes || link !== undefined) continue
    const { flags, guardedSources } = readGyp(await read(path))
    for (const source of guardedSources) guarded.add(source.slice(source.lastIndexOf('/') + 1))
    for (const { flag, line, guarded: onX86 } of flags) {
      if (!onX86 || flag.endsWith('=native')) signs.push({ path, line, text: flag })
    }
  }
  const sources = owner.files.filter(
    ({ path, size, link }) =>
      link === undefined && size <= maxSourceBytes && /\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx)$/i.test(path),
  )
  const includers = new Map<string, Set<string>>()
  const included = new Map<string, Sign>()
  for (const { path } of sources.slice(0, maxSources)) {
    context.signal.throwIfAborted()
    const text = await read(path)
    const name = path.slice(path.lastIndexOf('/') + 1)
    for (const header of ownIncludes(text)) includers.set(header, (includers.get(header) ?? new Set()).add(name))
    const first = unguardedIntrinsics(text)[0]
    if (first !== undefined) included.set(name, { path, line: first.line, text: `#include <${first.header}>` })
  }
  for (const [name, sign] of included) if (isCompiled(name, guarded, includers, new Set())) signs.push(sign)
  return signs
}

/** A source counts unless binding.gyp compiles it on x86 only; a header, when a source that counts includes it. */
function isCompiled(
  name: string,
  guarded: ReadonlySet<string>,
  includers: ReadonlyMap<string, ReadonlySet<string>>,
  seen: Set<string>,
): boolean {
  if (guarded.has(name) || seen.has(name)) return false
  seen.add(name)
  if (/\.(?:c|cc|cpp|cxx)$/i.test(name)) return true
  return [...(includers.get(name) ?? [])].some((includer) => isCompiled(includer, guarded, includers, seen))
}

function finding(owner: TreePackage, signs: readonly Sign[], steps: readonly ReachStep[]): Omit<Finding, 'ruleId'> {
  const first = signs[0]!
  const native = signs.every((sign) => sign.text.endsWith('=native'))
  const inside = first.path.slice(owner.path === '' ? 0 : owner.path.length + 1)
  const more = signs.length > 1 ? ` and ${signs.length - 1} more` : ''
  const way = steps.length === 0 ? '' : `; reached by ${reachText(steps)}`
  return {
    severity: 'warning',
    message: native
      ? `${packageText(owner)} is compiled for the CPU of the machine that installs it (${first.text} in ${inside}:${first.line})${way}`
      : `${packageText(owner)} is compiled with x86 code on every machine (${first.text} in ${inside}:${first.line}${more})${way}`,
    advice: native
      ? 'Compile it with a fixed -march for the CPUs it will run on: another CPU stops it with “Illegal instruction”.'
      : 'It does not compile on other architectures. Use another version or package, or guard the code.',
    data: {
      package: owner.name,
      version: owner.version,
      signs: signs.map(({ path, line, text }) => ({ path, line, text })),
      reachedBy: steps.map(({ path, line, how, text }) => ({ path, line, how, text })),
    },
    location: { path: first.path, line: first.line },
  }
}
