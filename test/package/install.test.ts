import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { repository } from '../support/run-cli.ts'
import { writeSampleTree } from '../support/sample-tree.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const npm = (args: readonly string[], cwd: string): string =>
  execFileSync('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

test('npm pack installs into an empty project without scripts, and works there', async () => {
  const project = tempFolder()
  npm(['pack', '--pack-destination', project], repository)
  const tarball = readdirSync(project).find((name) => name.endsWith('.tgz'))!
  await writeTree(project, {
    'package.json': '{ "name": "empty", "private": true, "type": "module" }',
    'use.mjs': "import { analyze, build, defineConfig } from 'shrink-artifacts'\nimport { shrinkPlugin as e } from 'shrink-artifacts/esbuild'\nimport { shrinkPlugin as r } from 'shrink-artifacts/rollup'\nconst report = await analyze(['dist'])\nconsole.log(report.artifacts.length, typeof build, typeof defineConfig, e().name, r().name)\n",
  })
  await writeSampleTree(join(project, 'dist'))
  npm(['install', '--prefer-offline', `./${tarball}`], project)

  expect(execFileSync('node', ['use.mjs'], { cwd: project, encoding: 'utf8' })).toBe('5 function function shrink shrink\n')
  const version = (JSON.parse(readFileSync(`${repository}package.json`, 'utf8')) as { version: string }).version
  const shrink = (...args: string[]): string => execFileSync('npx', ['--no-install', 'shrink', ...args], { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  expect(shrink('--version').trim()).toBe(version)
  expect(shrink('build', 'dist', '--out', 'out')).toContain('handler.mjs')
}, 180_000)

test('the package is well formed for those who import it', () => {
  const run = (tool: string, ...args: string[]): string => execFileSync(process.execPath, [`node_modules/${tool}`, ...args], { cwd: repository, encoding: 'utf8', stdio: 'pipe' })
  run('publint/src/cli.js', '--strict')
  run('@arethetypeswrong/cli/dist/index.js', '--pack', '.', '--profile', 'esm-only', '--format', 'ascii', '--no-emoji')
}, 120_000)
