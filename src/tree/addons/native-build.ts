import type { ArtifactReport } from '../../core/report.ts'
import type { Architecture } from '../../core/requirement.ts'
import type { TreeView } from '../../core/tree.ts'
import { nodeArchitectureName } from '../../targets/index.ts'
import type { TreePackage } from '../packages.ts'
import { elfSystems, readPlatformName } from '../../core/platform-name.ts'

/** One native file of a package. */
export interface NativeBuild {
  readonly path: string
  readonly bytes: number
  /** As Node’s `process.platform` names it; undefined: neither the file nor its place says. */
  readonly os: string | undefined
  /** From the file’s own header; of one that does not say, as the name does. */
  readonly architectures: readonly Architecture[]
  /** undefined: linked statically, or not for Linux: every C library will do. */
  readonly libc: 'glibc' | 'musl' | undefined
  readonly place: BuildPlace
  /** Where the name says something else than the file: what the name says. */
  readonly mislabelled: string | undefined
}

/**
 * Where the loader of the package looks. `unlabelled` places are looked at first (`build/Release`) or alone (`bin`),
 * and their names do not say what they are for.
 */
export type BuildPlace = 'prebuilds' | 'build' | 'platform-package' | 'labelled' | 'unlabelled'

const nativeExtension = /\.(?:node|so(?:\.[\d.]+)?|dylib|dll|exe|pdb|lib)$/i

/** Native files of a package, by what they are. Sorted by path. */
export function buildsOf(owner: TreePackage, artifacts: ReadonlyMap<string, ArtifactReport>): NativeBuild[] {
  const builds: NativeBuild[] = []
  for (const { path, size, link } of owner.files) {
    if (link !== undefined) continue
    const artifact = artifacts.get(path)
    const elf = artifact?.format === 'elf' && artifact.architecture !== null
    if (!elf && !nativeExtension.test(path)) continue
    const inside = owner.path === '' ? path : path.slice(owner.path.length + 1)
    // Of the application’s own files, an .exe or .lib is native code only where its path says for what platform.
    if (!elf && owner.path === '' && !inside.endsWith('.node') && readPlatformName(inside).os === undefined) continue
    builds.push(elf ? elfBuild(path, size, inside, owner, artifact) : foreignBuild(path, size, inside, owner, artifact))
  }
  return builds
}

function elfBuild(
  path: string,
  bytes: number,
  inside: string,
  owner: TreePackage,
  artifact: ArtifactReport,
): NativeBuild {
  const claim = claimOf(inside, owner)
  const architecture = artifact.architecture!
  const os = claim.os !== undefined && elfSystems.has(claim.os) ? claim.os : 'linux'
  const libc =
    os === 'linux' ? (libcOf(artifact) ?? (isLibrary(path) || dynamic(artifact) ? claim.libc : undefined)) : undefined
  const wrong: string[] = []
  if (claim.os !== undefined && !elfSystems.has(claim.os)) wrong.push(claim.os)
  if (claim.architectures.length > 0 && !claim.architectures.includes(architecture))
    wrong.push(claim.architectures.map(nodeArchitectureName).join(' and '))
  if (os === 'linux' && claim.libc !== undefined && libc !== undefined && libc !== claim.libc) wrong.push(claim.libc)
  return {
    path,
    bytes,
    os,
    architectures: [architecture],
    libc,
    place: placeOf(inside, owner, claim.os !== undefined || claim.architectures.length > 0),
    mislabelled: wrong.length === 0 ? undefined : wrong.join(', '),
  }
}

function foreignBuild(path: string, bytes: number, inside: string, owner: TreePackage, artifact: ArtifactReport | undefined): NativeBuild {
  const claim = claimOf(inside, owner)
  const { binary, machines } = artifact?.properties ?? {}
  const is = binary === 'pe' ? 'win32' : binary === 'mach-o' ? 'darwin' : undefined
  const own = Array.isArray(machines) ? (machines as readonly Architecture[]) : []
  const wrong = [
    ...(is !== undefined && claim.os !== undefined && claim.os !== is ? [claim.os] : []),
    ...(own.length > 0 && claim.architectures.length > 0 && !claim.architectures.some((each) => own.includes(each)) ? [claim.architectures.map(nodeArchitectureName).join(' and ')] : []),
  ]
  const os =
    is ?? claim.os ?? (/\.(?:dll|exe|pdb|lib)$/i.test(path) ? 'win32' : path.endsWith('.dylib') ? 'darwin' : undefined)
  return {
    path,
    bytes,
    os,
    architectures: own.length > 0 ? own : claim.architectures,
    libc: undefined,
    place: placeOf(inside, owner, claim.os !== undefined || claim.architectures.length > 0),
    mislabelled: wrong.length === 0 ? undefined : wrong.join(', '),
  }
}

/** The path inside the package says it; else the name of the package and its os, cpu and libc. */
function claimOf(inside: string, owner: TreePackage): ReturnType<typeof readPlatformName> {
  const path = readPlatformName(inside)
  if (owner.path === '' || path.os !== undefined) return path
  const { os, cpu, libc } = owner.manifest
  if (os === undefined && cpu === undefined) return path
  const stated = readPlatformName(
    [...(os?.length === 1 ? os : []), ...(cpu?.length === 1 ? cpu : []), ...(libc?.length === 1 ? libc : [])].join('-'),
  )
  return {
    os: stated.os,
    architectures: path.architectures.length > 0 ? path.architectures : stated.architectures,
    libc: path.libc ?? stated.libc,
  }
}

function placeOf(inside: string, owner: TreePackage, labelled: boolean): BuildPlace {
  if (owner.manifest.os?.length === 1 && owner.manifest.cpu?.length === 1) return 'platform-package'
  if (inside.startsWith('prebuilds/') || inside.includes('/prebuilds/')) return 'prebuilds'
  if (/^build\/(?:Release|Debug|default)\//.test(inside) && !labelled) return 'build'
  return labelled ? 'labelled' : 'unlabelled'
}

function libcOf(artifact: ArtifactReport): 'glibc' | 'musl' | undefined {
  const stated = artifact.requirements.find((requirement) => requirement.kind === 'libc')?.name
  const names = artifact.requirements
    .filter(({ kind }) => kind === 'loader' || kind === 'library')
    .map(({ name }) => name)
  if (names.some((name) => /(?:^|\/)(?:ld-musl-|libc\.musl-)/.test(name))) return 'musl'
  if (stated === 'glibc' || stated === 'musl') return stated
  if (names.some((name) => /(?:^|\/)ld-linux|^libc\.so\.6$/.test(name))) return 'glibc'
  return undefined
}

/** Never linked statically: its name is all there is to go by when the file does not say. */
function isLibrary(path: string): boolean {
  return /\.(?:node|so(?:\.[\d.]+)?)$/.test(path)
}

function dynamic(artifact: ArtifactReport): boolean {
  return artifact.requirements.some(({ kind }) => kind === 'loader' || kind === 'library' || kind === 'libc')
}

export function artifactsByPath(tree: TreeView): ReadonlyMap<string, ArtifactReport> {
  return new Map(tree.artifacts.map((artifact) => [artifact.path, artifact]))
}
