import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, readdir, readFile, readlink, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { elfPackage } from '../corpus/elf.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { repository, runCli } from '../support/run-cli.ts'
import { writeSampleTree } from '../support/sample-tree.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const bcrypt = elfPackage('bcrypt')

async function sample(): Promise<{ root: string; tree: string; out: string }> {
  const root = tempFolder()
  const tree = join(root, 'dist')
  await writeSampleTree(tree)
  return { root, tree, out: join(root, 'out') }
}

test('an optimised copy: smaller, works the same, the rest byte for byte, all of it in the manifest', async () => {
  const { root, tree, out } = await sample()
  await chmod(join(tree, 'lib/legacy.cjs'), 0o755)
  await symlink('legacy.cjs', join(tree, 'lib/link.cjs'))
  await mkdir(join(tree, 'empty'))
  const before = await digests(tree)
  const { code, stdout } = await runCli(['build', 'dist', '--out', 'out', '--json'], { cwd: root })
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as Report

  expect(await digests(tree), 'the input is never harmed').toEqual(before)
  expect(await readFile(join(out, 'data/readme.txt'), 'utf8')).toBe('left alone\n')
  expect((await stat(join(out, 'lib/legacy.cjs'))).mode & 0o777).toBe(0o755)
  expect(await readlink(join(out, 'lib/link.cjs'))).toBe('legacy.cjs')
  expect(await readdir(join(out, 'empty'))).toEqual([])

  for (const path of ['handler.mjs', 'wasm/average-color.wasm']) {
    const output = report.outputs.find((candidate) => candidate.path === path)!
    expect(output.sizes.raw, path).toBeLessThan(output.before.raw)
    expect(output.changes.length, path).toBeGreaterThan(0)
    for (const change of output.changes) expect(change.verifiedBy.length, change.transform).toBeGreaterThan(0)
  }
  for (const output of report.outputs) expect(output.sizes.raw).toBeLessThanOrEqual(output.before.raw)

  const was = (await import(pathToFileURL(join(tree, 'handler.mjs')).href)) as { handler(event: unknown): string }
  const is = (await import(pathToFileURL(join(out, 'handler.mjs')).href)) as { handler(event: unknown): string }
  expect(is.handler({ name: 'x' })).toBe(was.handler({ name: 'x' }))
  const load = spawnSync(process.execPath, ['-e', `process.dlopen({exports:{}}, ${JSON.stringify(join(out, 'native/addon.node'))})`])
  expect(load.status).toBe(0)

  const manifest = JSON.parse(await readFile(join(out, 'shrink-manifest.json'), 'utf8')) as { files: Report['outputs'] }
  const found = await digests(out)
  found.delete('shrink-manifest.json')
  expect(new Map(manifest.files.map((file) => [file.path, file.sha256]))).toEqual(found)
})

test('the same input gives the same bytes, whatever the number of threads', async () => {
  const { root, out } = await sample()
  await runCli(['build', 'dist', '--out', 'out', '--no-cache', '--jobs', '1'], { cwd: root })
  const one = await digests(out)
  await runCli(['build', 'dist', '--out', 'out', '--no-cache', '--jobs', '3'], { cwd: root })
  expect(await digests(out)).toEqual(one)
})

test('building what was built changes no ELF file and makes nothing larger', async () => {
  const { root, out } = await sample()
  await runCli(['build', 'dist', '--out', 'out'], { cwd: root })
  const { stdout } = await runCli(['build', 'out', '--out', 'again', '--json'], { cwd: root })
  const [first, second] = [await digests(out), await digests(join(root, 'again'))]
  for (const path of ['native/addon.node', 'data/readme.txt']) expect(second.get(path)).toBe(first.get(path))
  const report = JSON.parse(stdout) as Report
  for (const { path, sizes, before } of report.outputs) expect(sizes.gzip, path).toBeLessThanOrEqual(before.gzip!)
})

test('broken files are copied as they are, the others are done, exit 3', async () => {
  const { root, tree, out } = await sample()
  await truncate(join(tree, 'native/addon.node'), 5000)
  await writeFile(join(tree, 'broken.js'), 'function ( {')
  const { code, stdout } = await runCli(['build', 'dist', '--out', 'out'], { cwd: root })
  expect(code).toBe(3)
  expect(stdout).toContain('broken.js:1')
  const [before, after] = [await digests(tree), await digests(out)]
  for (const path of ['broken.js', 'native/addon.node']) expect(after.get(path)).toBe(before.get(path))
  expect(after.get('handler.mjs')).not.toBe(before.get('handler.mjs'))
})

