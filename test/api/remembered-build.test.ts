import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { build } from '../../src/api/build.ts'
import { isRememberable, recallBuild } from '../../src/api/remembered-build.ts'
import { resultCache } from '../../src/api/result-cache.ts'
import { type ResolvedOptions, resolveOptions } from '../../src/api/settings.ts'
import type { UserConfig } from '../../src/config/config.ts'
import type { Report } from '../../src/core/report.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const files = {
  'package.json': '{ "type": "module", "dependencies": { "pkg": "1" } }',
  'src/handler.ts': "import { near } from './near.js'\nimport { pkg } from 'pkg'\n/*! licence */\nexport const handler = (n: number): unknown => [n, near, pkg]\n",
  'src/near.ts': "export const near = 'ts'\n",
  'node_modules/pkg/package.json': '{ "name": "pkg", "version": "1.0.0", "main": "main.js" }',
  'node_modules/pkg/main.js': "exports.pkg = 'main'\n",
}

let root = ''
beforeEach(async () => {
  root = tempFolder()
  process.env['SHRINK_CACHE'] = join(root, 'cache.d')
  await writeTree(root, files)
})
afterEach(() => {
  delete process.env['SHRINK_CACHE']
})

const optionsFor = (config: UserConfig = {}): Promise<ResolvedOptions> => resolveOptions({ cwd: root, config: { level: 'fast', out: 'out', ...config } })
const buildIt = (config: UserConfig = {}): Promise<Report> => build(['src/handler.ts'], { cwd: root, config: { level: 'fast', out: 'out', ...config } })

async function recalled(config: UserConfig = {}): Promise<Report | undefined> {
  const options = await optionsFor(config)
  return recallBuild(resultCache(options.config)!, ['src/handler.ts'], options)
}

const output = (): Record<string, string> =>
  Object.fromEntries(readdirSync(join(root, 'out')).sort().map((name) => [name, readFileSync(join(root, 'out', name), 'utf8')]))

test('the same report and the same files, though the output was gone', async () => {
  expect(await recalled()).toBeUndefined()
  const report = await buildIt()
  const written = output()
  rmSync(join(root, 'out'), { recursive: true })
  const again = await recalled()
  expect(again).toEqual(JSON.parse(JSON.stringify(report)))
  expect(output()).toEqual(written)
  expect(await buildIt()).toEqual(again)
})

test.each<[string, Record<string, string>]>([
  ['a source', { 'src/near.ts': "export const near = 'changed'\n" }],
  ['a file that takes the place of another', { 'src/near.js': "export const near = 'js'\n" }],
  ['a package', { 'node_modules/pkg/main.js': "exports.pkg = 'changed'\n" }],
  ['a package that becomes native', { 'node_modules/pkg/binding.gyp': '{}' }],
  ['a nearer package', { 'src/node_modules/pkg/index.js': "exports.pkg = 'nearer'\n" }],
  ['a tsconfig', { 'src/tsconfig.json': '{ "compilerOptions": { "target": "es2015" } }' }],
])('%s that changes makes it anew', async (_, change) => {
  await buildIt()
  await writeTree(root, change)
  expect(await recalled()).toBeUndefined()
})

test('other options are another build; what has no say in it is not', async () => {
  await buildIt()
  expect(await recalled({ level: 'balanced' })).toBeUndefined()
  expect(await recalled({ js: { legalComments: 'none' } })).toBeUndefined()
  expect(await recalled({ target: 'node22' })).toBeUndefined()
  expect(await recalled({ out: 'elsewhere' })).toBeUndefined()
  expect(await recalled({ jobs: 1, failOn: 'warning' })).toBeDefined()
})

test('what runs something or is made for other machines is never remembered', async () => {
  const remembered = async (config: UserConfig, given = ['a.ts'], entries = given): Promise<boolean> => isRememberable(entries, given, (await optionsFor(config)).config)
  expect(await remembered({})).toBe(true)
  expect(await remembered({}, ['a.ts', 'dist'], ['a.ts'])).toBe(false)
  expect(await remembered({ arch: 'arm64' })).toBe(false)
  expect(await remembered({ package: { kinds: ['zip'] } })).toBe(false)
  expect(await remembered({ package: { sbom: true } })).toBe(false)
  expect(await remembered({ package: { verify: 'node x' } })).toBe(false)
  expect(await remembered({ js: { measureLoad: true } })).toBe(false)
})

test('a build that failed is made anew', async () => {
  await writeTree(root, { 'src/handler.ts': 'export const = 1\n' })
  await expect(buildIt()).rejects.toThrow('handler.ts')
  expect(await recalled()).toBeUndefined()
})
