import type { NativePlatform } from './platform.ts'

/** The tags in the name of a prebuilt add-on: `name.napi.armv8.glibc.node`. */
interface PrebuildTags {
  readonly file: string
  /** What is left of the name without its tags. */
  readonly stem: string
  readonly runtime: string | undefined
  readonly napi: boolean
  readonly abi: string | undefined
  readonly armv: string | undefined
  readonly libc: string | undefined
}

/**
 * The files of `prebuilds/` that node-gyp-build and prebuildify's other loaders take on the platform: of every add-on
 * in the folder for the platform, the build with the most tags that fit. N-API builds are preferred, since the version
 * of Node there is not known here; where there are none, the builds for every ABI of Node stay.
 *
 * @param paths relative to `prebuilds/`, such as `linux-arm64/bcrypt.glibc.node`
 */
export function choosePrebuilds(paths: readonly string[], platform: NativePlatform): string[] {
  const folders = [...new Set(paths.map((path) => path.split('/')[0]!))]
    .map((name) => ({ name, architectures: tuple(name, platform) }))
    .filter(({ architectures }) => architectures !== undefined)
    .sort((a, b) => a.architectures! - b.architectures! || (a.name < b.name ? -1 : 1))
  const folder = folders[0]?.name
  if (folder === undefined) return []
  const fitting = paths
    .filter((path) => path.startsWith(`${folder}/`) && path.endsWith('.node'))
    .map(tagsOf)
    .filter((tags) => fitsTags(tags, platform))
  const stems = new Set(fitting.map(({ stem }) => stem))
  return [...stems].flatMap((stem) => mostSpecific(fitting.filter((tags) => tags.stem === stem))).sort()
}

/** How many machines `linux-x64+arm64` is for; undefined when the platform is not among them. */
function tuple(name: string, platform: NativePlatform): number | undefined {
  const [system, machines, ...rest] = name.split('-')
  if (rest.length > 0 || system !== platform.os || machines === undefined) return undefined
  const architectures = machines.split('+')
  return architectures.includes(platform.nodeArch) ? architectures.length : undefined
}

function tagsOf(file: string): PrebuildTags {
  const words = file.slice(file.lastIndexOf('/') + 1, -'.node'.length).split('.')
  const find = (prefix: string): string | undefined =>
    words.find((word) => word.startsWith(prefix) && /^\d/.test(word.slice(prefix.length)))?.slice(prefix.length)
  const tagged = /^(?:node|electron|node-webkit|napi|glibc|musl|(?:abi|uv|armv)\d.*)$/
  return {
    file,
    stem: words.filter((word) => !tagged.test(word)).join('.'),
    runtime: words.find((word) => ['node', 'electron', 'node-webkit'].includes(word)),
    napi: words.includes('napi'),
    abi: find('abi'),
    armv: find('armv'),
    libc: words.find((word) => word === 'glibc' || word === 'musl'),
  }
}

function fitsTags(tags: PrebuildTags, platform: NativePlatform): boolean {
  if (tags.runtime !== undefined && tags.runtime !== 'node') return false
  if (tags.libc !== undefined && tags.libc !== platform.libc) return false
  // node-gyp-build takes 8 for arm64; for arm it is the version that Node itself was built for, 7 since Node 12.
  const armv = platform.nodeArch === 'arm64' ? '8' : '7'
  return tags.armv === undefined || tags.armv === armv
}

function mostSpecific(builds: readonly PrebuildTags[]): string[] {
  const score = (tags: PrebuildTags): number => (tags.libc === undefined ? 0 : 1) + (tags.armv === undefined ? 0 : 1)
  const stable = builds.filter((tags) => tags.napi || tags.abi === undefined)
  const chosen = stable.length > 0 ? stable : builds
  const best = Math.max(...chosen.map(score))
  const winners = chosen.filter((tags) => score(tags) === best)
  return (stable.length > 0 ? winners.slice(0, 1) : winners).map(({ file }) => file)
}
