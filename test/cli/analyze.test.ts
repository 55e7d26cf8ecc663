import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { chmod, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { schemaErrors } from '../support/report-schema.ts'
import { runCli } from '../support/run-cli.ts'
import { writeSampleTree } from '../support/sample-tree.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

async function json(args: readonly string[]): Promise<{ report: Report; code: number | null }> {
  const { stdout, stderr, code } = await runCli(['analyze', '--json', ...args])
  expect(stderr).toBe('')
  return { report: JSON.parse(stdout) as Report, code }
}

test('a folder: every file is counted, known by content, and the JSON is as its schema says', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  const { report, code } = await json([root])
  expect(code).toBe(0)
  expect(report.artifacts.map(({ path, format, architecture }) => [path, format, architecture])).toEqual([
    ['data/readme.txt', 'other', null],
    ['handler.mjs', 'js', null],
    ['lib/legacy.cjs', 'js', null],
    ['native/addon.node', 'elf', 'x86-64'],
    ['wasm/average-color.wasm', 'wasm', 'wasm32'],
  ])
  for (const { sizes, sizeMap } of report.artifacts) {
    if (sizeMap !== undefined) expect(sizeMap.totals.reduce((sum, total) => sum + total.size, 0)).toBe(sizes.raw)
  }
  expect(await schemaErrors(report)).toEqual([])
})

test('what was found of each format is what is in the files', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  const { report } = await json([root])
  const needs = (path: string, kind: string): string[] =>
    report.artifacts.find((artifact) => artifact.path === path)!.requirements.filter((requirement) => requirement.kind === kind).map(({ name, version }) => (version === undefined ? name : `${name} ${version}`))
  expect(needs('handler.mjs', 'node-builtin')).toEqual(['fs'])
  expect(needs('lib/legacy.cjs', 'node-builtin')).toEqual(['path'])
  expect(needs('native/addon.node', 'libc')).toEqual(['glibc 2.14'])
  expect(needs('native/addon.node', 'library')).toContain('libc.so.6')
  const verdicts = report.portability.filter((verdict) => verdict.artifact === 'native/addon.node')
  expect(verdicts.find((verdict) => verdict.target === 'aws-lambda/nodejs22.x@x64')?.verdict).toBe('runs')
  expect(verdicts.find((verdict) => verdict.target === 'alpine-3.22@arm64')?.verdict).toBe('fails')
})

test('a file, a zip and a tar.gz of the same tree give the same artifacts', async () => {
  const root = tempFolder()
  const files = join(root, 'tree')
  await writeSampleTree(files)
  execFileSync('tar', ['-czf', join(root, 't.tgz'), '-C', files, '.'])
  execFileSync('python3', ['-c', 'import shutil,sys;shutil.make_archive(sys.argv[1],"zip",sys.argv[2])', join(root, 't'), files])
  const folder = await json([files])
  expect((await json([join(root, 't.tgz')])).report.artifacts).toEqual(folder.report.artifacts)
  expect((await json([join(root, 't.zip')])).report.artifacts).toEqual(folder.report.artifacts)
  const one = await json([join(files, 'handler.mjs')])
  expect(one.report.artifacts).toEqual(folder.report.artifacts.filter((artifact) => artifact.path === 'handler.mjs'))
})

test('the output does not depend on the number of threads', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  const one = await runCli(['analyze', '--json', '--no-cache', '--jobs', '1', root])
  const four = await runCli(['analyze', '--json', '--no-cache', '--jobs', '4', root])
  expect(four.stdout).toBe(one.stdout)
})

test('the text names what was found and has no colour when nobody looks', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  const { stdout, stderr, code } = await runCli(['analyze', root])
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toContain('native/addon.node')
  expect(stdout).toContain('glibc ≥ 2.14')
  expect(stdout).toContain('Where it runs')
  expect(stdout).not.toContain('\u001b[')
  expect((await runCli(['analyze', root], { env: { FORCE_COLOR: '1' } })).stdout).toContain('\u001b[')
})

test('a target that is asked for and not met is exit 1; one that is not known is exit 2 with a suggestion', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  expect((await runCli(['analyze', root, '--target', 'aws-lambda/nodejs22.x@x64'])).code).toBe(0)
  const missed = await runCli(['analyze', root, '--target', 'linux-arm64-glibc-2.36'])
  expect(missed.code).toBe(1)
  expect(missed.stdout).toMatch(/native\/addon\.node/)
  const unknown = await runCli(['analyze', root, '--target', 'aws-lambda/nodejs22'])
  expect(unknown.code).toBe(2)
  expect(unknown.stderr).toContain('aws-lambda/nodejs22.x')
})

