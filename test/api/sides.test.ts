import { describe, expect, it } from 'vitest'
import { analyze, exitCode } from '../../src/index.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import { pageScripts } from '../../src/tree/sides/page-scripts.ts'
import { readWranglerConfig } from '../../src/tree/sides/wrangler-config.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const page = 'document.body.append(window.name)\n'
const worker = 'export default { fetch: () => new Response("x") }\n'

async function tree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = tempFolder()
  await writeTree(root, files)
  return root
}

/** Paths that are judged on the target, those that fail with an exclamation mark. */
async function judged(files: Readonly<Record<string, string>>, target: string | string[], folder = ''): Promise<string[]> {
  const root = await tree(files)
  const report = await analyze([folder === '' ? '.' : folder], { cwd: root, configFile: false, config: { target } })
  return report.portability.map(({ artifact, verdict, target: id }) => `${verdict === 'fails' ? '!' : ''}${artifact}${Array.isArray(target) ? ` ${id}` : ''}`)
}

describe('what is sent to browsers', () => {
  it('is beside _worker.js, a file or a folder', async () => {
    expect(await judged({ '_worker.js': worker, '_app/a.js': page }, 'cloudflare-workers')).toEqual(['_worker.js'])
    expect(await judged({ '_worker.js/index.js': 'import "./b.js"', '_worker.js/b.js': worker, '_astro/a.js': page }, 'cloudflare-workers')).toEqual(['_worker.js/b.js', '_worker.js/index.js'])
  })

  it('is not what the worker imports from there', async () => {
    const files = { '_worker.js': 'import "./lib/x.js"\nexport default {}', 'lib/x.js': 'import("./y.js")', 'lib/y.js': page, 'a.js': page }
    expect(await judged(files, 'cloudflare-workers')).toEqual(['_worker.js', 'lib/x.js', '!lib/y.js'])
  })

  it.each([
    ['wrangler.jsonc', '{ // the app\n "main": "dist/w/index.js", "assets": { "directory": "./dist/client/", }, }'],
    ['wrangler.toml', 'main = "dist/w/index.js" # the app\n[assets]\ndirectory = "./dist/client"\n'],
    ['wrangler.toml', 'main = "dist/w/index.js"\nassets = { binding = "A", directory = "dist/client" }\n'],
    ['wrangler.toml', 'main = "dist/w/index.js"\n[env.production.assets]\ndirectory = "dist/client"\n'],
    ['wrangler.json', '{"main":"dist/w/index.js","site":{"bucket":"./dist/client"}}'],
  ])('is what %s of the project says: %s', async (name, text) => {
    const files = { [name]: text, 'package.json': '{}', 'dist/w/index.js': worker, 'dist/client/a.js': page }
    expect(await judged(files, 'cloudflare-workers', 'dist')).toEqual(['w/index.js'])
    expect(await judged(files, 'cloudflare-workers', 'dist/client')).toEqual([])
    expect(await judged({ ...files, [name]: '{}' }, 'cloudflare-workers', 'dist')).toEqual(['!client/a.js', 'w/index.js'])
  })

  it('is what the configuration beside a built worker says', async () => {
    const files = { 'app/index.js': worker, 'app/wrangler.json': '{"main":"index.js","assets":{"directory":"../web"}}', 'web/a.js': page }
    expect(await judged(files, 'cloudflare-workers')).toEqual(['app/index.js'])
  })

  it('holds no Worker’s code back, though the Worker lies among it', async () => {
    const files = { 'wrangler.json': '{"main":"dist/w.js","assets":{"directory":"dist"}}', 'dist/w.js': 'window.x()', 'dist/a.js': page }
    expect(await judged(files, 'cloudflare-workers', 'dist')).toEqual(['!w.js'])
  })

  it('is what Firebase serves, of one site or of several', async () => {
    const files = { 'functions/index.js': worker, 'public/a.js': page, 'admin/b.js': page, 'other/c.js': page }
    expect(await judged({ ...files, 'firebase.json': '{ // sites\n "functions": {"source": "functions"}, "hosting": {"public": "public"} }' }, 'gcp-cloud-run-functions/nodejs22')).toEqual(['!admin/b.js', 'functions/index.js', '!other/c.js'])
    expect(await judged({ ...files, 'firebase.json': '{"hosting": [{"target": "a", "public": "public"}, {"public": "./admin/"}, null, 1]}' }, 'gcp-cloud-run-functions/nodejs22')).toEqual(['functions/index.js', '!other/c.js'])
    for (const broken of ['{', '[]', 'null', '{"hosting": 1}']) expect(await judged({ ...files, 'firebase.json': broken }, 'gcp-cloud-run-functions/nodejs22')).toHaveLength(4)
  })

  it('is static beside functions in what Vercel deploys', async () => {
    const files = { 'output/config.json': '{"version":3}', 'output/static/_app/a.js': page, 'output/functions/api/[-].func/index.js': worker, 'output/functions/api/[-].func/.vc-config.json': '{}' }
    expect(await judged(files, 'vercel-functions/nodejs22')).toEqual(['output/functions/api/[-].func/index.js'])
    expect(await judged(files, 'vercel-functions/nodejs22', 'output')).toEqual(['functions/api/[-].func/index.js'])
  })

  it('is client beside server, unless they are two sides of a library', async () => {
    expect(await judged({ 'build/client/assets/a.js': page, 'build/server/index.js': worker }, 'aws-lambda/nodejs22.x')).toEqual(['build/server/index.js'])
    expect(await judged({ 'client/a.js': 'export const a = structuredClone({})', 'server/index.js': worker }, 'aws-lambda/nodejs22.x')).toEqual(['client/a.js', 'server/index.js'])
    expect(await judged({ 'client/a.js': `import "node:fs"\n${page}`, 'server/index.js': worker }, 'aws-lambda/nodejs22.x')).toEqual(['!client/a.js', 'server/index.js'])
    expect(await judged({ 'node_modules/p/client/a.js': page, 'node_modules/p/server/b.js': worker }, 'aws-lambda/nodejs22.x')).toEqual(['!node_modules/p/client/a.js', 'node_modules/p/server/b.js'])
  })

  it('is what Next.js serves, and what it has for its edge runtime', async () => {
    const files = { '.next/BUILD_ID': 'x', '.next/static/chunks/a.js': page, '.next/server/a.js': worker, '.next/server/b-manifest.js': 'self.__B="{}"', '.next/required-server-files.js': 'self.__C={}', 'server.js': 'require("node:http")', 'x-manifest.js': page }
    expect(await judged(files, 'node22')).toEqual(['.next/server/a.js', 'server.js', '!x-manifest.js'])
    expect(await judged({ ...files, '.next/BUILD_ID.txt': '' }, 'node22', '.next')).toEqual(['server/a.js'])
  })

  it('is nothing that is installed beside a server’s code, but for what a page loads of it', async () => {
    const files = { '.next/BUILD_ID': 'x', '.next/static/chunks/a.js': page, '.next/server/a.js': 'module.exports = Buffer', 'server.js': 'require("node:http")', 'node_modules/p/a.js': 'Buffer.from("x")' }
    expect(await judged(files, 'chrome120')).toEqual(['.next/static/chunks/a.js'])
    const html = '<script type="module" src="/node_modules/p/a.js"></script>'
    expect(await judged({ ...files, 'index.html': html }, 'chrome120')).toEqual(['.next/static/chunks/a.js', '!node_modules/p/a.js'])
    expect(await judged({ '_next/static/a.js': page, 'node_modules/p/a.js': 'Buffer.from("x")' }, 'chrome120')).toEqual(['_next/static/a.js', '!node_modules/p/a.js'])
  })

  it('is nothing of packages that are looked at by themselves', async () => {
    const files = { 'node_modules/next/client/a.js': page, 'node_modules/next/server/b.js': worker }
    expect(await judged(files, 'aws-lambda/nodejs22.x', 'node_modules')).toEqual(['!next/client/a.js', 'next/server/b.js'])
  })

  it('is what a page loads, and what that imports', async () => {
    const html = '<!doctype html><!-- <script src="old.js"></script> --><script type="module" src="/assets/main.js"></script>'
    const files = { 'site/index.html': html, 'site/assets/main.js': 'import "./dep.js"', 'site/assets/dep.js': page, 'site/old.js': page }
    expect(await judged(files, 'cloudflare-workers')).toEqual(['!site/old.js'])
  })

  it('is what webpack loads later', async () => {
    const chunk = '"use strict";(self.webpackChunkapp=self.webpackChunkapp||[]).push([[899],{899(t,e,n){n.d(e,{default:()=>r});const r="lazy"}}]);'
    const files = { 'index.html': '<script defer="defer" src="main.js"></script>', 'main.js': page, '899.js': chunk, 'other.js': page }
    expect(await judged(files, 'node22')).toEqual(['!other.js'])
    expect(await judged({ ...files, 'index.html': '' }, 'node22')).toEqual(['!899.js', '!main.js', '!other.js'])
  })

  it('is judged on browsers, and the server’s code is not', async () => {
    const files = { '_worker.js': 'import "node:fs"\nexport default {}', 'a.js': page }
    expect(await judged(files, ['chrome120', 'cloudflare-workers'])).toEqual(['_worker.js cloudflare-workers', 'a.js chrome120'])
  })

  it('is told, and by which targets it is judged when none is named', async () => {
    const root = await tree({ '_worker.js': worker, '_app/a.js': page })
    const report = await analyze(['.'], { cwd: root, configFile: false })
    expect(report.treeFindings.map(({ ruleId, message }) => `${ruleId} ${message}`)).toEqual(['tree/client-files no code of the server, and judged on browsers only: the folder (1 file; _worker.js lies in it)'])
    expect(report.portability.map(({ artifact, target }) => `${artifact} ${target}`)).toEqual(['_app/a.js chrome120', '_app/a.js firefox121', '_app/a.js safari16.4', '_worker.js cloudflare-workers'])
  })

  it('does not count as code at the edge', async () => {
    const big = { '_worker.js': worker, 'video.bin': 'x'.repeat(68 << 20) }
    const root = await tree(big)
    const config = { target: 'cloudflare-workers', compressedSizes: 'none' }
    const report = await analyze(['.'], { cwd: root, configFile: false, config: config as never })
    expect(exitCode(report, resolveConfig([{ from: 'test', values: config }]))).toBe(0)
  })
})

