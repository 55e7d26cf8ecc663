import { chmod, cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { nodeForArm64 } from '../corpus/packaging.ts'
import { has, run } from '../packaging/support.ts'

const shrink = fileURLToPath(new URL('../../bin/shrink.js', import.meta.url))
let app: string

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'thumbnailer-'))
  await cp(fileURLToPath(new URL('../../fixtures/apps/thumbnailer', import.meta.url)), app, {
    recursive: true,
    filter: (path) => !/\/(?:node_modules|dist|shrunk)$/.test(path),
  })
  await run('npm', ['ci', '--ignore-scripts', '--silent'], { cwd: app })
  await run(process.execPath, ['build.mjs'], { cwd: app })
})
afterAll(() => rm(app, { recursive: true, force: true }))

const build = async (out: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Report> => {
  const command = [shrink, 'build', 'dist', '--json', '--level', 'fast', '--compressed-sizes', 'none', '--out', out, ...args]
  const { stdout } = await run(process.execPath, command, { cwd: app, env: { ...process.env, ...env } })
  return JSON.parse(stdout) as Report
}

it('both zips build from this machine, their handlers answer, and the same twice gives the same bytes', async () => {
  const node = join(await fetchPackage(nodeForArm64), 'bin/node')
  await chmod(node, 0o755)
  const asked = ['--arch', 'x64', '--arch', 'arm64', '--package', 'zip,layer,oci']
  // A child process of the emulated Node is started by the kernel, which may know no emulator: that call is left out.
  const verify = ['--verify', 'node smoke.mjs {out}', '--verify-node', node]
  const first = await build('first', [...asked, ...verify], { THUMBNAILER_NO_SPAWN: '1' })
  const emulated = (await has('qemu-aarch64')) || (await has('qemu-aarch64-static'))
  expect(first.diagnostics.filter(({ severity }) => severity !== 'info').map(({ code }) => code)).toEqual(emulated ? [] : ['verify/skipped'])
  expect(first.packages.map(({ path }) => path)).toEqual([
    'thumbnailer-x64.zip',
    'thumbnailer-x64-layer.zip',
    'thumbnailer-arm64.zip',
    'thumbnailer-arm64-layer.zip',
    'oci',
    'oci',
  ])
  expect(first.artifacts.filter(({ format, architecture, path }) => format === 'elf' && (architecture === 'aarch64') !== path.startsWith('arm64/'))).toEqual([])

  const second = await build('second', asked, { TZ: 'Asia/Kathmandu' })
  expect(second.packages).toEqual(first.packages)
  await run('diff', ['-r', join(app, 'first'), join(app, 'second')])
  if (await has('unzip')) await run('unzip', ['-tq', join(app, 'first/thumbnailer-arm64.zip')])
})