test('an ELF file of another architecture is named and exit 1, unless its counterpart is there', async () => {
  const { root, tree } = await sample()
  const alone = await runCli(['build', 'dist', '--out', 'out', '--arch', 'arm64'], { cwd: root })
  expect(alone.code).toBe(1)
  expect(alone.stdout).toMatch(/native\/addon\.node is ELF for x86-64/)
  expect((await runCli(['build', 'dist', '--out', 'out', '--arch', 'x64'], { cwd: root })).code).toBe(0)

  const prebuilds = join(await fetchPackage(bcrypt), 'prebuilds')
  await cp(prebuilds, join(tree, 'prebuilds'), { recursive: true, filter: (path) => !path.includes('linux-arm64') })
  await rm(join(tree, 'native/addon.node'))
  const lacking = await runCli(['build', 'dist', '--out', 'out', '--arch', 'arm64'], { cwd: root })
  expect(lacking.code).toBe(1)
  expect(lacking.stdout).toContain('prebuilds/linux-x64/bcrypt.glibc.node: ELF for x86-64')
  await cp(join(prebuilds, 'linux-arm64'), join(tree, 'prebuilds/linux-arm64'), { recursive: true })
  expect((await runCli(['build', 'dist', '--out', 'out', '--arch', 'arm64'], { cwd: root })).code).toBe(0)
})

test('code that nests deeper than bundlers and minifiers survive is told, and the process lives', async () => {
  const root = tempFolder()
  const sum = `export const x = a${'+b'.repeat(15_000)}\n`
  await writeTree(root, { 'dist/sum.mjs': sum, 'dist/chain.mjs': `x${'.y()'.repeat(20_000)}\n`, 'dist/good.mjs': 'export const good = 1 + 1\n', 'deep.js': `x = ${'['.repeat(100_000)}` })
  const folder = await runCli(['build', 'dist', '--out', 'out'], { cwd: root })
  expect([folder.code, folder.stdout.match(/artifact\/limit/g)?.length]).toEqual([3, 2])
  expect(await readFile(join(root, 'out/sum.mjs'), 'utf8')).toBe(sum)
  expect(await readFile(join(root, 'out/good.mjs'), 'utf8')).toContain('2')
  const bundled = await runCli(['build', 'deep.js', '--out', 'out2'], { cwd: root })
  expect([bundled.code, bundled.stderr]).toEqual([3, expect.stringMatching(/^shrink: deep\.js: the code nests deeper than bundlers survive .*\n {2}→ /)])
})

test('packages in archives of Yarn Plug’n’Play are not said to be missing', async () => {
  const root = tempFolder()
  await writeTree(root, { 'app/a.mjs': "import 'left-pad'\n", '.pnp.cjs': '' })
  for (const level of ['fast', 'balanced']) {
    const { code, stderr } = await runCli(['build', 'app/a.mjs', '--out', 'out', '--level', level], { cwd: root })
    expect([code, stderr]).toEqual([3, expect.stringContaining('nodeLinker: node-modules')])
  }
})

test('an output inside, around or equal to the input is refused', async () => {
  const { root, tree } = await sample()
  const before = await digests(tree)
  for (const out of ['dist', 'dist/inner', '.']) {
    const { code, stderr } = await runCli(['build', 'dist', '--out', out], { cwd: root })
    expect([out, code]).toEqual([out, 2])
    expect(stderr).toContain('overlaps')
  }
  expect(await digests(tree)).toEqual(before)
})

test('a link does not hide that the output is the input', async () => {
  const { root, tree } = await sample()
  const before = await digests(tree)
  await symlink('dist', join(root, 'alias'))
  for (const [input, out] of [['alias', 'dist'], ['dist', 'alias'], ['alias', 'dist/inner'], ['dist/lib', 'alias']] as const) {
    const { code, stderr } = await runCli(['build', input, '--out', out], { cwd: root })
    expect([input, out, code]).toEqual([input, out, 2])
    expect(stderr).toContain('overlaps')
  }
  expect(await digests(tree)).toEqual(before)
})

test('a folder with files of somebody else is not replaced', async () => {
  const { root } = await sample()
  await writeTree(root, { 'src/a.mjs': 'export const a = 1', 'src/b/c.txt': 'precious' })
  const { code, stderr } = await runCli(['build', 'dist', '--out', 'src'], { cwd: root })
  expect(code).toBe(2)
  expect(stderr).toContain('did not write (a.mjs, b)')
  expect(await readFile(join(root, 'src/b/c.txt'), 'utf8')).toBe('precious')
  await mkdir(join(root, 'empty'))
  for (let round = 0; round < 2; round++) {
    expect((await runCli(['build', 'dist', '--out', 'empty'], { cwd: root })).code).toBe(0)
  }
})

