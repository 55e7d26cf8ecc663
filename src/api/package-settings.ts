import { dirname, resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { ConfigError, UsageError } from '../core/errors.ts'
import { nearest } from '../core/nearest.ts'
import type { PackageReport } from '../core/report.ts'
import type { Level } from '../core/transform.ts'
import { type PackageJson, readPackageJson } from '../native/package-json.ts'
import type { OciSettings } from '../packaging/oci.ts'
import type { Input } from './open-input.ts'

export type PackageKind = PackageReport['kind']

const kinds: readonly PackageKind[] = ['dir', 'zip', 'layer', 'oci']

/** The `package` section of the configuration, read. */
export interface PackageSettings {
  /** Empty: the output is the plain folder. */
  readonly kinds: readonly PackageKind[]
  /** First part of file names. */
  readonly name: string
  readonly version: string
  readonly offline: boolean
  readonly sbom: boolean
  readonly include: readonly string[]
  readonly programs: Readonly<Record<string, string>>
  readonly verify: { readonly command: string; readonly node: string | null } | null
  readonly image: OciSettings
  readonly level: Level
}

/**
 * @param inputs what is built: packages bear the name of the project that it is of
 * @throws UsageError, ConfigError
 */
export async function packageSettings({ package: section, level }: Config, cwd: string, inputs: readonly Input[]): Promise<PackageSettings> {
  const text = (key: string): string | null => (typeof section[key] === 'string' ? section[key] : null)
  const list = (key: string): readonly string[] => section[key] as readonly string[]
  const map = (key: string): Readonly<Record<string, string>> => section[key] as Readonly<Record<string, string>>
  const manifest = (await projectOf(inputs)) ?? (await readPackageJson(cwd))
  const name = text('name') ?? fileName(manifest?.name ?? '')
  if (!/^[\w.-]+$/.test(name) || name.startsWith('.')) {
    throw new ConfigError(`package.name: \`${name}\` cannot be part of a file name`, 'Letters, digits, `.`, `-` and `_`.')
  }
  const user = text('user')
  const base = text('base')
  const command = text('verify')
  const labels = map('labels')
  return {
    kinds: kindsOf(list('kinds')),
    name,
    version: manifest?.version ?? '0.0.0',
    offline: section['offline'] === true,
    sbom: section['sbom'] === true,
    include: list('include'),
    programs: map('programs'),
    verify: command === null ? null : { command, node: text('verifyNode') },
    image: {
      image: {
        directory: text('directory') ?? '/app',
        ...(list('entrypoint').length > 0 ? { entrypoint: list('entrypoint') } : {}),
        ...(list('cmd').length > 0 ? { cmd: list('cmd') } : {}),
        ...(user === null ? {} : { user }),
        ...(Object.keys(labels).length > 0 ? { labels } : {}),
        env: Object.entries(map('env')).map(([variable, value]) => `${variable}=${value}`),
      },
      compression: section['compression'] === 'zstd' ? 'zstd' : 'gzip',
      level,
      tag: text('tag') ?? 'latest',
      ...(base === null ? {} : { base: resolve(cwd, base) }),
    },
    level,
  }
}

/** Of a workspace's part, the part's own. undefined: there is no one project that has a name. */
async function projectOf(inputs: readonly Input[]): Promise<PackageJson | undefined> {
  const folders = [...new Set(inputs.flatMap(({ root, project, bundledFrom }) => bundledFrom?.map((path) => dirname(path)) ?? (project === true ? [root] : [])))]
  const found = new Map<string, PackageJson>()
  for (const { root, isFolder, project, bundledFrom, isImage } of inputs) {
    if (!isFolder || project === true || bundledFrom !== undefined || isImage === true) continue
    // what was unpacked lies in a folder that says nothing
    const manifest = await readPackageJson(root)
    if (manifest !== undefined && manifest.name !== '') found.set(root, manifest)
  }
  for (const folder of folders) {
    const nearest = await nearestNamed(folder)
    if (nearest !== undefined) found.set(nearest.folder, nearest.manifest)
  }
  return found.size === 1 ? [...found.values()][0] : undefined
}

/** The `package.json` beside or above that has a name: those of folders of modules say only `type`. */
async function nearestNamed(start: string): Promise<{ readonly folder: string; readonly manifest: PackageJson } | undefined> {
  for (let folder = start; ; folder = dirname(folder)) {
    const manifest = await readPackageJson(folder)
    if (manifest !== undefined && manifest.name !== '') return { folder, manifest }
    if (dirname(folder) === folder) return undefined
  }
}

function kindsOf(given: readonly string[]): readonly PackageKind[] {
  const names = given.flatMap((item) => item.split(',')).map((name) => name.trim())
  for (const name of names) {
    if (kinds.some((kind) => kind === name)) continue
    const near = nearest(name, kinds)
    throw new UsageError(`--package: \`${name}\` is none of ${kinds.join(', ')}`, near === undefined ? undefined : `Did you mean \`${near}\`?`)
  }
  return kinds.filter((kind) => names.includes(kind))
}

/** `@acme/thumb` → `acme-thumb`. */
function fileName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? 'app' : plain
}
