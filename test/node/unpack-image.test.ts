import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { buildAnew } from '../../src/api/build-anew.ts'
import { closeInputs, openInputs } from '../../src/api/open-input.ts'
import { resolveOptions } from '../../src/api/settings.ts'
import type { Architecture } from '../../src/core/requirement.ts'
import { tempFolder } from '../support/temp-folder.ts'

type Entry = string | { readonly linkname: string } | 'folder'

async function tarOf(entries: Readonly<Record<string, Entry | Uint8Array>>): Promise<Buffer> {
  const tar = pack()
  for (const [name, entry] of Object.entries(entries)) {
    if (entry === 'folder') tar.entry({ name, type: 'directory' })
    else if (typeof entry === 'string') tar.entry({ name }, entry)
    else if (entry instanceof Uint8Array) tar.entry({ name }, Buffer.from(entry))
    else tar.entry({ name, type: 'symlink', linkname: entry.linkname })
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

const lower = tarOf({
  'app/index.js': 'old',
  'app/gone.js': 'x',
  'app/emptied/a.js': 'x',
  'etc/name': 'debian',
  bin: { linkname: 'usr/bin' },
  'usr/bin/true': 'x',
  out: { linkname: '/tmp' },
})
const upper = tarOf({
  'app/index.js': 'new',
  'app/.wh.gone.js': '',
  'app/emptied/.wh..wh..opq': '',
  'app/emptied/b.js': 'x',
  out: 'folder',
  'out/inside.js': 'x',
})

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** An OCI layout of an image of these layers, with an attestation beside it. */
async function ociLayout(layers: readonly Buffer[], more: readonly object[] = []): Promise<Buffer> {
  return tarOf(layoutFiles(layers, more))
}

function layoutFiles(layers: readonly Buffer[], more: readonly object[] = []): Record<string, string | Buffer> {
  const manifest = Buffer.from(JSON.stringify({ layers: layers.map((layer) => ({ digest: `sha256:${digest(layer)}` })) }))
  const index = { manifests: [{ digest: `sha256:${digest(manifest)}` }, { digest: 'sha256:0', annotations: { 'vnd.docker.reference.type': 'attestation-manifest' } }, ...more] }
  return {
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': JSON.stringify(index),
    ...Object.fromEntries([...layers, manifest].map((blob) => [`blobs/sha256/${digest(blob)}`, blob])),
  }
}

async function folderOf(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = tempFolder()
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, dirname(path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
  return folder
}

async function opened(archive: Buffer | string, architectures?: readonly Architecture[]): Promise<{ readonly paths: readonly string[]; readonly index: string; readonly outIsFolder: boolean }> {
  const path = typeof archive === 'string' ? archive : join(tempFolder(), 'image.tar')
  if (typeof archive !== 'string') await writeFile(path, archive)
  const inputs = await openInputs([path], '/', architectures)
  try {
    const { root, files, isImage, diagnostics } = inputs[0]!
    expect({ isImage, diagnostics }).toEqual({ isImage: true, diagnostics: [] })
    return { paths: files.map((file) => file.path), index: await readFile(join(root, 'app/index.js'), 'utf8'), outIsFolder: (await lstat(join(root, 'out'))).isDirectory() }
  } finally {
    await closeInputs(inputs)
  }
}

const expected = { paths: ['app/emptied/b.js', 'app/index.js', 'bin', 'etc/name', 'out/inside.js', 'usr/bin/true'], index: 'new', outIsFolder: true }

test('what a container starts with is what is seen of an OCI image: upper layers hide, delete and replace', async () => {
  expect(await opened(await ociLayout([await lower, gzipSync(await upper)]))).toEqual(expected)
  expect(await opened(await ociLayout([await lower, Buffer.alloc(1024), await upper]))).toEqual(expected)
})

test('and of what docker save writes, layers in folders of their own and links to them', async () => {
  const archive = tarOf({
    'manifest.json': JSON.stringify([{ Config: 'c.json', RepoTags: ['a:1'], Layers: ['1/layer.tar', '2/layer.tar'] }]),
    '1/layer.tar': await lower,
    '2/layer.tar': { linkname: '../3/layer.tar' },
    '3/layer.tar': await upper,
  })
  expect(await opened(await archive)).toEqual(expected)
})

test('and of an OCI layout that is a folder, which is only read', async () => {
  const files = layoutFiles([await lower, gzipSync(await upper)])
  const folder = await folderOf(files)
  expect(await opened(folder)).toEqual(expected)
  expect((await readdir(folder, { recursive: true })).sort()).toEqual([...new Set(Object.keys(files).flatMap((path) => [path, ...(path.includes('/') ? ['blobs', 'blobs/sha256'] : [])]))].sort())
})

test('of images for several machines, the one that is asked for', async () => {
  const manifests = await Promise.all([[lower, upper], [lower]].map(async (layers) => Buffer.from(JSON.stringify({ layers: (await Promise.all(layers)).map((layer) => ({ digest: `sha256:${digest(layer)}` })) }))))
  const platforms = [{ os: 'linux', architecture: 'arm64', variant: 'v8' }, { os: 'linux', architecture: 'amd64' }]
  const index = Buffer.from(JSON.stringify({ manifests: manifests.map((manifest, at) => ({ digest: `sha256:${digest(manifest)}`, platform: platforms[at] })) }))
  const blobs = [...manifests, await lower, await upper]
  const folder = await folderOf({ 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': index, ...Object.fromEntries(blobs.map((blob) => [`blobs/sha256/${digest(blob)}`, blob])) })
  expect(await opened(folder, ['aarch64'])).toEqual(expected)
  for (const asked of [[], ['riscv64'], ['aarch64', 'x86-64']] as const) {
    await expect(opened(folder, asked)).rejects.toMatchObject({ message: expect.stringContaining('holds 2 images (amd64, arm64/v8)') as string, details: { hint: expect.stringContaining('--arch') as string } })
  }
})

/** Bytes as one frame of Zstandard whose blocks are not compressed. */
function storedFrame(bytes: Buffer): Buffer {
  const parts: Buffer[] = [Buffer.from('28b52ffd0050', 'hex')]
  for (let at = 0; at === 0 || at < bytes.length; at += 65536) {
    const block = bytes.subarray(at, at + 65536)
    const header = Buffer.alloc(3)
    header.writeUIntLE(block.length * 8 + (at + 65536 >= bytes.length ? 1 : 0), 0, 3)
    parts.push(header, block)
  }
  return Buffer.concat(parts)
}

test('layers of Zstandard are opened, of one frame or many', async () => {
  const [below, above] = [await lower, await upper]
  const skipped = Buffer.from('502a4d18030000006162', 'hex')
  const chunked = Buffer.concat([storedFrame(below.subarray(0, 700)), skipped, Buffer.from('c'), storedFrame(below.subarray(700))])
  expect(await opened(await ociLayout([chunked, storedFrame(above)]))).toEqual(expected)
  for (const broken of [Buffer.from(storedFrame(below).subarray(0, -20)), Buffer.concat([storedFrame(below), Buffer.from('more')]), Buffer.from(chunked.subarray(0, 705)), Buffer.from('28b52ffd0088010000', 'hex'), Buffer.from('28b52ffd00ff010000', 'hex'), Buffer.from('28b52ffd01', 'hex')]) {
    await expect(opened(await ociLayout([broken]))).rejects.toMatchObject({ code: 'input/archive' })
  }
})

test('what a layer says to delete is beside it, and never the folder above', async () => {
  const hostile = tarOf({ '.wh...': '', '.wh..': '', '.wh.': '', 'app/.wh...': '', 'app/.wh..': '' })
  expect(await opened(await ociLayout([await lower, await upper, await hostile]))).toEqual(expected)
})

test.each([
  ['several images', async () => ociLayout([await lower], [{ digest: `sha256:${digest(Buffer.from('{"layers":[]}'))}` }]), /blobs\/sha256\/\w+ is not in it/],
  ['a path for a digest', async () => tarOf({ 'oci-layout': '{"imageLayoutVersion":"1.0.0"}', 'index.json': '{"manifests":[{"digest":"sha256:../../../etc/passwd"}]}' }), /is no digest/],
  ['a layer elsewhere', async () => tarOf({ 'manifest.json': '[{"Layers":["../../etc/passwd"]}]' }), /is not in it/],
  ['a link that leads out', async () => tarOf({ 'manifest.json': '[{"Layers":["l"]}]', l: { linkname: '/etc/passwd' } }), /is not in it/],
  ['two images of docker save', async () => tarOf({ 'manifest.json': '[{"Layers":[]},{"Layers":[]}]' }), /holds 2 images/],
  ['a layer of another kind', async () => tarOf({ 'manifest.json': '[{"Layers":["l"]}]', l: 'zstd' }), /is no tar archive/],
])('%s is an error that says so', async (_name, archive, message) => {
  await expect(opened(await archive())).rejects.toMatchObject({ code: 'input/archive', message: expect.stringMatching(message) as string })
})

test('an archive with a manifest.json of its own is no image, and an image is not built anew', async () => {
  const folder = tempFolder()
  await writeFile(join(folder, 'extension.tar'), await tarOf({ 'manifest.json': '{"manifest_version":3}' }))
  const [input] = await openInputs(['extension.tar'], folder)
  expect(input).toMatchObject({ files: [{ path: 'manifest.json' }] })
  await closeInputs([input!])
  await writeFile(join(folder, 'image.tar'), await ociLayout([await lower]))
  const options = await resolveOptions({ cwd: folder, configFile: false })
  await expect(buildAnew(['image.tar'], [], join(folder, 'out'), options, undefined)).rejects.toThrow(/image\.tar is a container image/)
})
