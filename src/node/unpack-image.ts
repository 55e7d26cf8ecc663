import { lstat, mkdir, readdir, readFile, realpath, rename, rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Diagnostic } from '../core/diagnostic.ts'
import { ShrinkError } from '../core/errors.ts'
import { type Architecture, parseArchitecture } from '../core/requirement.ts'
import { archiveKind, unpackArchive } from './archive.ts'
import { type ArchiveLimits, defaultLimits } from './unpacking.ts'

/** Docker's storage drivers take no more. */
const mostLayers = 127

/** Files that only say where layers are; larger ones are no manifests. */
const manifestLimit = 4 * 2 ** 20

/** Indexes in indexes deeper than this are a loop or a joke. */
const depthLimit = 4

/** What a file counts at least towards the limit, so that a layer of empty files, named again and again, comes to an end. */
const leastBytes = 4096

/** What marks a path of the layers below as deleted, and a folder of theirs as emptied (image-spec, layer.md, "Whiteouts"). */
const whiteout = '.wh.'
const opaque = '.wh..wh..opq'

/**
 * Makes the root file system of a container image from its unpacked archive (`docker save`, or an OCI image layout): the
 * files that a container starts with, whichever layer they come from.
 *
 * @param archive absolute path of the unpacked archive, which is only read
 * @param into absolute path of an existing empty folder; `root` in it is filled
 * @param architectures of several images, the one for this is taken, if it is one
 * @returns undefined when it is no image
 * @throws ShrinkError `input/archive` for an image that cannot be read, or for several of them
 */
export async function unpackImage(
  archive: string,
  into: string,
  architectures: readonly Architecture[] = [],
  limits: ArchiveLimits = defaultLimits,
): Promise<{ readonly root: string; readonly diagnostics: readonly Diagnostic[] } | undefined> {
  const layers = (await dockerLayers(archive)) ?? (await ociLayers(archive, architectures))
  if (layers === undefined) return undefined
  if (layers.length > mostLayers) throw refused(`the image has ${layers.length} layers`)
  const root = join(into, 'root')
  await mkdir(root)
  const diagnostics: Diagnostic[] = []
  let left = limits.maxBytes
  for (const [index, layer] of layers.entries()) {
    const path = await insideArchive(archive, layer)
    const kind = await archiveKind(path)
    if (kind === 'zip' || kind === 'asar' || (kind === undefined && !(await isEmptyTar(path)))) {
      throw refused(`the layer ${layer} is no tar archive, plain or with gzip or zstd`, 'Unpack it (skopeo, umoci), and give the folder.')
    }
    if (kind === undefined) continue
    const folder = join(into, String(index))
    await mkdir(folder)
    diagnostics.push(...(await unpackArchive(path, kind, folder, { ...limits, maxBytes: left })))
    left -= await addLayer(folder, root)
    await rm(folder, { recursive: true, force: true })
  }
  return { root, diagnostics }
}

