import { mkdir, readlink, symlink } from 'node:fs/promises'
import { dirname, join, posix } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { inFolder } from '../packaging/support.ts'
import { elf, type Files, isElfFor, manifest, prepare, startRegistry, type TestRegistry } from './support.ts'

/** A package with builds as packages of their own, each of which needs another one, as sharp's and libvips. */
const image = manifest('image', '1.0.0', {
  main: 'index.js',
  optionalDependencies: { '@i/linux-x64': '1.0.0', '@i/linux-arm64': '1.0.0', '@i/lib-linux-x64': '^2.0.0', '@i/lib-linux-arm64': '^2.0.0' },
})
const code = "try { require('@i/linux-x64') } catch { require('@i/linux-arm64') }"

const build = (cpu: 'x64' | 'arm64'): Files => ({
  'package.json': manifest(`@i/linux-${cpu}`, '1.0.0', { main: 'a.node', os: ['linux'], cpu: [cpu], optionalDependencies: { [`@i/lib-linux-${cpu}`]: '^2.0.0' } }),
  'a.node': elf(cpu === 'x64' ? 'x86-64' : 'aarch64'),
})
const library = (cpu: 'x64' | 'arm64'): Files => ({
  'package.json': manifest(`@i/lib-linux-${cpu}`, '2.1.0', { os: ['linux'], cpu: [cpu] }),
  'lib.so': elf(cpu === 'x64' ? 'x86-64' : 'aarch64'),
})
const published: Readonly<Record<string, Files>> = { '@i/linux-arm64@1.0.0': build('arm64'), '@i/lib-linux-arm64@2.1.0': library('arm64') }

const below = (folder: string, files: Files): Files => Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]))

/** What is installed, for one processor or several, and the links between: from the project's root. */
function installation(store: string, cpus: readonly ('x64' | 'arm64')[], modules = 'node_modules'): { readonly files: Files; readonly links: Readonly<Record<string, string>> } {
  const at = (name: string, version: string): string => `node_modules/${store}/${store === '.store' ? name : name.replace('/', '+')}@${version}/node_modules`
  const own = at('image', '1.0.0')
  let files: Files = { 'dist/handler.js': "require('image')", [`${own}/image/package.json`]: image, [`${own}/image/index.js`]: code }
  const links: Record<string, string> = { [`${modules}/image`]: `${own}/image` }
  for (const cpu of cpus) {
    const [addOn, lib] = [at(`@i/linux-${cpu}`, '1.0.0'), at(`@i/lib-linux-${cpu}`, '2.1.0')]
    files = { ...files, ...below(`${addOn}/@i/linux-${cpu}`, build(cpu)), ...below(`${lib}/@i/lib-linux-${cpu}`, library(cpu)) }
    links[`${own}/@i/linux-${cpu}`] = `${addOn}/@i/linux-${cpu}`
    links[`${own}/@i/lib-linux-${cpu}`] = `${lib}/@i/lib-linux-${cpu}`
    links[`${addOn}/@i/lib-linux-${cpu}`] = `${lib}/@i/lib-linux-${cpu}`
  }
  return { files, links }
}

async function makeLinks(app: string, links: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, target] of Object.entries(links)) {
    await mkdir(join(app, dirname(path)), { recursive: true })
    await symlink(posix.relative(posix.dirname(path), target), join(app, path))
  }
}

