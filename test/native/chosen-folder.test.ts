import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inFolder } from '../packaging/support.ts'
import { elf, type Files, manifest, prepare } from './support.ts'

const framework = manifest('framework', '1.0.0', { main: 'server.js', bin: { framework: 'bin/framework' }, optionalDependencies: { '@f/compiler-linux-x64': '1.0.0', '@f/compiler-linux-arm64': '1.0.0' } })

/** What Next.js makes (`output: 'standalone'`), below the project that it was made from. */
const standalone: Files = {
  'dist/server.js': "require('framework')",
  'dist/node_modules/framework/package.json': framework,
  'dist/node_modules/framework/server.js': "try { require('never-deployed') } catch {}",
  // only a configuration names it
  'dist/node_modules/framework/asset.bin': 'x',
  'dist/node_modules/addon/package.json': manifest('addon', '1.0.0', { main: 'index.js' }),
  'dist/node_modules/addon/prebuilds/linux-x64/addon.node': elf('x86-64'),
  'dist/node_modules/addon/prebuilds/linux-arm64/addon.node': elf('aarch64'),
  'node_modules/framework/package.json': framework,
  'node_modules/framework/server.js': '',
  'node_modules/framework/bin/framework': '',
  'node_modules/never-deployed/package.json': manifest('never-deployed', '1.0.0'),
  'node_modules/never-deployed/index.js': '',
}

describe('a folder that has packages only', () => {
  const layer: Files = {
    'dist/nodejs/package.json': '{"dependencies":{"addon":"1.0.0"}}',
    'dist/nodejs/node_modules/addon/package.json': manifest('addon', '1.0.0', { main: 'index.js' }),
    'dist/nodejs/node_modules/addon/index.js': 'module.exports = 1',
    'dist/nodejs/node_modules/addon/prebuilds/linux-x64/addon.node': elf('x86-64'),
    'dist/nodejs/node_modules/addon/prebuilds/linux-arm64/addon.node': elf('aarch64'),
  }

  it('is a layer: all of them stay, with the builds of the machine', async () => {
    await inFolder(async (folder) => {
      const { paths, unavailable } = await prepare(folder, layer, { online: false })
      expect(unavailable).toEqual([])
      expect(paths).toEqual(['nodejs/node_modules/addon/index.js', 'nodejs/node_modules/addon/package.json', 'nodejs/node_modules/addon/prebuilds/linux-arm64/addon.node', 'nodejs/package.json'])
    })
  })

  it('has packages that nothing uses, once there is a script', async () => {
    await inFolder(async (folder) => {
      const { paths } = await prepare(folder, { ...layer, 'dist/nodejs/own/main.mjs': 'export {}' }, { online: false })
      expect(paths).toEqual(['nodejs/own/main.mjs', 'nodejs/package.json'])
    })
  })
})

describe('a folder whose packages have only what is in use', () => {
  it('is taken as it is, without what lies above it, and with the builds of the machine', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, standalone, { online: false })
      expect(prepared.unavailable).toEqual([])
      expect(prepared.diagnostics.filter(({ severity }) => severity !== 'info')).toEqual([])
      expect(prepared.paths).toEqual([
        'node_modules/addon/package.json',
        'node_modules/addon/prebuilds/linux-arm64/addon.node',
        'node_modules/framework/asset.bin',
        'node_modules/framework/package.json',
        'node_modules/framework/server.js',
        'server.js',
      ])
    })
  })

  it('may be inside what is built', async () => {
    await inFolder(async (folder) => {
      const inner = Object.fromEntries(Object.entries(standalone).map(([path, content]) => [path.replace(/^dist\//, 'dist/functions/a.func/'), content]))
      const prepared = await prepare(folder, { ...inner, 'dist/functions/a.func/node_modules/.bin/x': '' }, { online: false })
      expect(prepared.paths).toContain('functions/a.func/node_modules/framework/asset.bin')
      expect(prepared.paths.filter((path) => path.includes('never-deployed'))).toEqual([])
    })
  })

  it('is not a package of a workspace, which lacks a file above as well', async () => {
    await inFolder(async (folder) => {
      const prepared = await prepare(folder, { ...standalone, 'node_modules/framework/bin/framework': undefined, 'dist/node_modules/addon/package.json': undefined }, { online: false }).catch((error: unknown) => error)
      // never-deployed is found above, and the compiler would have to be fetched
      expect(prepared).toMatchObject({ diagnostics: expect.arrayContaining([expect.objectContaining({ code: 'native/offline' })]) as unknown })
    })
    await inFolder(async (folder) => {
      const prepared = await prepare(join(folder, 'x'), { 'dist/main.js': "require('a')", 'dist/node_modules/a/package.json': manifest('a', '1.0.0'), 'dist/node_modules/a/index.js': "require('b')", 'node_modules/b/package.json': manifest('b', '1.0.0'), 'node_modules/b/index.js': '' })
      expect(prepared.paths).toContain('node_modules/b/index.js')
    })
  })
})
