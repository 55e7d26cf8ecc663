import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { nativePlatform } from '../../src/native/platform.ts'
import { prepareTree } from '../../src/native/prepare-tree.ts'
import type { PreparedTree } from '../../src/native/prepare-tree.ts'
import { bytesEntry } from '../../src/packaging/entry.ts'
import { tar } from '../../src/packaging/tar.ts'
import type { Architecture } from '../../src/core/requirement.ts'

/** By path; undefined: no such file. */
export type Files = Readonly<Record<string, string | Uint8Array | undefined>>

const machines = { 'x86-64': 62, aarch64: 183, arm: 40, riscv64: 243 } as const

/** The header of an ELF file for a machine: enough for what looks at nothing else. */
export function elf(machine: keyof typeof machines): Uint8Array {
  const bytes = new Uint8Array(64)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, machine === 'arm' ? 1 : 2, 1, 1])
  new DataView(bytes.buffer).setUint16(16, 3, true)
  new DataView(bytes.buffer).setUint16(18, machines[machine], true)
  return bytes
}

export const machO: Uint8Array = Uint8Array.from({ length: 64 }, (_, index) => [0xcf, 0xfa, 0xed, 0xfe][index] ?? 0)

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (content === undefined) continue
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), content)
  }
}

/** The paths of all files below a folder. */
export async function listFiles(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  return found
    .filter((item) => !item.isDirectory())
    .map((item) => join(item.parentPath, item.name).slice(folder.length + 1))
    .sort()
}

export interface TestRegistry {
  readonly url: string
  /** By `name@version`. */
  readonly integrity: Readonly<Record<string, string>>
  /** The paths that were asked for. */
  readonly requests: string[]
  close(): Promise<void>
}

/**
 * A registry on the loopback interface.
 * @param packages by `name@version`: the files of the package, with its package.json
 */
export async function startRegistry(packages: Readonly<Record<string, Files>>, token?: string): Promise<TestRegistry> {
  const tarballs = new Map<string, Uint8Array>()
  const integrity: Record<string, string> = {}
  for (const [spec, files] of Object.entries(packages)) {
    const entries = Object.entries(files).map(([path, content = '']) =>
      bytesEntry(`package/${path}`, typeof content === 'string' ? new TextEncoder().encode(content) : content),
    )
    const chunks: Uint8Array[] = []
    for await (const chunk of tar(entries)) chunks.push(chunk)
    const tarball = gzipSync(Buffer.concat(chunks))
    tarballs.set(spec, tarball)
    integrity[spec] = `sha512-${createHash('sha512').update(tarball).digest('base64')}`
  }
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url!.slice(1))
    requests.push(path)
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) return void response.writeHead(401).end()
    const tarball = path.startsWith('-/') ? tarballs.get(path.slice(2)) : undefined
    if (tarball !== undefined) return void response.end(tarball)
    const versions: Record<string, unknown> = {}
    for (const [spec, files] of Object.entries(packages)) {
      const at = spec.lastIndexOf('@')
      if (spec.slice(0, at) !== path) continue
      const manifest = JSON.parse(files['package.json'] as string) as object
      const dist = { integrity: integrity[spec], tarball: `${url}-/${encodeURIComponent(spec)}` }
      versions[spec.slice(at + 1)] = { ...manifest, dist }
    }
    if (Object.keys(versions).length === 0) return void response.writeHead(404).end()
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ name: path, versions, 'dist-tags': { latest: Object.keys(versions).at(-1) } }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    url,
    integrity,
    requests,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** An installed application, prepared for another machine. */
export async function prepare(
  folder: string,
  files: Files,
  options: {
    architecture?: Architecture
    libc?: 'glibc' | 'musl'
    registry?: string
    npmrc?: string
    online?: boolean
    programs?: Record<string, string>
    include?: string[]
    input?: string
  } = {},
): Promise<PreparedTree & { readonly paths: readonly string[]; readonly out: string }> {
  const app = join(folder, 'app')
  await writeFiles(app, {
    'package.json': JSON.stringify({ name: 'app', version: '1.0.0' }),
    'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: {} }),
    '.npmrc': `registry=${options.registry ?? 'http://127.0.0.1:9/'}\ncache=${join(folder, 'cache')}\nfetch-retries=0\n${options.npmrc ?? ''}`,
    ...files,
  })
  const out = join(folder, 'out')
  const prepared = await prepareTree(
    {
      input: join(app, options.input ?? 'dist'),
      platform: nativePlatform(options.architecture ?? 'aarch64', options.libc),
      online: options.online ?? true,
      programs: options.programs ?? {},
      include: options.include ?? [],
      cwd: app,
      signal: new AbortController().signal,
    },
    out,
    join(folder, 'work'),
  )
  return { ...prepared, out, paths: await listFiles(out) }
}

export async function isElfFor(machine: keyof typeof machines, file: string): Promise<boolean> {
  return Buffer.from(elf(machine)).equals(await readFile(file))
}

export const manifest = (name: string, version: string, fields: object = {}): string => JSON.stringify({ name, version, ...fields })