/** Puts a layer over those below it. @returns the bytes of its files */
async function addLayer(layer: string, root: string): Promise<number> {
  const names = await readdir(layer)
  if (names.includes(opaque)) for (const name of await readdir(root)) await remove(join(root, name))
  for (const name of names) {
    const deleted = name.startsWith(whiteout) && name !== opaque ? name.slice(whiteout.length) : ''
    // `.wh...` would be the folder above
    if (deleted !== '' && deleted !== '.' && deleted !== '..') await remove(join(root, deleted))
  }
  let bytes = 0
  for (const name of names) {
    if (name.startsWith(whiteout)) continue
    const [from, to] = [join(layer, name), join(root, name)]
    const status = await lstat(from)
    const below = await lstat(to).catch(() => undefined)
    if (status.isDirectory()) {
      // a link is replaced, not followed: it may lead out of the image
      if (below?.isDirectory() === false) await remove(to)
      if (below?.isDirectory() !== true) await mkdir(to)
      bytes += await addLayer(from, to)
    } else {
      if (below !== undefined) await remove(to)
      await rename(from, to)
      bytes += status.size + leastBytes
    }
  }
  return bytes
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

/** `manifest.json` of `docker save`: an image each, its layers from the lowest up. */
async function dockerLayers(archive: string): Promise<readonly string[] | undefined> {
  const images = await readJson(join(archive, 'manifest.json'))
  if (!Array.isArray(images) || !images.every((image) => isStrings(image?.Layers))) return undefined
  if (images.length !== 1) throw refused(`it holds ${images.length} images`, 'Save one image by itself: docker save IMAGE.')
  return images[0].Layers
}

/** Is a folder an OCI image layout, as `skopeo copy docker://… oci:FOLDER` and `shrink build --package oci` make it? */
export async function isImageLayout(folder: string): Promise<boolean> {
  return (await readJson(join(folder, 'oci-layout')))?.imageLayoutVersion !== undefined
}

/** `index.json` of an OCI image layout. */
async function ociLayers(archive: string, architectures: readonly Architecture[]): Promise<readonly string[] | undefined> {
  if (!(await isImageLayout(archive))) return undefined
  const all = await imageManifests(archive, await readJson(join(archive, 'index.json')), 0)
  const wanted = architectures.length === 1 ? all.filter(({ architecture }) => architecture === architectures[0]) : []
  const [image, other] = wanted.length === 1 || all.length !== 1 ? wanted : all
  if (image === undefined || other !== undefined) {
    const names = [...new Set(all.map(({ platform }) => platform))].filter((name) => name !== '').sort()
    const which = names.length > 1 ? ` (${names.join(', ')})` : ''
    throw refused(
      `it holds ${all.length} images${which}`,
      `${names.length > 1 ? 'Name an architecture that one of them is for (--arch), or save' : 'Save'} the image of one platform by itself: docker save --platform linux/arm64, skopeo copy --override-arch.`,
    )
  }
  return image.layers.map((layer) => blobPath((layer as { digest?: unknown } | null)?.digest))
}

interface ImageManifest {
  readonly layers: readonly unknown[]
  /** As the index that names it says: `arm64`, `arm/v7`. */
  readonly platform: string
  readonly architecture: Architecture | undefined
}

/** Whatever an index leads to that has layers, without the attestations that builders put beside images. */
async function imageManifests(archive: string, index: Json, depth: number): Promise<ImageManifest[]> {
  if (depth > depthLimit) throw refused(`its indexes are nested more than ${depthLimit} deep`)
  const found: ImageManifest[] = []
  for (const entry of Array.isArray(index?.manifests) ? index.manifests : []) {
    if (entry?.annotations?.['vnd.docker.reference.type'] !== undefined || entry?.platform?.os === 'unknown') continue
    const content = await readJson(await insideArchive(archive, blobPath(entry?.digest)))
    const { architecture, variant } = entry?.platform ?? {}
    const name = typeof architecture === 'string' ? architecture : ''
    if (Array.isArray(content?.layers)) {
      found.push({ layers: content.layers, platform: typeof variant === 'string' ? `${name}/${variant}` : name, architecture: parseArchitecture(name) })
    }
    else found.push(...(await imageManifests(archive, content, depth + 1)))
    if (found.length > mostLayers) break
  }
  return found
}

function blobPath(digest: unknown): string {
  const match = typeof digest === 'string' ? /^(sha256|sha512):([0-9a-f]{64,128})$/.exec(digest) : null
  if (match === null) throw refused(`\`${String(digest)}\` is no digest`)
  return `blobs/${match[1]}/${match[2]}`
}

/** `docker save` of old links layers that images share: what a link leads to must be of the archive, too. */
async function insideArchive(archive: string, path: string): Promise<string> {
  const real = await realpath(join(archive, path)).catch(() => undefined)
  if (real === undefined || !real.startsWith((await realpath(archive)) + sep) || !(await lstat(real)).isFile()) throw refused(`${path} is not in it`)
  return real
}

/** A layer without files is a tar of zeros, which has no mark. */
async function isEmptyTar(path: string): Promise<boolean> {
  if ((await lstat(path)).size > 64 * 1024) return false
  return (await readFile(path)).every((byte) => byte === 0)
}

// What JSON.parse gives: whatever somebody wrote into the file.
// oxlint-disable-next-line no-explicit-any
type Json = any

async function readJson(path: string): Promise<Json> {
  const status = await lstat(path).catch(() => undefined)
  if (status?.isFile() !== true || status.size > manifestLimit) return undefined
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Json
  } catch {
    return undefined
  }
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function refused(why: string, hint?: string): ShrinkError {
  return new ShrinkError('input/archive', `the container image cannot be opened: ${why}`, { hint })
}