test('a script that does not parse is an error where it is the user’s, and a warning in a package, which ships it for its tests', async () => {
  const root = tempFolder()
  await writeTree(root, { 'index.js': 'a()\n', 'node_modules/log/test/fixtures/broken.js': 'import fs from\n' })
  const { report, code } = await json([root])
  expect(code).toBe(0)
  expect(report.diagnostics).toMatchObject([{ severity: 'warning', code: 'artifact/syntax', location: { path: 'node_modules/log/test/fixtures/broken.js', line: 2 } }])
  expect((await json([join(root, 'node_modules/log/test')])).code).toBe(3)
})

test('a file that is only compressed is a file; a tar archive is opened whatever its name, and told where it is damaged', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.js': 'export const a = 1\n', 'app.js.gz': gzipSync('export const a = 1\n'), 'cut.tgz': gzipSync('no tar') })
  execFileSync('tar', ['-czf', 'image', 'a.js'], { cwd: root })
  const paths = async (path: string): Promise<unknown> => (await json([join(root, path)])).report.artifacts.map((artifact) => [artifact.path, artifact.format])
  expect(await paths('app.js.gz')).toEqual([['app.js.gz', 'archive']])
  expect(await paths('image')).toEqual([['a.js', 'js']])
  expect(await runCli(['analyze', join(root, 'cut.tgz')])).toMatchObject({ code: 3, stderr: expect.stringContaining('cut.tgz: cannot be unpacked') })
})

test('broken files are named with their place; the others go on; exit 3', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  await truncate(join(root, 'native/addon.node'), 5000)
  await writeFile(join(root, 'broken.js'), 'const a = 1\nfunction ( {\n')
  const wasm = await readFile(join(root, 'wasm/average-color.wasm'))
  wasm[8] = 0x63 // no section has this id
  await writeFile(join(root, 'wasm/bad.wasm'), wasm)
  const { report, code } = await json([root])
  expect(code).toBe(3)
  const errors = Object.fromEntries(report.diagnostics.filter((d) => d.severity === 'error').map((d) => [d.location!.path, d]))
  expect(Object.keys(errors).sort()).toEqual(['broken.js', 'native/addon.node', 'wasm/bad.wasm'])
  expect(errors['broken.js']).toMatchObject({ code: 'artifact/syntax', location: { line: 2 } })
  expect(errors['native/addon.node']!.code).toBe('artifact/malformed')
  expect(errors['native/addon.node']!.location!.offset).toBeTypeOf('number')
  expect(errors['wasm/bad.wasm']).toMatchObject({ code: 'artifact/malformed', location: { offset: 8 } })
  expect(report.artifacts.find((artifact) => artifact.path === 'handler.mjs')?.requirements).not.toEqual([])
  expect(report.artifacts).toHaveLength(7)
})

test('usage errors are exit 2 and say what was meant', async () => {
  const cases: [string[], RegExp][] = [
    [['analyze', 'no/such/path'], /no\/such\/path: no such file or folder/],
    [['analyze', '.', '--jsn'], /unknown option `--jsn`\n.*--json/],
    [['analyse', '.'], /unknown command `analyse`\n.*shrink analyze/],
    [['analyze', '.', '--jobs', 'many'], /jobs: a number is needed/],
    [['analyze', '.', '--by', 'symbols'], /`symbols` is none of .*\n.*`symbol`/],
    [['analyze'], /paths/],
    [[], /a command is needed/],
    [['analyze', '.', '--config', 'nope.json'], /nope\.json: no such configuration file/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr, stdout } = await runCli(args)
    expect([args, code]).toEqual([args, 2])
    expect(stderr).toMatch(message)
    expect(stdout).toBe('')
  }
})

test('a broken configuration is exit 2 with the file and the key', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.js': '1', 'shrink.config.json': '{ "elf": { "stripp": "all" } }' })
  const { code, stderr } = await runCli(['analyze', 'a.js'], { cwd: root })
  expect(code).toBe(2)
  expect(stderr).toMatch(/shrink\.config\.json: elf\.stripp: no such option\n.*`strip`/)
  expect((await runCli(['analyze', 'a.js', '--no-config'], { cwd: root })).code).toBe(0)
})

test('an empty folder is said to be empty', async () => {
  const { code, stdout } = await runCli(['analyze', tempFolder()])
  expect(code).toBe(0)
  expect(stdout).toContain('no files in it')
})