test('an output that cannot be written leaves what was there', async () => {
  const { root } = await sample()
  const file = await runCli(['build', 'dist', '--out', '/proc/shrink-out'], { cwd: root })
  expect(file.code).toBe(3)
  expect(file.stderr).toContain('output/write-failed')
  await writeTree(root, { taken: 'precious' })
  expect((await runCli(['build', 'dist', '--out', 'taken'], { cwd: root })).code).toBe(3)
  expect(await readFile(join(root, 'taken'), 'utf8')).toBe('precious')
})

test('a full disk leaves the old output whole', async (context) => {
  const { root, tree } = await sample()
  const disk = join(root, 'disk')
  await mkdir(disk)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk])
  if (mounted.status !== 0) return context.skip('a file system of 1 MiB cannot be mounted here (that needs root)')
  try {
    await writeTree(join(disk, 'out'), { old: 'kept', 'shrink-manifest.json': '{}' })
    expect((await stat(join(tree, 'native/addon.node'))).size).toBeGreaterThan(2 ** 20)
    const { code, stderr } = await runCli(['build', 'dist', '--out', 'disk/out', '--strip', 'none'], { cwd: root })
    expect(code).toBe(3)
    expect(stderr).toContain('the disk is full')
    expect(await readdir(disk)).toEqual(['out'])
    expect(await readFile(join(disk, 'out/old'), 'utf8')).toBe('kept')
  } finally {
    spawnSync('umount', [disk])
  }
})

test.each([
  ['Ctrl-C', ['SIGINT']],
  ['Ctrl-C twice', ['SIGINT', 'SIGINT']],
  ['SIGTERM', ['SIGTERM']],
  ['a closed terminal', ['SIGHUP']],
] as const)('%s leaves the old output whole and nothing beside it or in the temporary folder', async (_name, signals) => {
  const { root, tree } = await sample()
  const temporary = tempFolder()
  for (let index = 0; index < 40; index++) {
    await writeFile(join(tree, `more-${index}.mjs`), `export const value${index} = ${JSON.stringify('x'.repeat(50_000))}\n`)
  }
  await writeTree(root, { 'out/old': 'kept', 'out/shrink-manifest.json': '{}' })
  const child = spawn(process.execPath, [`${repository}bin/shrink.js`, 'build', 'dist', '--out', 'out', '--arch', 'x64'], { cwd: root, env: { ...process.env, TMPDIR: temporary } })
  await waitFor(async () => (await readdir(temporary)).some((name) => name.startsWith('shrink-build-')))
  for (const signal of signals) child.kill(signal)
  const code = await new Promise((resolve) => child.on('close', resolve))
  expect(code).toBe(130)
  expect(await readdir(temporary)).toEqual([])
  expect((await readdir(root)).sort()).toEqual(['dist', 'out'])
  expect(await readdir(join(root, 'out'))).toEqual(['old', 'shrink-manifest.json'])
})

test('a TypeScript entry point is bundled and answers', async () => {
  const root = tempFolder()
  await writeTree(root, {
    'package.json': '{ "type": "module" }',
    'src/handler.ts': "import { twice } from './twice.ts'\nexport const handler = (n: number): number => twice(n) + 1\n",
    'src/twice.ts': 'export const twice = (n: number): number => n * 2\nexport const unused = (): string => "never used anywhere"\n',
  })
  const { code, stdout } = await runCli(['build', 'src/handler.ts', '--out', 'out', '--json'], { cwd: root })
  expect(code).toBe(0)
  const report = JSON.parse(stdout) as Report
  expect(report.outputs.map((output) => output.path)).toEqual(['handler.mjs'])
  const text = await readFile(join(root, 'out/handler.mjs'), 'utf8')
  expect(text).not.toContain('never used')
  const built = (await import(pathToFileURL(join(root, 'out/handler.mjs')).href)) as { handler(n: number): number }
  expect(built.handler(20)).toBe(41)
})

test('a bundle that imports and exports nothing is minified to its last name', async () => {
  const root = tempFolder()
  await writeTree(root, {
    'package.json': '{}',
    'src/main.ts': "const aLongNameAtTheTop = [1, 2, 3]\nfunction anotherLongName() { return aLongNameAtTheTop.map((n) => n * aLongNameAtTheTop.length) }\nconsole.log(anotherLongName(), anotherLongName())\n",
  })
  expect((await runCli(['build', 'src/main.ts', '--out', 'out'], { cwd: root })).code).toBe(0)
  expect(await readFile(join(root, 'out/main.js'), 'utf8')).not.toContain('ong')
})

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error('it did not happen within ten seconds')
}

/** SHA-256 of every file by tree path. */
async function digests(root: string): Promise<Map<string, string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const result = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    result.set(path.slice(root.length + 1), createHash('sha256').update(await readFile(path)).digest('hex'))
  }
  return new Map([...result].sort())
}
