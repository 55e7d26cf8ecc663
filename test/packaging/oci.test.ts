import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesEntry } from '../../src/packaging/entry.ts'
import type { PackageEntry } from '../../src/packaging/entry.ts'
import { writeOciLayout } from '../../src/packaging/oci.ts'
import type { OciSettings } from '../../src/packaging/oci.ts'
import { has, inFolder, run } from './support.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

const entries: readonly PackageEntry[] = [
  bytesEntry('bootstrap', text('#!/bin/true\n')),
  bytesEntry(`node_modules/${'long-name/'.repeat(30)}index.js`, text('x'.repeat(1000))),
  bytesEntry('ünï/code.js', text('1')),
  { kind: 'link', path: 'link', target: 'bootstrap' },
]
const settings: OciSettings = {
  image: { entrypoint: ['/app/bootstrap'], env: ['A=1'], user: '65532', cmd: ['serve'], labels: { a: 'b' } },
  compression: 'gzip',
  level: 'balanced',
  tag: 'latest',
}
const images = [
  { architecture: 'x86-64', entries },
  { architecture: 'aarch64', entries },
] as const

type Json = Record<string, unknown>
const readJson = async (path: string): Promise<Json> => JSON.parse(await readFile(path, 'utf8')) as Json

describe('OCI image layout', () => {
  it('has the same bytes twice, and one manifest an architecture', async () => {
    await inFolder(async (folder) => {
      const first = await writeOciLayout(images, join(folder, 'a'), settings)
      const second = await writeOciLayout(images, join(folder, 'b'), settings)
      expect(second).toEqual(first)
      await run('diff', ['-r', join(folder, 'a'), join(folder, 'b')])
      expect(first.map(({ architecture }) => architecture)).toEqual(['x86-64', 'aarch64'])
      expect(new Set(first.map(({ digest }) => digest)).size).toBe(2)
    })
  })

  it('is unpacked by tar as it was packed', async () => {
    await inFolder(async (folder) => {
      const [image] = await writeOciLayout(images.slice(0, 1), join(folder, 'a'), settings)
      const blobs = join(folder, 'a', 'blobs', 'sha256')
      const manifest = await readJson(join(blobs, image!.digest.slice(7)))
      const layer = (manifest['layers'] as { digest: string }[])[0]!.digest.slice(7)
      await mkdir(join(folder, 'out'))
      await run('tar', ['-xzf', join(blobs, layer), '-C', join(folder, 'out')])
      expect(await readFile(join(folder, 'out/app/link'), 'utf8')).toBe('#!/bin/true\n')
      expect(await readFile(join(folder, `out/app/node_modules/${'long-name/'.repeat(30)}index.js`), 'utf8')).toHaveLength(1000)
      const { stdout } = await run('tar', ['--full-time', '-tvzf', join(blobs, layer)], {
        env: { ...process.env, TZ: 'UTC', LC_ALL: 'C.UTF-8' },
      })
      expect(stdout.split('\n').filter(Boolean).every((line) => line.includes('0/0') && line.includes('1970-01-01'))).toBe(true)
      expect(stdout).toContain('app/ünï/code.js')
    })
  })

  it('goes to a registry and back with equal digests', async (context) => {
    if (!(await has('skopeo')) || !(await has('docker-registry'))) return context.skip('skopeo or docker-registry is not installed')
    await inFolder(async (folder) => {
      await writeOciLayout(images, join(folder, 'a'), settings)
      const { stdout } = await run('skopeo', ['inspect', '--override-arch', 'arm64', '--config', `oci:${join(folder, 'a')}:latest`])
      const config = JSON.parse(stdout) as { architecture: string; config: Json }
      expect(config.architecture).toBe('arm64')
      expect(config.config).toMatchObject({ Entrypoint: ['/app/bootstrap'], Cmd: ['serve'], Env: ['A=1'], User: '65532', WorkingDir: '/app' })
      await withRegistry(folder, async (address) => {
        const remote = `docker://${address}/thumb:1`
        const policy = ['--insecure-policy', 'copy', '--all']
        await run('skopeo', [...policy, '--dest-tls-verify=false', `oci:${join(folder, 'a')}:latest`, remote])
        await run('skopeo', [...policy, '--src-tls-verify=false', remote, `oci:${join(folder, 'b')}:latest`])
      })
      const [sent, received] = await Promise.all(
        ['a', 'b'].map(async (name) => ({
          index: ((await readJson(join(folder, name, 'index.json')))['manifests'] as { digest: string }[]).map(({ digest }) => digest),
          blobs: (await readdir(join(folder, name, 'blobs/sha256'))).sort(),
        })),
      )
      expect(received).toEqual(sent)
      expect(sent!.index).toHaveLength(1)
    })
  })

  it('builds on a base layout: its layers, its settings, its digests checked', async () => {
    await inFolder(async (folder) => {
      const base = join(folder, 'base')
      const baseEntries = [bytesEntry('etc/os-release', text('NAME=base\n'))]
      await writeOciLayout(
        images.map(({ architecture }) => ({ architecture, entries: baseEntries })),
        base,
        { ...settings, image: { directory: '/', env: ['A=base', 'B=2'], entrypoint: ['/init'], cmd: ['old'] } },
      )
      const image = { entrypoint: ['/app/bootstrap'], env: ['A=1'] }
      const written = await writeOciLayout(images, join(folder, 'own'), { ...settings, image, base })
      const blobs = join(folder, 'own/blobs/sha256')
      const manifest = await readJson(join(blobs, written[1]!.digest.slice(7)))
      expect(manifest['layers']).toHaveLength(2)
      const config = await readJson(join(blobs, (manifest['config'] as { digest: string }).digest.slice(7)))
      expect(config['config']).toEqual({ Entrypoint: ['/app/bootstrap'], Env: ['B=2', 'A=1'], WorkingDir: '/app' })
      expect((config['rootfs'] as { diff_ids: unknown[] }).diff_ids).toHaveLength(2)

      await expect(
        writeOciLayout([{ architecture: 's390x', entries }], join(folder, 'no'), { ...settings, base }),
      ).rejects.toThrow(/no image for linux\/s390x/)
      for (const blob of await readdir(join(base, 'blobs/sha256'))) {
        const broken = join(folder, `broken-${blob.slice(0, 8)}`)
        await cp(base, broken, { recursive: true })
        await writeFile(join(broken, 'blobs/sha256', blob), 'x')
        const build = writeOciLayout(images, join(folder, `out-${blob.slice(0, 8)}`), { ...settings, base: broken })
        await expect(build).rejects.toThrow(/damaged/)
      }
    })
  })

  it.each([
    ['no index', undefined],
    ['no JSON', 'x'],
    ['a digest that is a path', '{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,"digest":"sha256:../../../etc/passwd"}]}'],
    ['manifests that are no list', '{"manifests":{}}'],
    ['a huge manifest', `{"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1e12,"digest":"sha256:${'0'.repeat(64)}"}]}`],
    ['null', 'null'],
  ])('names what is wrong with a base that has %s', async (_, index) => {
    await inFolder(async (folder) => {
      if (index !== undefined) await writeFile(join(folder, 'index.json'), index)
      await expect(writeOciLayout(images, join(folder, 'out'), { ...settings, base: folder })).rejects.toMatchObject({
        code: 'package/base',
      })
    })
  })

  it('writes zstd layers where Node can, and says so where it cannot', async () => {
    await inFolder(async (folder) => {
      const written = writeOciLayout(images, join(folder, 'a'), { ...settings, compression: 'zstd' })
      if ('createZstdCompress' in zlib) {
        expect(await written).toHaveLength(2)
        if (await has('zstd')) {
          const blobs = (await readdir(join(folder, 'a/blobs/sha256'))).map((name) => join(folder, 'a/blobs/sha256', name))
          const tested = await Promise.all(blobs.map((blob) => run('zstd', ['-t', blob]).then(() => 1, () => 0)))
          expect(tested.filter(Boolean)).toHaveLength(1)
        }
      } else await expect(written).rejects.toThrow(/need Node 22\.15/)
    })
  })

  it('runs under runc', async (context) => {
    if (!(await has('runc')) || !(await has('gcc'))) return context.skip('runc or gcc is not installed')
    if (process.getuid?.() !== 0) return context.skip('runc needs root here')
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a.c'), 'int puts(const char *); char *getenv(const char *); int main() { puts(getenv("A")); }')
      await run('gcc', ['-static', '-o', join(folder, 'bootstrap'), join(folder, 'a.c')])
      const program = bytesEntry('bootstrap', await readFile(join(folder, 'bootstrap')))
      const [image] = await writeOciLayout([{ architecture: 'x86-64', entries: [program] }], join(folder, 'layout'), {
        ...settings,
        image: { entrypoint: ['/app/bootstrap'], env: ['A=from the image'] },
      })
      const blobs = join(folder, 'layout/blobs/sha256')
      const manifest = await readJson(join(blobs, image!.digest.slice(7)))
      const config = await readJson(join(blobs, (manifest['config'] as { digest: string }).digest.slice(7)))
      const bundle = join(folder, 'bundle')
      await mkdir(join(bundle, 'rootfs'), { recursive: true })
      for (const layer of manifest['layers'] as { digest: string }[]) {
        await run('tar', ['-xzf', join(blobs, layer.digest.slice(7)), '-C', join(bundle, 'rootfs')])
      }
      const container = config['config'] as { Entrypoint: string[]; Env: string[]; WorkingDir: string }
      await run('runc', ['spec', '--bundle', bundle])
      const spec = await readJson(join(bundle, 'config.json'))
      const process_ = { ...(spec['process'] as Json), terminal: false, args: container.Entrypoint, env: container.Env, cwd: container.WorkingDir }
      await writeFile(join(bundle, 'config.json'), JSON.stringify({ ...spec, process: process_ }))
      const id = `shrink-test-${process.pid}`
      const ran = await run('runc', ['--root', join(folder, 'state'), 'run', '--bundle', bundle, id]).catch(
        (error: { stdout: string; stderr: string }) => error,
      )
      if (/cgroup|namespace|mount|permission|not permitted/i.test(ran.stderr)) {
        return context.skip(`this machine lets runc make no container: ${ran.stderr}`)
      }
      expect(ran.stderr).toBe('')
      expect(ran.stdout).toBe('from the image\n')
    })
  })
})

/** Debian's docker-registry on a free port of the loopback interface. */
async function withRegistry(folder: string, work: (address: string) => Promise<void>): Promise<void> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  const config = join(folder, 'registry.yml')
  await writeFile(
    config,
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${join(folder, 'registry')} } }\nhttp: { addr: "127.0.0.1:${port}" }\n`,
  )
  const server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  try {
    for (let tries = 0; tries < 100; tries++) {
      const up = await fetch(`http://127.0.0.1:${port}/v2/`).then((answer) => answer.ok, () => false)
      if (up) break
      await sleep(50)
    }
    await work(`127.0.0.1:${port}`)
  } finally {
    server.kill()
    await once(server, 'exit')
  }
}