describe('wrangler’s configuration', () => {
  it('is undefined when it cannot be read', () => {
    expect(readWranglerConfig('wrangler.json', '{"main":')).toBeUndefined()
    expect(readWranglerConfig('wrangler.jsonc', '[]')).toEqual({ main: undefined, served: [] })
  })

  it('keeps what looks like a comment in a string', () => {
    expect(readWranglerConfig('wrangler.jsonc', '{"main": "src//a,}.js", "assets": {"directory": "/*x*/"}}')).toEqual({ main: 'src//a,}.js', served: ['/*x*/'] })
  })
})

it('is read in time that grows with the text, whatever it is', () => {
  const started = performance.now()
  readWranglerConfig('wrangler.toml', `${'a.'.repeat(100_000)}=\n${'x = { '.repeat(50_000)}`)
  readWranglerConfig('wrangler.jsonc', '"'.repeat(100_000) + '/*'.repeat(100_000))
  for (const opening of ['<!--', '<script ', '<script>', '<script src', '<script src=" ', "import '", 'import  ( ']) {
    pageScripts('index.html', opening.repeat(100_000), () => false)
    pageScripts('index.html', `<script>${opening.repeat(100_000)}`, () => false)
  }
  expect(performance.now() - started).toBeLessThan(2000)
})
