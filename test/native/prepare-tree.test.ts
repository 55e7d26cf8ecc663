import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ConfigError, UsageError } from '../../src/core/errors.ts'
import { inFolder } from '../packaging/support.ts'
import { elf, type Files, isElfFor, machO, manifest, prepare, startRegistry, type TestRegistry } from './support.ts'

/** A package in the way of napi-rs: one optional dependency a platform. */
const napi = (version = '1.0.0'): string =>
  manifest('image', version, {
    main: 'index.js',
    optionalDependencies: { 'image-linux-x64-gnu': version, 'image-linux-arm64-gnu': version, 'image-linux-arm64-musl': version, 'image-darwin-arm64': version },
  })
const build = (name: string, cpu: string, os: string, libc: string | undefined, bytes: Uint8Array): Files => ({
  'package.json': manifest(name, '1.0.0', { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }), scripts: { install: 'exit 1' } }),
  'image.node': bytes,
  'README.md': 'text',
})
const application: Files = {
  'dist/handler.js': "require('image')",
  'node_modules/image/package.json': napi(),
  'node_modules/image/index.js': "try { require('image-linux-x64-gnu/image.node') } catch { require('image-linux-arm64-gnu/image.node') }",
  ...Object.fromEntries(
    Object.entries(build('image-linux-x64-gnu', 'x64', 'linux', 'glibc', elf('x86-64'))).map(([path, content]) => [
      `node_modules/image-linux-x64-gnu/${path}`,
      content,
    ]),
  ),
}
const published: Readonly<Record<string, Files>> = {
  'image-linux-arm64-gnu@1.0.0': build('image-linux-arm64-gnu', 'arm64', 'linux', 'glibc', elf('aarch64')),
  'image-linux-arm64-musl@1.0.0': build('image-linux-arm64-musl', 'arm64', 'linux', 'musl', elf('aarch64')),
}
const lock = (packages: object): Files => ({ 'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages }) })
const locked = (registry: TestRegistry): object =>
  Object.fromEntries(
    ['gnu', 'musl'].map((libc) => [
      `node_modules/image-linux-arm64-${libc}`,
      {
        version: '1.0.0',
        integrity: registry.integrity[`image-linux-arm64-${libc}@1.0.0`],
        os: ['linux'],
        cpu: ['arm64'],
        libc: [libc === 'gnu' ? 'glibc' : 'musl'],
        optional: true,
      },
    ]),
  )

let registry: TestRegistry | undefined
afterEach(async () => {
  await registry?.close()
  registry = undefined
})

describe('builds that are packages of their own', () => {
  it('are fetched as the lockfile pins them and take the place of this machine’s', async () => {
    registry = await startRegistry(published)
    const packages = locked(registry)
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths).toEqual([
        'handler.js',
        'node_modules/image-linux-arm64-gnu/image.node',
        'node_modules/image-linux-arm64-gnu/package.json',
        'node_modules/image/index.js',
        'node_modules/image/package.json',
        'package.json',
      ])
      expect(await isElfFor('aarch64', join(prepared.out, 'node_modules/image-linux-arm64-gnu/image.node'))).toBe(true)
      expect(prepared.fetched).toEqual([
        {
          name: 'image-linux-arm64-gnu',
          version: '1.0.0',
          integrity: registry!.integrity['image-linux-arm64-gnu@1.0.0'],
          path: 'node_modules/image-linux-arm64-gnu',
        },
      ])
    })
  })

  it('are chosen by C library', async () => {
    registry = await startRegistry(published)
    const packages = locked(registry)
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url, libc: 'musl' })
      expect(prepared.fetched.map(({ name }) => name)).toEqual(['image-linux-arm64-musl'])
    })
  })

  it('lose the add-on of the other C library where one package has both (koffi)', async () => {
    const both: Files = {
      'dist/handler.js': "require('call')",
      'node_modules/call/package.json': JSON.stringify({ name: 'call', version: '1.0.0', main: 'index.js', optionalDependencies: { '@call/linux-x64': '1.0.0' } }),
      'node_modules/call/index.js': "require('@call/linux-x64')",
      'node_modules/@call/linux-x64/package.json': JSON.stringify({ name: '@call/linux-x64', version: '1.0.0', os: ['linux'], cpu: ['x64'], main: 'index.js' }),
      'node_modules/@call/linux-x64/index.js': 'module.exports = require(found())',
      'node_modules/@call/linux-x64/linux_x64/call.node': elf('x86-64'),
      'node_modules/@call/linux-x64/musl_x64/call.node': elf('x86-64'),
      'node_modules/@call/linux-x64/plain.node': elf('x86-64'),
    }
    const addOns = async (libc: 'glibc' | 'musl'): Promise<string[]> => {
      let found: string[] = []
      await inFolder(async (folder) => {
        const { paths } = await prepare(folder, both, { architecture: 'x86-64', online: false, libc })
        found = paths.filter((path) => path.endsWith('.node')).map((path) => path.slice('node_modules/@call/linux-x64/'.length))
      })
      return found
    }
    expect(await addOns('glibc')).toEqual(['linux_x64/call.node', 'plain.node'])
    expect(await addOns('musl')).toEqual(['musl_x64/call.node', 'plain.node'])
  })

  it('stay as they are for the machine that installed them, without a registry', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, application, { architecture: 'x86-64', online: false })
      expect(prepared.diagnostics).toEqual([])
      expect(prepared.paths).toContain('node_modules/image-linux-x64-gnu/image.node')
    })
  })

  it('are refused when the registry serves something else than the lockfile pins', async () => {
    registry = await startRegistry(published)
    const packages = locked(registry) as Record<string, { integrity: string }>
    packages['node_modules/image-linux-arm64-gnu']!.integrity = registry.integrity['image-linux-arm64-musl@1.0.0']!
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url })
      expect(prepared.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', code: 'native/integrity' }))
      expect(prepared.paths.filter((path) => path.endsWith('.node'))).toEqual([])
    })
  })

  it('are named when the registry cannot be reached, or may not be asked', async () => {
    registry = await startRegistry(published)
    const packages = locked(registry)
    await inFolder(async (folder) => {
      const offline = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url, online: false })
      expect(offline.diagnostics).toContainEqual(
        expect.objectContaining({ severity: 'error', code: 'native/offline', message: expect.stringContaining('image-linux-arm64-gnu@1.0.0') as string }),
      )
      expect(registry!.requests).toEqual([])
    })
    await inFolder(async (folder) => {
      const unreachable = await prepare(folder, { ...application, ...lock(packages) })
      expect(unreachable.diagnostics).toContainEqual(expect.objectContaining({ severity: 'error', code: 'native/registry' }))
    })
  })

  it('are taken as their parent pins them when npm left them out of the lockfile, and that is said', async () => {
    registry = await startRegistry(published)
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, application, { registry: registry!.url })
      expect(prepared.fetched.map(({ name, integrity }) => [name, integrity])).toEqual([
        ['image-linux-arm64-gnu', registry!.integrity['image-linux-arm64-gnu@1.0.0']],
      ])
      expect(prepared.diagnostics).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'native/lockfile' }))
    })
  })

  it('are fetched as yarn.lock pins them', async () => {
    registry = await startRegistry(published)
    const digest = registry.integrity['image-linux-arm64-gnu@1.0.0']!
    await inFolder(async (folder) => {
      const { 'package-lock.json': _, ...rest } = { ...application, ...lock({}) }
      const yarn = (integrity: string): Files => ({ 'yarn.lock': `# yarn lockfile v1\n\nimage-linux-arm64-gnu@1.0.0:\n  version "1.0.0"\n  integrity ${integrity}\n` })
      const npmLock: Files = { 'package-lock.json': undefined }
      const good = await prepare(join(folder, '1'), { ...rest, ...npmLock, ...yarn(digest) }, { registry: registry!.url })
      expect(good.fetched.map(({ integrity }) => integrity)).toEqual([digest])
      expect(good.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
      const bad = await prepare(join(folder, '2'), { ...rest, ...npmLock, ...yarn(`sha512-${'A'.repeat(86)}==`) }, { registry: registry!.url })
      expect(bad.diagnostics).toContainEqual(expect.objectContaining({ code: 'native/integrity' }))
    })
  })

  it('come from a registry that wants the credentials of .npmrc', async () => {
    registry = await startRegistry(published, 'secret')
    const packages = locked(registry)
    await inFolder(async (folder) => {
      const without = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url })
      expect(without.diagnostics).toContainEqual(expect.objectContaining({ code: 'native/registry', message: expect.stringContaining('401') as string }))
    })
    await inFolder(async (folder) => {
      process.env['SHRINK_TEST_TOKEN'] = 'secret'
      const npmrc = `${registry!.url.slice('http:'.length)}:_authToken=\${SHRINK_TEST_TOKEN}`
      const prepared = await prepare(folder, { ...application, ...lock(packages) }, { registry: registry!.url, npmrc })
      expect(prepared.fetched).toHaveLength(1)
      expect(JSON.stringify(prepared)).not.toContain('secret')
    })
  })

  it('are missed with all that exist', async () => {
    await inFolder(async (folder) => {
      const { unavailable } = await prepare(folder, application, { architecture: 'riscv64' })
      expect(unavailable).toEqual([
        {
          name: 'image',
          version: '1.0.0',
          path: 'node_modules/image',
          why: 'none of its optional dependencies image* is for linux-riscv64-glibc',
          neededBy: ['dist/handler.js', 'node_modules/image'],
          exists: ['darwin-arm64', 'linux-arm64-glibc', 'linux-arm64-musl', 'linux-x64-glibc'],
        },
      ])
    })
  })
})

