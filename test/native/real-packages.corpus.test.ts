import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readBinaryKind } from '../../src/native/read-binary-kind.ts'
import { nativePlatform } from '../../src/native/platform.ts'
import { prepareTree, type PreparedTree } from '../../src/native/prepare-tree.ts'
import { verifyTree } from '../../src/native/verify-command.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import type { PinnedPackage } from '../corpus/packages.ts'
import { installedPackages, lockedForArm64, nodeForArm64 } from '../corpus/packaging.ts'
import { has, run } from '../packaging/support.ts'
import { listFiles } from './support.ts'

/** What is done with each package on arm64: enough that its add-on is loaded and called. */
const uses: Readonly<Record<string, string>> = {
  sharp: "require('sharp')({ create: { width: 3, height: 2, channels: 3, background: 'red' } }).resize(2).png().toBuffer().then((b) => { if (b.readUInt32BE(16) !== 2) throw b })",
  '@node-rs/argon2': "if (!require('@node-rs/argon2').hashSync('x').startsWith('$argon2id')) throw 1",
  bcrypt: "if (!require('bcrypt').compareSync('x', require('bcrypt').hashSync('x', 4))) throw 1",
  lightningcss: "if (String(require('lightningcss').transform({ filename: 'a', code: Buffer.from('a { color: red }'), minify: true }).code) !== 'a{color:red}') throw 1",
  '@swc/core': "if (!require('@swc/core').transformSync('const a: number = 1', { jsc: { parser: { syntax: 'typescript' } } }).code.includes('a = 1')) throw 1",
  'onnxruntime-node': "if (typeof require('onnxruntime-node').InferenceSession.create !== 'function') throw 1",
}
const arm64 = nativePlatform('aarch64')

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shrink-real-'))
  const packages: Record<string, object> = {}
  const pin = async (pinned: PinnedPackage, files: string): Promise<void> => {
    const manifest = JSON.parse(await readFile(join(files, 'package.json'), 'utf8')) as object
    packages[`node_modules/${pinned.name}`] = { ...manifest, integrity: pinned.integrity }
  }
  for (const pinned of installedPackages) {
    const files = await fetchPackage(pinned)
    const place = join(folder, 'node_modules', pinned.name)
    await mkdir(dirname(place), { recursive: true })
    await run('cp', ['-al', files, place]).catch(() => cp(files, place, { recursive: true }))
    await pin(pinned, files)
  }
  for (const pinned of lockedForArm64) await pin(pinned, await fetchPackage(pinned))
  // esbuild's install script puts the machine's own program in place of its launcher.
  await rm(join(folder, 'node_modules/esbuild/bin/esbuild'))
  await cp(join(folder, 'node_modules/@esbuild/linux-x64/bin/esbuild'), join(folder, 'node_modules/esbuild/bin/esbuild'))
  await writeFile(join(folder, 'package.json'), '{"name":"real","version":"1.0.0"}')
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, packages }))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** @returns the tree of an application that does only this */
async function prepared(name: string, code: string): Promise<PreparedTree & { readonly out: string }> {
  const id = name.replaceAll('/', '+')
  const input = join(folder, 'apps', id)
  await mkdir(input, { recursive: true })
  await writeFile(join(input, 'smoke.cjs'), code)
  const out = join(folder, 'out', id)
  const tree = await prepareTree({ input, platform: arm64, online: true, programs: {}, include: [], cwd: folder, signal: new AbortController().signal }, out, join(folder, 'work', id))
  return { ...tree, out }
}

/** The binaries of a tree. */
async function binaries(out: string): Promise<string[]> {
  const found: string[] = []
  for (const path of await listFiles(out)) {
    const kind = await readBinaryKind(join(out, path))
    if (kind !== undefined) found.push(`${path}: ${kind.kind === 'elf' ? kind.architecture : kind.kind}`)
  }
  return found
}

describe('on arm64', () => {
  it.each(Object.entries(uses))('%s is loaded and works', async (name, code) => {
    const tree = await prepared(name, code)
    expect(tree.unavailable).toEqual([])
    const found = await binaries(tree.out)
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((line) => !line.endsWith(': aarch64'))).toEqual([])
    const node = join(await fetchPackage(nodeForArm64), 'bin/node')
    await chmod(node, 0o755)
    const settings = { command: 'node smoke.cjs', node, cwd: folder, signal: new AbortController().signal }
    const problem = await verifyTree(tree.out, arm64, settings)
    if (!(await has('qemu-aarch64')) && !(await has('qemu-aarch64-static'))) {
      expect(problem?.code).toBe('verify/skipped')
      return
    }
    expect(problem).toBeUndefined()
  })

  it('esbuild has the program of arm64 and its own launcher back', async () => {
    const tree = await prepared('esbuild', "require('esbuild'); require('fs').readFileSync(require.resolve('esbuild/bin/esbuild'))")
    expect(tree.unavailable).toEqual([])
    expect(await binaries(tree.out)).toEqual(['node_modules/@esbuild/linux-arm64/bin/esbuild: aarch64'])
    expect(await readFile(join(tree.out, 'node_modules/esbuild/bin/esbuild'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node/)
  })

  it('better-sqlite3 is named: its tarball has no build', async () => {
    const { unavailable } = await prepared('better-sqlite3', "require('better-sqlite3')")
    expect(unavailable).toEqual([
      expect.objectContaining({ name: 'better-sqlite3', version: '12.4.1', why: expect.stringContaining('prebuild-install') as string, exists: [] }),
    ])
  })

  it('tree-sitter is named: what it calls linux-arm64 is for x86-64', async () => {
    const { unavailable } = await prepared('tree-sitter', "require('tree-sitter')")
    expect(unavailable.map(({ why }) => why)).toEqual(['prebuilds/linux-arm64/tree-sitter.node is ELF for x86-64, whatever its folder says'])
  })

  it('onnxruntime-node keeps a sixth of its bytes or less', async () => {
    const { stdout: before } = await run('du', ['-sb', join(folder, 'node_modules/onnxruntime-node')])
    const { stdout: after } = await run('du', ['-sb', join(folder, 'out/onnxruntime-node/node_modules/onnxruntime-node')])
    expect(Number.parseInt(after, 10)).toBeLessThan(Number.parseInt(before, 10) / 6)
    expect(await readdir(join(folder, 'out/onnxruntime-node/node_modules/onnxruntime-node/bin/napi-v6/linux'))).toEqual(['arm64'])
  })
})
