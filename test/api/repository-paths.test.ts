import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { type GivenPaths, repositoryPaths, repositoryRoot } from '../../src/api/repository-paths.ts'
import { runCli } from '../support/run-cli.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const code = 'console.log(process.env.NODE_ENV)\n'

/** The files that annotations are at, with what is told of files in archives. */
async function annotated(cwd: string, ...args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await runCli([...args, '--no-config', '--reporter', 'github'], { cwd })
  expect(stderr).toBe('')
  const lines = stdout.split('\n').filter((line) => line.includes('js/development-code'))
  return lines.map((line) => line.replace(/^::\w+ (?:file=([^,]*),)?(?:line=\d+,)?(?:col=\d+,)?title=[\w/-]+::(?:([\w./]+): )?.*$/, '$1 $2').trim())
}

test('annotations are at the paths of the repository, wherever in it the command runs', async () => {
  const root = tempFolder()
  mkdirSync(join(root, '.git'))
  await writeTree(root, { 'packages/a/dist/x.mjs': code, 'packages/b/out/deep/y.mjs': code, 'packages/b/src/z.mts': code, 'packages/b/package.json': '{}' })
  const b = join(root, 'packages/b')
  expect(await annotated(b, 'analyze', 'out')).toEqual(['packages/b/out/deep/y.mjs'])
  expect(await annotated(b, 'analyze', 'out/deep/y.mjs')).toEqual(['packages/b/out/deep/y.mjs'])
  expect(await annotated(b, 'analyze', 'out', '../a/dist')).toEqual(['packages/b/out/deep/y.mjs', 'packages/a/dist/x.mjs'])
  expect(await annotated(root, 'analyze', 'packages', 'packages/a/dist/x.mjs')).toEqual(['packages/a/dist/x.mjs', 'packages/b/out/deep/y.mjs', 'packages/a/dist/x.mjs'])
  expect(await annotated(b, 'build', 'out', '--out', 'made')).toEqual(['packages/b/out/deep/y.mjs'])
  expect(await annotated(b, 'build', 'out', '--out', 'made', '--arch', 'x64', '--arch', 'arm64')).toEqual(['packages/b/out/deep/y.mjs', 'packages/b/out/deep/y.mjs'])
  const outside = tempFolder()
  await writeTree(outside, { 'y.mjs': code })
  expect(await annotated(b, 'analyze', outside)).toEqual(['y.mjs'])
})

test('of what is in an archive, at the archive', async () => {
  const root = tempFolder()
  mkdirSync(join(root, '.git'))
  await writeTree(root, { 'app/lib/x.mjs': code, 'app/pages/y.mjs': code })
  mkdirSync(join(root, 'made'))
  execFileSync('tar', ['-cf', '../made/app.tar', '.'], { cwd: join(root, 'app') })
  expect(await annotated(root, 'analyze', 'made/app.tar')).toEqual(['made/app.tar lib/x.mjs', 'made/app.tar pages/y.mjs'])
  expect(await annotated(root, 'analyze', 'made/app.tar', 'app/lib')).toEqual(['made/app.tar lib/x.mjs', 'made/app.tar pages/y.mjs', 'app/lib/x.mjs'])
  const { stdout } = await runCli(['analyze', 'made/app.tar', '--no-config', '--reporter', 'sarif'], { cwd: root })
  const [run] = (JSON.parse(stdout) as { runs: [{ results: { message: { text: string }; locations: [{ physicalLocation: unknown }] }[] }] }).runs
  expect(run.results.map(({ message, locations }) => [message.text.slice(0, 11), locations[0].physicalLocation])).toContainEqual(['lib/x.mjs: ', { artifactLocation: { uri: 'made/app.tar', uriBaseId: '%SRCROOT%' } }])
})

test('of what was bundled, at the source that it is named after, else at the first', () => {
  const place = repositoryPaths({ command: 'build', paths: ['src/a.ts', 'src/b.mjs'], cwd: '/repo/app', repository: '/repo', config: { architectures: [], out: 'out', bundle: { enabled: true }, package: {} } } satisfies GivenPaths)
  expect(['b.mjs', 'a.mjs.map', 'chunk-QWERTY12.mjs'].map((path) => place(path).path)).toEqual(['app/src/b.mjs', 'app/src/a.ts', 'app/src/a.ts'])
})

test('the root is what holds .git, a file in worktrees, else the workspace of the runner, else the working directory', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a/b/c.txt': '' })
  const folder = join(root, 'a/b')
  expect(repositoryRoot(folder, undefined)).toBe(folder)
  expect(repositoryRoot(folder, join(root, 'a'))).toBe(join(root, 'a'))
  expect(repositoryRoot(folder, join(root, 'other'))).toBe(folder)
  writeFileSync(join(root, 'a/.git'), 'gitdir: elsewhere\n')
  expect(repositoryRoot(folder, root)).toBe(join(root, 'a'))
})