const lockfiles = (registry: TestRegistry): Readonly<Record<string, Files>> => {
  const [addOn, lib] = ['@i/linux-arm64@1.0.0', '@i/lib-linux-arm64@2.1.0'].map((spec) => registry.integrity[spec]!)
  return {
    '.pnpm': {
      'pnpm-lock.yaml': `lockfileVersion: '9.0'\n\npackages:\n\n  '@i/linux-arm64@1.0.0':\n    resolution: {integrity: ${addOn}}\n    cpu: [arm64]\n    os: [linux]\n\n  '@i/lib-linux-arm64@2.1.0':\n    resolution: {integrity: ${lib}}\n    cpu: [arm64]\n    os: [linux]\n\nsnapshots:\n`,
    },
    '.bun': {
      'bun.lock': `{ "lockfileVersion": 1, // text\n "packages": { "@i/linux-arm64": ["@i/linux-arm64@1.0.0", "", { "os": "linux", "cpu": "arm64" }, "${addOn}"],\n "@i/lib-linux-arm64": ["@i/lib-linux-arm64@2.1.0", "", { "os": "linux", "cpu": "arm64" }, "${lib}"], }, }`,
    },
    '.store': {
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: {
          'node_modules/@i/linux-arm64': { version: '1.0.0', integrity: addOn, os: ['linux'], cpu: ['arm64'] },
          'node_modules/@i/lib-linux-arm64': { version: '2.1.0', integrity: lib, os: ['linux'], cpu: ['arm64'] },
        },
      }),
    },
  }
}

let registry: TestRegistry | undefined
afterEach(async () => {
  await registry?.close()
  registry = undefined
})

describe('packages that are links into a store', () => {
  for (const store of ['.pnpm', '.bun', '.store']) {
    it(`${store}: other machines’ builds are put beside the package that needs them`, async () => {
      registry = await startRegistry(published)
      const { files, links } = installation(store, ['x64'])
      await inFolder(async (folder) => {
        await makeLinks(join(folder, 'app'), links)
        const prepared = await prepare(folder, { ...files, ...lockfiles(registry!)[store] }, { registry: registry!.url })
        const own = `node_modules/${store}/image@1.0.0/node_modules`
        expect(prepared.unavailable).toEqual([])
        expect(prepared.paths).toEqual([
          'handler.js',
          `${own}/@i/lib-linux-arm64/lib.so`,
          `${own}/@i/lib-linux-arm64/package.json`,
          `${own}/@i/linux-arm64/a.node`,
          `${own}/@i/linux-arm64/package.json`,
          `${own}/image/index.js`,
          `${own}/image/package.json`,
          'node_modules/image',
          'package.json',
        ])
        expect(await isElfFor('aarch64', join(prepared.out, `${own}/@i/linux-arm64/a.node`))).toBe(true)
        // pinned: no warning that the lockfile has none
        expect(prepared.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
      })
    })
  }

  it('that has builds for both machines needs no registry, and links lead where packages move to', async () => {
    const { files, links } = installation('.pnpm', ['x64', 'arm64'], 'packages/app/node_modules')
    const moved = { ...files, 'packages/app/dist/handler.js': files['dist/handler.js'], 'dist/handler.js': undefined, 'package-lock.json': undefined }
    await inFolder(async (folder) => {
      await makeLinks(join(folder, 'app'), links)
      const prepared = await prepare(folder, { ...moved, 'pnpm-lock.yaml': '' }, { online: false, input: 'packages/app/dist' })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.paths.filter((path) => path.includes('x64'))).toEqual([])
      expect(await readlink(join(prepared.out, 'node_modules/image'))).toBe('.pnpm/image@1.0.0/node_modules/image')
      expect(prepared.paths).toContain('node_modules/.pnpm/@i+lib-linux-arm64@2.1.0/node_modules/@i/lib-linux-arm64/lib.so')
      expect(prepared.paths).toContain('node_modules/.pnpm/@i+linux-arm64@1.0.0/node_modules/@i/lib-linux-arm64')
    })
  })

  it('are taken whole by the name that is a link', async () => {
    const { files, links } = installation('.pnpm', ['arm64'])
    await inFolder(async (folder) => {
      await makeLinks(join(folder, 'app'), links)
      const own = 'node_modules/.pnpm/image@1.0.0/node_modules/image'
      const prepared = await prepare(folder, { ...files, 'dist/handler.js': '', [`${own}/data.bin`]: 'x' }, { online: false, include: ['image'] })
      expect(prepared.paths).toContain(`${own}/data.bin`)
      expect(await readlink(join(prepared.out, 'node_modules/image'))).toBe('.pnpm/image@1.0.0/node_modules/image')
    })
  })
})