const prebuilt = (version: string, builds: Files): Files => ({
  'package.json': manifest('hash', version, { main: 'index.js', scripts: { install: 'node-gyp-build' } }),
  'index.js': 'require(`./prebuilds/${process.platform}-${process.arch}/hash.node`)',
  'binding.gyp': '{}',
  ...builds,
})
const at = (place: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${place}/${path}`, content]))

describe('builds that a package carries', () => {
  const builds: Files = {
    'prebuilds/linux-x64/hash.node': elf('x86-64'),
    'prebuilds/linux-arm64/hash.armv8.glibc.node': elf('aarch64'),
    'prebuilds/linux-arm64/hash.armv8.musl.node': elf('aarch64'),
    'prebuilds/darwin-arm64/hash.node': machO,
  }

  it('keep the one of the target, of two versions each', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('hash'); require('other')",
        ...at('node_modules/hash', prebuilt('1.0.0', builds)),
        'node_modules/other/package.json': manifest('other', '1.0.0'),
        'node_modules/other/index.js': "require('hash')",
        ...at('node_modules/other/node_modules/hash', prebuilt('2.0.0', builds)),
      })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths.filter((path) => path.endsWith('.node'))).toEqual([
        'node_modules/hash/prebuilds/linux-arm64/hash.armv8.glibc.node',
        'node_modules/other/node_modules/hash/prebuilds/linux-arm64/hash.armv8.glibc.node',
      ])
    })
  })

  it('lose a build of the wrong machine that would be loaded first', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('hash'); require('hash/build/Release/hash.node')",
        ...at('node_modules/hash', prebuilt('1.0.0', { ...builds, 'build/Release/hash.node': elf('x86-64') })),
      })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths.filter((path) => path.endsWith('.node'))).toEqual([
        'node_modules/hash/prebuilds/linux-arm64/hash.armv8.glibc.node',
      ])
    })
  })

  it('are not believed by the name of their folder', async () => {
    await inFolder(async (folder) => {
      const { unavailable } = await prepare(folder, {
        'dist/handler.js': "require('hash')",
        ...at('node_modules/hash', prebuilt('1.0.0', { 'prebuilds/linux-arm64/hash.node': elf('x86-64') })),
      })
      expect(unavailable.map(({ why }) => why)).toEqual(['prebuilds/linux-arm64/hash.node is ELF for x86-64, whatever its folder says'])
    })
  })

  it('are missed when there are sources only, with who needs them', async () => {
    await inFolder(async (folder) => {
      const { unavailable } = await prepare(folder, {
        'dist/handler.js': "require('orm')",
        'node_modules/orm/package.json': manifest('orm', '3.0.0', { dependencies: { hash: '1' } }),
        'node_modules/orm/index.js': "require('hash')",
        ...at('node_modules/hash', prebuilt('1.0.0', { 'build/Release/hash.node': elf('x86-64') })),
      })
      expect(unavailable).toEqual([
        expect.objectContaining({ name: 'hash', version: '1.0.0', neededBy: ['dist/handler.js', 'node_modules/orm', 'node_modules/hash'] }),
      ])
    })
  })

  it('are not those that node-gyp makes on its way', async () => {
    await inFolder(async (folder) => {
      const halfway = { 'build/Release/obj.target/hash.node': elf('x86-64'), 'build/Release/obj.target/hash/src/a.o': elf('x86-64') }
      const { unavailable } = await prepare(folder, {
        'dist/handler.js': "require('hash'); require('fs').readdirSync(require('path').join(__dirname, '../node_modules/hash/build'))",
        ...at('node_modules/hash', prebuilt('1.0.0', { ...halfway, 'build/Release/hash.node': elf('x86-64') })),
      })
      expect(unavailable).toEqual([
        expect.objectContaining({ why: 'build/Release/hash.node is ELF for x86-64', exists: ['build/Release/hash.node: ELF for x86-64'] }),
      ])
    })
  })

  it('are left out with a warning when all that need them call them optional', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('orm')",
        'node_modules/orm/package.json': manifest('orm', '3.0.0', { optionalDependencies: { hash: '1' } }),
        'node_modules/orm/index.js': "try { require('hash') } catch {}",
        ...at('node_modules/hash', prebuilt('1.0.0', {})),
      })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths.some((path) => path.includes('hash'))).toBe(false)
      expect(prepared.diagnostics).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'native/left-out' }))
    })
  })

  it('are found in folders by platform, with the libraries beside them', async () => {
    await inFolder(async (folder) => {
      const place = (platform: string, bytes: Uint8Array): Files => ({
        [`node_modules/net/bin/v6/${platform}/net.node`]: bytes,
        [`node_modules/net/bin/v6/${platform}/libnet.so.1`]: bytes,
      })
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('net-runtime')",
        'node_modules/net-runtime/package.json': manifest('net-runtime', '1.0.0'),
        'node_modules/net-runtime/index.js': "require('../net/bin/v6/linux/x64/net.node')",
        'node_modules/net/package.json': manifest('net', '1.0.0'),
        ...place('linux/x64', elf('x86-64')),
        ...place('linux/arm64', elf('aarch64')),
        ...place('darwin/arm64', machO),
      })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths.filter((path) => path.includes('net/bin'))).toEqual([
        'node_modules/net/bin/v6/linux/arm64/libnet.so.1',
        'node_modules/net/bin/v6/linux/arm64/net.node',
      ])
    })
  })

  it('get back the file that an install script wrote over', async () => {
    const shipped: Files = { 'package.json': manifest('tool', '1.0.0', { bin: { tool: 'bin/tool' } }), 'bin/tool': '#!/usr/bin/env node\n', 'index.js': "require('fs').readFileSync(__dirname + '/bin/tool')" }
    registry = await startRegistry({ 'tool@1.0.0': shipped })
    const packages = { 'node_modules/tool': { version: '1.0.0', integrity: registry.integrity['tool@1.0.0'] } }
    await inFolder(async (folder) => {
      const files = { 'dist/handler.js': "require('tool')", ...at('node_modules/tool', { ...shipped, 'bin/tool': elf('x86-64') }), ...lock(packages) }
      const prepared = await prepare(folder, files, { registry: registry!.url })
      expect(prepared.unavailable).toEqual([])
      expect(await readFile(join(prepared.out, 'node_modules/tool/bin/tool'), 'utf8')).toBe('#!/usr/bin/env node\n')
    })
  })
})

describe('programs', () => {
  it('in bin/{arch}/ keep those of the target; a map places others', async () => {
    await inFolder(async (folder) => {
      const files = {
        'dist/handler.js': "require('child_process').spawn(require('path').join(__dirname, 'bin', process.arch, 'tool'))",
        'dist/bin/x64/tool': elf('x86-64'),
        'dist/bin/arm64/tool': elf('aarch64'),
        'vendor/extra-aarch64': elf('aarch64'),
      }
      const prepared = await prepare(folder, files, { programs: { 'bin/extra': 'vendor/extra-{arch}' } })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths).toEqual(['bin/arm64/tool', 'bin/extra', 'handler.js', 'package.json'])
      await expect(prepare(join(folder, '2'), files, { programs: { 'bin/extra': 'vendor/none-{arch}' } })).rejects.toThrow(ConfigError)
      await expect(prepare(join(folder, '3'), files, { programs: { '../extra': 'vendor/extra-{arch}' } })).rejects.toThrow(ConfigError)
    })
  })

  it('without a build for the target are missed', async () => {
    await inFolder(async (folder) => {
      const { unavailable } = await prepare(folder, { 'dist/handler.js': '', 'dist/bin/tool': elf('x86-64') })
      expect(unavailable.map(({ why }) => why)).toEqual(['dist/bin/tool is ELF for x86-64'])
    })
  })
})

describe('a folder inside the input that is deployed by itself', () => {
  it('gets the builds where the others were, with what they need', async () => {
    const parts = (cpu: string): string => manifest('image-linux-' + cpu, '1.0.0', { os: ['linux'], cpu: [cpu], optionalDependencies: { [`lib-linux-${cpu}`]: '1.0.0' } })
    registry = await startRegistry({
      'image-linux-arm64@1.0.0': { 'package.json': parts('arm64'), 'image.node': elf('aarch64') },
      'lib-linux-arm64@1.0.0': { 'package.json': manifest('lib-linux-arm64', '1.0.0', { os: ['linux'], cpu: ['arm64'] }), 'lib.so': elf('aarch64') },
    })
    const modules = 'dist/functions/a.func/node_modules'
    const pinned = (name: string): object => ({ [`node_modules/${name}`]: { version: '1.0.0', integrity: registry!.integrity[`${name}@1.0.0`], os: ['linux'], cpu: ['arm64'] } })
    await inFolder(async (folder) => {
      const prepared = await prepare(
        folder,
        {
          ...lock({ ...pinned('image-linux-arm64'), ...pinned('lib-linux-arm64') }),
          'dist/functions/a.func/index.js': "require('image')",
          [`${modules}/image/package.json`]: manifest('image', '1.0.0', { main: 'index.js', optionalDependencies: { 'image-linux-x64': '1.0.0', 'image-linux-arm64': '1.0.0' } }),
          [`${modules}/image/index.js`]: "require('image-linux-x64/image.node')",
          [`${modules}/image-linux-x64/package.json`]: parts('x64'),
          [`${modules}/image-linux-x64/image.node`]: elf('x86-64'),
        },
        { registry: registry!.url },
      )
      expect(prepared.paths.filter((path) => /\.(?:node|so)$/.test(path))).toEqual([
        'functions/a.func/node_modules/image-linux-arm64/image.node',
        'functions/a.func/node_modules/lib-linux-arm64/lib.so',
      ])
    })
  })
})

describe('layouts', () => {
  it('of npm workspaces are kept, links and all', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'app/node_modules'), { recursive: true })
      await symlink('../packages/lib', join(folder, 'app/node_modules/lib'))
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('lib')",
        'packages/lib/package.json': manifest('lib', '1.0.0'),
        'packages/lib/index.js': '',
      })
      expect(prepared.diagnostics).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'native/layout' }))
      expect(prepared.paths).toEqual(['dist/handler.js', 'node_modules/lib', 'package.json', 'packages/lib/index.js', 'packages/lib/package.json'])
    })
  })

  it('in which node_modules is a link to that above need no link', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'app/dist'), { recursive: true })
      await symlink('../node_modules', join(folder, 'app/dist/node_modules'))
      const prepared = await prepare(folder, {
        'dist/handler.js': "require('lib')",
        'node_modules/lib/package.json': manifest('lib', '1.0.0'),
        'node_modules/lib/index.js': '',
      })
      expect(prepared.paths).toEqual(['handler.js', 'node_modules/lib/index.js', 'node_modules/lib/package.json', 'package.json'])
    })
  })

  it('of Yarn that Node alone cannot follow are refused with what to do', async () => {
    await inFolder(async (folder) => {
      const yarn = prepare(folder, { 'dist/handler.js': '', '.pnp.cjs': '' })
      await expect(yarn).rejects.toMatchObject({ hint: expect.stringContaining('nodeLinker: node-modules') as string })
    })
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'app/node_modules/.store/a-npm-1.0.0-6a/package'), { recursive: true })
      await symlink('.store/a-npm-1.0.0-6a/package', join(folder, 'app/node_modules/a'))
      await expect(prepare(folder, { 'dist/handler.js': '' })).rejects.toThrow(UsageError)
    })
  })

  it('leave files of the system to the system, and refuse modules from elsewhere', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { 'dist/handler.js': "require('fs').readFileSync('/etc/hostname'); require('fs').readFileSync('/proc/self/maps')" })
      expect(prepared.paths).toEqual(['handler.js', 'package.json'])
      await writeFile(join(folder, 'elsewhere.js'), '')
      await expect(prepare(join(folder, '2'), { 'dist/handler.js': "require('../../../elsewhere.js')" })).rejects.toThrow(/outside the project/)
    })
  })

  it('take what is named whole, with what it needs', async () => {
    await inFolder(async (folder) => {
      const files: Files = {
        'dist/handler.js': 'require(process.env.DRIVER)',
        'node_modules/driver/package.json': manifest('driver', '1.0.0'),
        'node_modules/driver/index.js': "require('helper')",
        'node_modules/driver/data.bin': 'x',
        'node_modules/helper/package.json': manifest('helper', '1.0.0'),
        'node_modules/helper/index.js': '',
        'node_modules/helper/unused.bin': 'x',
      }
      const prepared = await prepare(folder, files, { include: ['driver'] })
      expect(prepared.paths).toEqual([
        'handler.js',
        'node_modules/driver/data.bin',
        'node_modules/driver/index.js',
        'node_modules/driver/package.json',
        'node_modules/helper/index.js',
        'node_modules/helper/package.json',
        'package.json',
      ])
      await expect(prepare(join(folder, '2'), files, { include: ['nosuch'] })).rejects.toThrow(ConfigError)
      await expect(prepare(join(folder, '3'), files, { include: ['../x'] })).rejects.toThrow(ConfigError)
    })
  })

  it('never take history or credentials along', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { 'index.js': '', '.git/config': 'x' }, { input: '.' })
      expect(prepared.paths).toEqual(['index.js', 'package-lock.json', 'package.json'])
    })
  })

  it('keep modes', async () => {
    await inFolder(async (folder) => {
      await mkdir(join(folder, 'app/dist'), { recursive: true })
      await writeFile(join(folder, 'app/dist/bootstrap'), '#!/bin/sh')
      await chmod(join(folder, 'app/dist/bootstrap'), 0o755)
      const prepared = await prepare(folder, {})
      const { stat } = await import('node:fs/promises')
      expect((await stat(join(prepared.out, 'bootstrap'))).mode & 0o111).toBe(0o111)
    })
  })
})
