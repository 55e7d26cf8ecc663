import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import { ShrinkError } from '../core/errors.ts'
import type { JsonValue } from '../core/json.ts'
import { dockerEquivalents, mediaTypes } from './oci-media-types.ts'
import type { OciPlatform } from './oci-platform.ts'

/** What an image built on another takes over from it. */
export interface BaseImage {
  readonly layers: readonly { readonly mediaType: string; readonly digest: string; readonly size: number }[]
  readonly diffIds: readonly string[]
  readonly history: readonly JsonValue[]
  /** Its container configuration: Env, Entrypoint, User, … */
  readonly config: Readonly<Record<string, JsonValue>>
}

type JsonObject = { readonly [key: string]: JsonValue }

/** Manifests and configs are small; a claim beyond this is not followed. */
const jsonLimit = 4 << 20

/** Nested indexes deeper than this are a loop or a joke. */
const depthLimit = 4

/**
 * The image of an OCI image layout for a platform. Its layers are copied to `blobs`, each compared with its digest.
 * @throws ShrinkError `package/base`
 */
export async function readBaseImage(layout: string, platform: OciPlatform, blobs: string): Promise<BaseImage> {
  const index = await readIndex(layout)
  const manifest = await findManifest(layout, index, platform, 0)
  if (manifest === undefined) throw bad(`it has no image for ${platformText(platform)}`)
  const config = await readJsonBlob(layout, object(manifest['config'], 'config'))
  const declared = { architecture: config['architecture'], os: config['os'] }
  if (declared.architecture !== platform.architecture || declared.os !== platform.os) {
    throw bad(`its image says ${String(declared.os)}/${String(declared.architecture)}, not ${platformText(platform)}`)
  }
  const layers = []
  for (const item of array(manifest['layers'], 'layers')) {
    const { digest, size, mediaType } = descriptor(object(item, 'layer'))
    await copyBlob(layout, blobs, digest, size)
    layers.push({ mediaType, digest, size })
  }
  const diffIds = array(object(config['rootfs'], 'rootfs')['diff_ids'], 'diff_ids').map((id) => checkedDigest(id))
  if (diffIds.length !== layers.length) throw bad(`it has ${layers.length} layers, but ${diffIds.length} diff_ids`)
  return {
    layers,
    diffIds,
    history: config['history'] === undefined ? [] : array(config['history'], 'history'),
    config: config['config'] === undefined || config['config'] === null ? {} : object(config['config'], 'config'),
  }
}

async function readIndex(layout: string): Promise<JsonObject> {
  const text = await readFile(join(layout, 'index.json'), 'utf8').catch((error: unknown) => {
    throw bad('it has no index.json', error)
  })
  return parse(text, 'index.json')
}

async function findManifest(
  layout: string,
  index: JsonObject,
  platform: OciPlatform,
  depth: number,
): Promise<JsonObject | undefined> {
  if (depth > depthLimit) throw bad(`its indexes are nested more than ${depthLimit} deep`)
  for (const item of array(index['manifests'], 'manifests')) {
    const entry = object(item, 'manifest')
    const { mediaType } = descriptor(entry)
    if (entry['platform'] !== undefined && !isFor(object(entry['platform'], 'platform'), platform)) continue
    const content = await readJsonBlob(layout, entry)
    if (mediaType === mediaTypes.index) {
      const found = await findManifest(layout, content, platform, depth + 1)
      if (found !== undefined) return found
    } else if (mediaType === mediaTypes.manifest) {
      if (entry['platform'] !== undefined) return content
      const config = await readJsonBlob(layout, object(content['config'], 'config'))
      if (isFor(config, platform)) return content
    }
  }
  return undefined
}

/** A base without a variant serves every variant of its architecture. */
function isFor(declared: JsonObject, platform: OciPlatform): boolean {
  return (
    declared['os'] === platform.os &&
    declared['architecture'] === platform.architecture &&
    (declared['variant'] === undefined || declared['variant'] === '' || declared['variant'] === platform.variant)
  )
}

function descriptor(entry: JsonObject): { mediaType: string; digest: string; size: number } {
  const { mediaType, size } = entry
  if (typeof mediaType !== 'string') throw bad('a descriptor has no mediaType')
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw bad('a descriptor has no size')
  return { mediaType: dockerEquivalents[mediaType] ?? mediaType, digest: checkedDigest(entry['digest']), size }
}

/** The one algorithm that is in use; anything else could also be a path. */
function checkedDigest(digest: JsonValue | undefined): string {
  if (typeof digest !== 'string' || !/^sha256:[0-9a-f]{64}$/.test(digest)) {
    throw bad(`${JSON.stringify(digest ?? null)} is not a sha256 digest`)
  }
  return digest
}

async function readJsonBlob(layout: string, entry: JsonObject): Promise<JsonObject> {
  const { digest, size } = descriptor(entry)
  if (size > jsonLimit) throw bad(`${digest} says it has ${size} bytes of JSON`)
  const bytes = await readFile(blobPath(layout, digest)).catch((error: unknown) => {
    throw bad(`${digest} is missing`, error)
  })
  if (bytes.byteLength !== size || `sha256:${sha256(bytes)}` !== digest) throw bad(`${digest} is damaged`)
  return parse(bytes.toString('utf8'), digest)
}

async function copyBlob(layout: string, blobs: string, digest: string, size: number): Promise<void> {
  const target = join(blobs, digest.slice('sha256:'.length))
  await copyFile(blobPath(layout, digest), target).catch((error: unknown) => {
    throw bad(`layer ${digest} is missing`, error)
  })
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(target)) {
    hash.update(chunk as Uint8Array)
    bytes += (chunk as Uint8Array).byteLength
  }
  if (bytes !== size || `sha256:${hash.digest('hex')}` !== digest) throw bad(`layer ${digest} is damaged`)
}

function blobPath(layout: string, digest: string): string {
  return join(layout, 'blobs', 'sha256', digest.slice('sha256:'.length))
}

function parse(text: string, what: string): JsonObject {
  try {
    return object(JSON.parse(text) as JsonValue, what)
  } catch (error) {
    if (error instanceof ShrinkError) throw error
    throw bad(`${what} is not JSON`, error)
  }
}

function object(value: JsonValue | undefined, what: string): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw bad(`${what} is not an object`)
  return value as JsonObject
}

function array(value: JsonValue | undefined, what: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw bad(`${what} is not a list`)
  return value as readonly JsonValue[]
}

function platformText(platform: OciPlatform): string {
  return [platform.os, platform.architecture, ...(platform.variant === undefined ? [] : [platform.variant])].join('/')
}

function bad(why: string, cause?: unknown): ShrinkError {
  return new ShrinkError('package/base', `The base image layout cannot be used: ${why}`, {
    hint: 'Make one with: skopeo copy --all docker://IMAGE oci:FOLDER:TAG',
    cause,
  })
}
