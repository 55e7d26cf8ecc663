import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { build } from '../../src/api/build.ts'
import { exitCode } from '../../src/api/exit-code.ts'
import type { UserConfig } from '../../src/config/config.ts'
import { ConfigError, UsageError } from '../../src/core/errors.ts'
import type { Report } from '../../src/core/report.ts'
import { elf, type Files, machO, manifest, startRegistry, writeFiles } from '../native/support.ts'
import { has, inFolder, run } from './support.ts'

const application: Files = {
  'package.json': manifest('@acme/thumb', '1.2.3', { type: 'module' }),
  'dist/handler.js': "import hash from 'hash'\nexport const handler = () => hash\n",
  'dist/bin/x64/tool': elf('x86-64'),
  'dist/bin/arm64/tool': elf('aarch64'),
  'node_modules/hash/package.json': manifest('hash', '2.0.0', { license: 'MIT', scripts: { install: 'node-gyp-build' } }),
  'node_modules/hash/index.js': "module.exports = require('./prebuilds/' + process.platform + '-' + process.arch + '/hash.node')",
  'node_modules/hash/prebuilds/linux-x64/hash.node': elf('x86-64'),
  'node_modules/hash/prebuilds/linux-arm64/hash.node': elf('aarch64'),
  'node_modules/hash/prebuilds/darwin-arm64/hash.node': machO,
}

async function buildIn(folder: string, files: Files, config: UserConfig, paths: string[] = ['dist']): Promise<Report> {
  await mkdir(folder, { recursive: true })
  await writeFiles(folder, { 'package-lock.json': '{"lockfileVersion":3,"packages":{}}', ...files })
  return build(paths, { cwd: folder, configFile: false, config: { jobs: 1, elf: { strip: 'none' }, ...config } })
}

const code = (report: Report, targets: string[] = []): number => exitCode(report, { failOn: 'error', targets })

