import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { UsageError } from '../core/errors.ts'
import type { Finding } from '../core/finding.ts'
import { platformName, nativePlatform } from '../native/platform.ts'
import type { NativePlatform } from '../native/platform.ts'
import { packageOf } from '../native/project.ts'
import type { Unavailable } from '../native/selection.ts'
import { walk } from '../node/walk.ts'
import type { AskedTargets } from './judge.ts'
import type { Input } from './open-input.ts'
import type { PackageSettings } from './package-settings.ts'

/** One of the outputs of a build: for an architecture, or the input's own. */
export interface Variant {
  /** null: nothing was asked for, and nothing is chosen. */
  readonly platform: NativePlatform | null
  /** Name of its folder: `arm64`. */
  readonly name: string
  /** The targets to judge it on. */
  readonly targets: AskedTargets
}

/**
 * @throws UsageError for a target that runs no native code beside --arch, and for targets of one architecture whose C
 * libraries differ
 */
export function variantsOf(asked: AskedTargets): readonly Variant[] {
  if (asked.architectures.length === 0) return [{ platform: null, name: 'app', targets: asked }]
  const scripted = asked.named.find(({ architectures }) => !(architectures?.value ?? ['x86-64']).some((each) => !each.startsWith('wasm')))
  if (scripted !== undefined) {
    throw new UsageError(`${scripted.id} runs no native code, so --arch means nothing there`, 'Leave out --arch, or build for that target by itself.')
  }
  return [...new Set(asked.architectures)].map((architecture) => {
    const named = asked.named.filter(({ architectures }) => architectures === undefined || architectures.value.includes(architecture))
    const libcs = [...new Set(named.flatMap(({ libc }) => (libc === undefined ? [] : [libc.value.name])))]
    if (libcs.length > 1) {
      throw new UsageError(`${named.map(({ id }) => id).join(' and ')} have different C libraries`, 'Build for each of them by itself.')
    }
    const platform = nativePlatform(architecture, libcs[0])
    return { platform, name: platform.nodeArch, targets: { ...asked, named, architectures: [architecture] } }
  })
}

export interface PreparedInputs {
  readonly inputs: readonly Input[]
  readonly findings: readonly Finding[]
  readonly diagnostics: readonly Diagnostic[]
  /** Everything that the application needs there was found. */
  readonly complete: boolean
}

/**
 * The inputs as they are needed on the variant's platform, in folders below `work`.
 * @param cwd absolute
 */
export async function prepareInputs(
  inputs: readonly Input[],
  variant: Variant,
  settings: PackageSettings,
  work: string,
  cwd: string,
  signal: AbortSignal,
): Promise<PreparedInputs> {
  const { platform } = variant
  if (platform === null) return { inputs, findings: [], diagnostics: [], complete: true }
  const { prepareTree } = await import('../native/prepare-tree.ts')
  const prepared: Input[] = []
  const findings: Finding[] = []
  const diagnostics: Diagnostic[] = []
  for (const [index, input] of inputs.entries()) {
    if (!input.isFolder) {
      prepared.push(input)
      continue
    }
    const root = join(work, `${variant.name}-${index}`)
    const fetched = join(work, `${variant.name}-${index}-fetched`)
    await mkdir(fetched, { recursive: true })
    const tree = await prepareTree(
      {
        input: input.root,
        ...(input.origin === undefined ? {} : { origin: input.origin }),
        platform,
        online: !settings.offline,
        programs: settings.programs,
        include: settings.include,
        cwd,
        signal,
      },
      root,
      fetched,
    )
    const walked = await walk(root)
    // what is wrong with packages that nothing asks for is not deployed
    const own = input.diagnostics.filter(({ location }) => packageOf(location?.path ?? '') === '')
    prepared.push({ ...input, diagnostics: own, root, source: input.origin ?? input.root, sources: tree.sources, files: walked.files, emptyFolders: [] })
    findings.push(...tree.unavailable.map((missing) => unavailableFinding(missing, platform)))
    diagnostics.push(...tree.diagnostics, ...walked.diagnostics)
  }
  const complete = findings.length === 0 && !diagnostics.some(({ severity, code }) => severity === 'error' && code.startsWith('native/'))
  return { inputs: prepared, findings, diagnostics, complete }
}

function unavailableFinding(missing: Unavailable, platform: NativePlatform): Finding {
  const { name, version, path, why, neededBy, exists } = missing
  const spec = version === '' ? name : `${name}@${version}`
  const chain = neededBy.length > 1 ? `; needed by ${neededBy.slice(0, -1).join(' → ')}` : ''
  const there = exists.length === 0 ? 'there is none for any platform' : `there is: ${exists.join(', ')}`
  return {
    ruleId: 'native/unavailable',
    severity: 'error',
    message: `${spec} has no build for ${platformName(platform)}: ${why}${chain}; ${there}`,
    advice: `Use a version or another package that has one, or build it on ${platform.nodeArch} (a container, a CI machine) and put it into the tree.`,
    data: { package: name, version, platform: platformName(platform), neededBy, exists },
    location: { path: path === '' ? '.' : path },
  }
}
