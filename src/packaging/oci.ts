import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import { UsageError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import type { Architecture } from '../core/requirement.ts'
import type { Level } from '../core/transform.ts'
import type { PackageEntry } from './entry.ts'
import { sortEntries } from './entry.ts'
import { writeLayerBlob } from './layer-blob.ts'
import type { LayerCompression } from './layer-blob.ts'
import { readBaseImage } from './oci-base.ts'
import type { BaseImage } from './oci-base.ts'
import { mediaTypes } from './oci-media-types.ts'
import { ociPlatform } from './oci-platform.ts'
import type { OciPlatform } from './oci-platform.ts'

/** How containers of the image start (OCI image-spec v1.1, config.md). What is left out comes from the base. */
export interface ImageSettings {
  /** Where the files go; `/app` when left out. */
  readonly directory?: string
  readonly entrypoint?: readonly string[]
  readonly cmd?: readonly string[]
  /** `NAME=value`; replaces the base's value of the same name. */
  readonly env?: readonly string[]
  readonly user?: string
  /** `directory` when left out. */
  readonly workingDir?: string
  readonly labels?: Readonly<Record<string, string>>
}

export interface OciImage {
  readonly architecture: Architecture
  readonly entries: readonly PackageEntry[]
}

export interface OciSettings {
  readonly image: ImageSettings
  readonly compression: LayerCompression
  readonly level: Level
  /** Absolute path of an OCI image layout to build on; `scratch` when left out. */
  readonly base?: string
  /** The name that `index.json` gives to the image (`org.opencontainers.image.ref.name`). */
  readonly tag: string
}

export interface WrittenImage {
  readonly architecture: Architecture
  /** `sha256:…` of the manifest. */
  readonly digest: string
  /** Bytes of manifest, config and layers: what a registry stores and a node pulls. */
  readonly size: number
  /** Bytes of the files that were added. */
  readonly unpackedSize: number
}

/** A blob as others refer to it (image-spec, descriptor.md). */
interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly platform?: OciPlatform
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * Writes an OCI image layout (image-spec v1.1, image-layout.md) into a folder that is empty or does not exist: one
 * image an architecture, under an image index when there are several. Its bytes depend on the entries and settings alone.
 *
 * @throws UsageError for a platform given twice; ShrinkError `package/base` for a base that cannot be used
 */
export async function writeOciLayout(images: readonly OciImage[], layout: string, settings: OciSettings): Promise<WrittenImage[]> {
  const blobs = join(layout, 'blobs', 'sha256')
  await mkdir(blobs, { recursive: true })
  const written: WrittenImage[] = []
  const manifests: Descriptor[] = []
  for (const { architecture, entries } of images) {
    const platform = ociPlatform(architecture)
    if (written.some((other) => other.architecture === architecture)) {
      throw new UsageError(`${architecture} is asked for twice in one image`)
    }
    const base = settings.base === undefined ? undefined : await readBaseImage(settings.base, platform, blobs)
    const { manifest, size } = await writeImage(placed(entries, settings.image), platform, base, blobs, settings)
    manifests.push({ ...manifest, platform })
    const unpackedSize = entries.reduce((sum, entry) => sum + (entry.kind === 'file' ? entry.size : 0), 0)
    written.push({ architecture, digest: manifest.digest, size, unpackedSize })
  }
  const annotations = { 'org.opencontainers.image.ref.name': settings.tag }
  const root =
    manifests.length === 1
      ? manifests[0]!
      : await writeJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: manifests.map(json) }, mediaTypes.index, blobs)
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [json({ ...root, annotations })] }
  await writeFile(join(layout, 'index.json'), JSON.stringify(index))
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
  return written
}

async function writeImage(
  entries: readonly PackageEntry[],
  platform: OciPlatform,
  base: BaseImage | undefined,
  blobs: string,
  settings: OciSettings,
): Promise<{ manifest: Descriptor; size: number }> {
  const layer = await writeLayerBlob(entries, blobs, settings.compression, settings.level)
  const config = await writeJson(
    {
      ...platform,
      config: containerConfig(settings.image, base),
      rootfs: { type: 'layers', diff_ids: [...(base?.diffIds ?? []), layer.diffId] },
      history: [...(base?.history ?? []), { created: epoch, created_by: 'shrink build' }],
      created: epoch,
    },
    mediaTypes.config,
    blobs,
  )
  const layers: Descriptor[] = [
    ...(base?.layers ?? []),
    { mediaType: layer.mediaType, digest: layer.digest, size: layer.size },
  ]
  const manifest = await writeJson(
    { schemaVersion: 2, mediaType: mediaTypes.manifest, config: json(config), layers: layers.map(json) },
    mediaTypes.manifest,
    blobs,
  )
  const size = manifest.size + config.size + layers.reduce((sum, { size }) => sum + size, 0)
  return { manifest, size }
}

/** The one moment that everything was made at. */
const epoch = '1970-01-01T00:00:00Z'

/** The fields of image-spec config.md, the base's where nothing else is asked for. */
function containerConfig(image: ImageSettings, base: BaseImage | undefined): JsonValue {
  const inherited = base?.config ?? {}
  const result: Record<string, JsonValue> = { ...inherited }
  const env = mergedEnv(inherited['Env'], image.env ?? [])
  if (env.length > 0) result['Env'] = env
  if (image.entrypoint !== undefined) {
    result['Entrypoint'] = image.entrypoint
    delete result['Cmd'] // the base's arguments belong to the base's program
  }
  if (image.cmd !== undefined) result['Cmd'] = image.cmd
  if (image.user !== undefined) result['User'] = image.user
  result['WorkingDir'] = image.workingDir ?? imageDirectory(image)
  if (image.labels !== undefined) result['Labels'] = { ...(inherited['Labels'] as Record<string, string>), ...image.labels }
  return Object.fromEntries(Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function mergedEnv(inherited: JsonValue | undefined, own: readonly string[]): string[] {
  const before = Array.isArray(inherited) ? inherited.filter((item): item is string => typeof item === 'string') : []
  const name = (variable: string): string => variable.slice(0, variable.indexOf('=') >>> 0)
  const replaced = new Set(own.map(name))
  return [...before.filter((variable) => !replaced.has(name(variable))), ...own]
}

function imageDirectory(image: ImageSettings): string {
  return image.directory ?? '/app'
}

function placed(entries: readonly PackageEntry[], image: ImageSettings): PackageEntry[] {
  const prefix = imageDirectory(image).replace(/^\/+|\/+$/g, '')
  return sortEntries(entries.map((entry) => (prefix === '' ? entry : { ...entry, path: `${prefix}/${entry.path}` })))
}

async function writeJson(value: JsonValue, mediaType: string, blobs: string): Promise<Descriptor> {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  const digest = sha256(bytes)
  await writeFile(join(blobs, digest), bytes)
  return { mediaType, digest: `sha256:${digest}`, size: bytes.byteLength }
}

/** A descriptor is JSON already; its optional fields are what TypeScript cannot see. */
function json(descriptor: Descriptor): JsonValue {
  return descriptor as unknown as JsonValue
}