describe('build --arch --package', () => {
  it('makes one of each an architecture, the same bytes twice, without a trace of the machine', async (context) => {
    if (!(await has('python3')) || !(await has('unzip'))) return context.skip('unzip or python3 is not installed')
    await inFolder(async (folder) => {
      const config: UserConfig = { arch: ['x64', 'arm64'], package: { kinds: ['dir,zip', 'layer', 'oci'], sbom: true, entrypoint: ['/app/bin/arm64/tool'] } }
      const report = await buildIn(join(folder, 'a'), application, config)
      expect(report.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(report.treeFindings.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(code(report)).toBe(0)
      const names = (await readdir(join(folder, 'a/shrunk'))).sort()
      expect(names).toEqual([
        'acme-thumb-arm64-layer.zip',
        'acme-thumb-arm64.cdx.json',
        'acme-thumb-arm64.zip',
        'acme-thumb-x64-layer.zip',
        'acme-thumb-x64.cdx.json',
        'acme-thumb-x64.zip',
        'arm64',
        'oci',
        'shrink-manifest.json',
        'x64',
      ])
      expect(report.packages.map(({ kind, path, architecture }) => [kind, path, architecture])).toEqual([
        ['dir', 'x64', 'x86-64'],
        ['zip', 'acme-thumb-x64.zip', 'x86-64'],
        ['layer', 'acme-thumb-x64-layer.zip', 'x86-64'],
        ['dir', 'arm64', 'aarch64'],
        ['zip', 'acme-thumb-arm64.zip', 'aarch64'],
        ['layer', 'acme-thumb-arm64-layer.zip', 'aarch64'],
        ['oci', 'oci', 'x86-64'],
        ['oci', 'oci', 'aarch64'],
      ])
      const { stdout: listing } = await run('unzip', ['-Z1', join(folder, 'a/shrunk/acme-thumb-arm64.zip')])
      expect(listing.trim().split('\n')).toEqual([
        'bin/arm64/tool',
        'handler.js',
        'node_modules/hash/index.js',
        'node_modules/hash/package.json',
        'node_modules/hash/prebuilds/linux-arm64/hash.node',
        'package.json',
      ])
      const { stdout: sums } = await run('sha256sum', report.packages.filter(({ path }) => path.endsWith('.zip')).map(({ path }) => path), { cwd: join(folder, 'a/shrunk') })
      for (const { path, sha256 } of report.packages.filter((item) => item.path.endsWith('.zip'))) expect(sums).toContain(`${sha256}  ${path}`)

      process.env['TZ'] = 'Pacific/Kiritimati'
      try {
        await buildIn(join(folder, 'another/place'), application, config)
      } finally {
        delete process.env['TZ']
      }
      await run('diff', ['-r', join(folder, 'a/shrunk'), join(folder, 'another/place/shrunk')])
      const { stdout: traces } = await run('grep', ['-rlF', folder, join(folder, 'a/shrunk')]).catch((error: { stdout: string }) => error)
      expect(traces).toBe('')
    })
  })

  it('makes the same of an architecture alone and among others', async () => {
    await inFolder(async (folder) => {
      const files: Files = { ...application, 'dist/handler.js': `${application['dist/handler.js'] as string}export const unused = (longName) => { return longName + longName }\n` }
      const both = await buildIn(join(folder, 'both'), files, { arch: ['x64', 'arm64'] })
      await buildIn(join(folder, 'alone'), files, { arch: ['arm64'], package: { kinds: ['dir'] } })
      await run('diff', ['-r', join(folder, 'both/shrunk/arm64'), join(folder, 'alone/shrunk/arm64')])
      const handlers = both.outputs.filter(({ path }) => path.endsWith('/handler.js'))
      expect(handlers.map(({ path }) => path)).toEqual(['x64/handler.js', 'arm64/handler.js'])
      expect(handlers[0]!.changes.length).toBeGreaterThan(0)
      expect(handlers[1]!.changes).toEqual(handlers[0]!.changes)
    })
  })

  it('names the architecture of a package by its binaries when none was asked for', async () => {
    await inFolder(async (folder) => {
      const report = await buildIn(folder, { 'dist/bootstrap': elf('aarch64') }, { package: { kinds: ['zip', 'oci'], name: 'fn' } })
      expect(report.packages.map(({ path, architecture }) => [path, architecture])).toEqual([
        ['fn.zip', 'aarch64'],
        ['oci', 'aarch64'],
      ])
    })
  })

  it('writes a bill of materials', async () => {
    await inFolder(async (folder) => {
      await buildIn(folder, application, { arch: ['arm64'], package: { sbom: true } })
      const bom = JSON.parse(await readFile(join(folder, 'shrunk/acme-thumb-arm64.cdx.json'), 'utf8')) as Record<string, unknown>
      expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 })
      expect(bom['serialNumber']).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(bom['components']).toContainEqual(expect.objectContaining({ name: 'hash', version: '2.0.0', purl: 'pkg:npm/hash@2.0.0' }))
    })
  })

  it('names packages of a part of a workspace after the part', async () => {
    await inFolder(async (folder) => {
      const files: Files = {
        'package.json': manifest('root', '1.0.0', { workspaces: ['packages/*'] }),
        'packages/api/package.json': manifest('@acme/api', '2.0.0'),
        'packages/api/dist/package.json': '{"type":"module"}',
        'packages/api/dist/index.js': 'export const a = 1\n',
      }
      const zips = async (paths: string[]): Promise<string[]> => (await buildIn(folder, files, { package: { kinds: ['zip'] } }, paths)).packages.map(({ path }) => path)
      expect(await zips(['packages/api/dist'])).toEqual(['acme-api.zip'])
      expect(await zips(['packages/api/dist/index.js'])).toEqual(['acme-api.zip'])
      expect(await zips(['packages'])).toEqual(['root.zip'])
      await run('tar', ['-czf', 'api.tgz', '-C', 'packages/api', '.'], { cwd: folder })
      expect(await zips(['api.tgz'])).toEqual(['acme-api.zip'])
    })
  })

  it('ends with 1 and makes no package for an architecture without a build of an add-on; others are made', async () => {
    await inFolder(async (folder) => {
      const files: Files = { ...application, 'node_modules/hash/prebuilds/linux-arm64/hash.node': elf('x86-64') }
      const report = await buildIn(folder, files, { arch: ['arm64', 'x64'], package: { kinds: ['zip'] } })
      expect(code(report)).toBe(1)
      expect(report.treeFindings.filter(({ ruleId }) => ruleId === 'native/unavailable')).toEqual([
        expect.objectContaining({
          severity: 'error',
          message: expect.stringMatching(/^hash@2\.0\.0 has no build for linux-arm64-glibc: .*linux-arm64\/hash\.node is ELF for x86-64.*needed by dist\/handler\.js/) as string,
        }),
      ])
      expect((await readdir(join(folder, 'shrunk'))).sort()).toEqual(['acme-thumb-x64.zip', 'shrink-manifest.json'])
    })
  })

  it('ends with 3 when a registry serves something else than the lockfile pins', async () => {
    const published = { 'img-linux-arm64@1.0.0': { 'package.json': manifest('img-linux-arm64', '1.0.0', { os: ['linux'], cpu: ['arm64'] }), 'i.node': elf('aarch64') } }
    const registry = await startRegistry(published)
    try {
      await inFolder(async (folder) => {
        const files: Files = {
          '.npmrc': `registry=${registry.url}\ncache=${join(folder, 'cache')}\nfetch-retries=0`,
          'package-lock.json': JSON.stringify({ lockfileVersion: 3, packages: { 'node_modules/img-linux-arm64': { version: '1.0.0', integrity: `sha512-${'A'.repeat(86)}==`, os: ['linux'], cpu: ['arm64'] } } }),
          'dist/handler.js': "require('img')",
          'node_modules/img/package.json': manifest('img', '1.0.0', { optionalDependencies: { 'img-linux-arm64': '1.0.0' } }),
          'node_modules/img/index.js': '',
        }
        const report = await buildIn(folder, files, { arch: ['arm64'], package: { kinds: ['zip'] } })
        expect(code(report)).toBe(3)
        expect(report.packages).toEqual([])
      })
    } finally {
      await registry.close()
    }
  })

  it('leaves packages with native code out of a bundle and puts them beside it', async () => {
    await inFolder(async (folder) => {
      const files = { ...application, 'src/main.ts': "import hash from 'hash'\nexport const handler = (): unknown => hash\n" }
      const report = await buildIn(folder, files, { arch: ['arm64'], bundle: { cache: false } }, ['src/main.ts'])
      expect(report.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([])
      expect(report.diagnostics).toContainEqual(expect.objectContaining({ code: 'bundle/native', message: 'hash has native code and stays an import' }))
      expect(report.outputs.map(({ path }) => path)).toContain('node_modules/hash/prebuilds/linux-arm64/hash.node')
    })
  })

  it('measures packages against the limits of the target', async () => {
    await inFolder(async (folder) => {
      const own = { id: 'tiny', extends: 'aws-lambda/nodejs22.x', limits: { zip: 100 } }
      const report = await buildIn(folder, application, { arch: ['arm64'], target: ['tiny'], targets: [own], package: { kinds: ['zip'] } })
      expect(report.packages[0]!.limits).toContainEqual({ target: 'tiny@arm64', name: 'zip', limit: 100, used: report.packages[0]!.size })
      expect(report.treeFindings).toContainEqual(expect.objectContaining({ ruleId: 'package/limit', severity: 'error' }))
      expect(code(report, ['tiny'])).toBe(1)
    })
  })

  it('refuses a target without native code, unknown kinds and unusable names', async () => {
    await inFolder(async (folder) => {
      await expect(buildIn(folder, application, { arch: ['arm64'], target: ['cloudflare/workers'] })).rejects.toThrow(UsageError)
      await expect(buildIn(folder, application, { package: { kinds: ['zap'] } })).rejects.toThrow(/`zap` is none of dir, zip, layer, oci/)
      await expect(buildIn(folder, application, { package: { kinds: ['zip'], name: '../x' } })).rejects.toThrow(ConfigError)
      await expect(buildIn(folder, application, { arch: ['wasm32'] })).rejects.toThrow(/Node does not run on wasm32/)
    })
  })
})

describe('--verify', () => {
  const script = { 'dist/smoke.cjs': "if (require('fs').readdirSync('.').join() !== 'smoke.cjs') process.exit(4); console.log('from the script')" }

  it('runs a command in the output, without a shell', async () => {
    await inFolder(async (folder) => {
      expect(code(await buildIn(folder, script, { package: { verify: 'node "smoke.cjs" ; exit 9' } }))).toBe(0)
    })
  })

  it('ends with 1 and makes no packages when it fails, with what it printed', async () => {
    await inFolder(async (folder) => {
      const report = await buildIn(folder, { ...script, 'dist/other.txt': '' }, { package: { verify: 'node smoke.cjs', kinds: ['zip'] } })
      expect(code(report)).toBe(1)
      expect(report.diagnostics).toContainEqual(expect.objectContaining({ code: 'verify/failed', message: expect.stringContaining('ended with 4') as string }))
      expect(report.packages).toEqual([])
    })
  })

  it('says when it cannot run the architecture', async () => {
    await inFolder(async (folder) => {
      const report = await buildIn(folder, script, { arch: ['s390x'], package: { verify: 'node smoke.cjs' } })
      expect(report.diagnostics).toContainEqual(expect.objectContaining({ severity: 'warning', code: 'verify/skipped' }))
    })
  })
})