test('an unreadable file is reported; the others go on; exit 3', async () => {
  const root = tempFolder()
  await writeTree(root, { 'ok.js': 'export const a = 1\n', 'secret.js': 'x' })
  await chmod(join(root, 'secret.js'), 0)
  await chmod(root, 0o755)
  // Root reads everything, so the command runs as nobody where the tests run as root.
  const options = process.getuid?.() === 0 ? { uid: 65534 } : {}
  const { code, stdout } = await runCli(['analyze', '--json', root], options)
  expect(code).toBe(3)
  const report = JSON.parse(stdout) as Report
  expect(report.diagnostics).toMatchObject([{ code: 'input/unreadable', location: { path: 'secret.js' } }])
  expect(report.artifacts.map((artifact) => artifact.path)).toEqual(['ok.js'])
})

test('links out of the tree are never followed', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.js': 'export const a = 1\n' })
  await symlink('/etc/passwd', join(root, 'passwd'))
  const { code, stdout } = await runCli(['analyze', '--json', root])
  expect(code).toBe(3)
  const report = JSON.parse(stdout) as Report
  expect(report.artifacts.map((artifact) => artifact.path)).toEqual(['a.js'])
  expect(report.diagnostics).toMatchObject([{ code: 'input/symlink-outside', location: { path: 'passwd' } }])
})

test('what nothing could be answered about is a mistake of the command line', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.mjs': 'export const a = 1' })
  for (const args of [['analyze', 'a.mjs', '--cpu', 'haswel'], ['explain', 'a.mjs', '--module', 'x', '--cpu', 'haswel'], ['explain', 'b.mjs', '--module', 'x'], ['explain', '.', '--feature', 'avx2']]) {
    const { code, stdout, stderr } = await runCli(args, { cwd: root })
    expect([args, code, stdout]).toEqual([args, 2, ''])
    expect(stderr).toMatch(/haswell|no such file|not a file/)
  }
  expect((await runCli(['analyze', 'a.mjs', '--cpu', 'avx2,lse'], { cwd: root })).code).toBe(0)
})

test('the configuration file says what is printed and written; flags win over it', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': 'export const a = 1\n', 'shrink.config.json': '{"json": true, "quiet": true, "reporter": "sarif=out/a.sarif"}' })
  const fromFile = await runCli(['analyze', 'dist'], { cwd: root })
  expect(JSON.parse(fromFile.stdout)).toMatchObject({ command: 'analyze' })
  const sarif = readFileSync(join(root, 'out/a.sarif'), 'utf8')
  expect(JSON.parse(sarif)).toMatchObject({ version: '2.1.0' })
  expect((await runCli(['analyze', 'dist', '--no-json'], { cwd: root })).stdout).toMatch(/^shrink analyze/)
  expect(JSON.parse((await runCli(['targets', 'node22'], { cwd: root })).stdout)).toMatchObject({ targets: [{ id: 'node22' }] })
  const several = await runCli(['analyze', 'dist', '--reporter', 'markdown', '--reporter', 'sarif=b.sarif', '--reporter=json=b.json'], { cwd: root })
  expect(several.stdout).toMatch(/^#/)
  expect(readFileSync(join(root, 'b.sarif'), 'utf8')).toBe(sarif)
  expect(readFileSync(join(root, 'b.json'), 'utf8')).toBe(fromFile.stdout)
})

test('a report that cannot be written is told, with the others in place', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.mjs': 'export const a = 1\n' })
  const { code, stdout, stderr } = await runCli(['analyze', 'a.mjs', '--reporter', 'json=a.mjs/x.json'], { cwd: root })
  expect([code, stderr]).toEqual([3, expect.stringMatching(/a\.mjs\/x\.json: cannot be written: (?:ENOTDIR|EEXIST)/)])
  expect(stdout).toMatch(/^shrink analyze/)
})

test('a rule that does not exist is a mistake of the configuration', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.mjs': 'export const a = 1\n', 'shrink.config.json': '{"rules": {"elf/not-striped": "error"}}' })
  const { code, stderr } = await runCli(['analyze', 'a.mjs'], { cwd: root })
  expect([code, stderr]).toEqual([2, expect.stringContaining('Did you mean `elf/not-stripped`?')])
})

test('a size above its limit is an error of every reporter, and exit code 1', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a.mjs': 'export const a = 1\n', 'b.mjs': 'export const b = 2\n' })
  for (const reporter of ['text', 'json', 'markdown', 'sarif', 'github']) {
    const { stdout, code } = await runCli(['analyze', root, '--max-size', '*.mjs=1kB', '--max-size', 'b.mjs=18', '--reporter', reporter])
    expect([code, stdout]).toEqual([1, expect.stringContaining('budget/exceeded')])
    expect(stdout).toContain('1 file, 19 B, 1 B above the limit of 18 B')
  }
  expect((await runCli(['analyze', root, '--max-size', '*.mjs=38'])).code).toBe(0)
})
