import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, test } from 'vitest'
import { walk } from '../../src/node/walk.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

test('files are listed sorted, with links that stay inside and empty folders', async () => {
  const root = tempFolder()
  await writeTree(root, { 'b/x.js': '1', 'a.js': '22', 'lib/libz.so.1.2': 'z' })
  await mkdir(join(root, 'empty/deep'), { recursive: true })
  await symlink('libz.so.1.2', join(root, 'lib/libz.so'))
  const walked = await walk(root)
  expect(walked.files.map((file) => [file.path, file.size, file.link])).toEqual([
    ['a.js', 2, undefined],
    ['b/x.js', 1, undefined],
    ['lib/libz.so', 0, 'libz.so.1.2'],
    ['lib/libz.so.1.2', 1, undefined],
  ])
  expect(walked.emptyFolders).toEqual(['empty/deep'])
  expect(walked.diagnostics).toEqual([])
})

test('links out of the tree, absolute links, broken links and loops are reported and left out', async () => {
  const root = tempFolder()
  const outside = tempFolder()
  await writeTree(outside, { secret: 'x' })
  await writeTree(root, { 'in.js': '1' })
  await symlink(join(outside, 'secret'), join(root, 'abs-out'))
  await symlink(`../${outside.split('/').pop()}/secret`, join(root, 'rel-out'))
  await symlink(join(root, 'in.js'), join(root, 'abs-in'))
  await symlink('nowhere', join(root, 'broken'))
  await symlink('loop-b', join(root, 'loop-a'))
  await symlink('loop-a', join(root, 'loop-b'))
  await symlink('.', join(root, 'self'))
  const walked = await walk(root)
  expect(walked.files.map((file) => file.path)).toEqual(['in.js', 'self'])
  const codes = Object.fromEntries(walked.diagnostics.map((d) => [d.location?.path, d.code]))
  expect(codes).toEqual({
    'abs-out': 'input/symlink-outside',
    'rel-out': 'input/symlink-outside',
    'abs-in': 'input/symlink-outside',
    broken: 'input/symlink-broken',
    'loop-a': 'input/symlink-broken',
    'loop-b': 'input/symlink-broken',
  })
})

test('absolute links of a root file system, which has what they name, are links like others', async () => {
  const root = tempFolder()
  await writeTree(root, { 'usr/bin/mawk': '1', 'etc/os-release': '' })
  await mkdir(join(root, 'etc/alternatives'))
  await symlink('/usr/bin/mawk', join(root, 'etc/alternatives/awk'))
  await symlink('/etc/alternatives/awk', join(root, 'usr/bin/awk'))
  await symlink('/../../etc/passwd', join(root, 'climbs'))
  await symlink('/etc/hostname', join(root, 'usr/not-in-it'))
  const walked = await walk(root)
  expect(walked.files.filter((file) => file.link !== undefined).map((file) => [file.path, file.link])).toEqual([
    ['etc/alternatives/awk', '/usr/bin/mawk'],
    ['usr/bin/awk', '/etc/alternatives/awk'],
  ])
  expect(walked.diagnostics.map((d) => [d.location?.path, d.code]).sort()).toEqual([
    ['climbs', 'input/symlink-outside'],
    ['usr/not-in-it', 'input/symlink-outside'],
  ])
})

test('a file that cannot be opened says why', async () => {
  const root = tempFolder()
  await writeFile(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), 'x')
  const { diagnostics } = await walk(root)
  expect(diagnostics).toMatchObject([{ code: 'input/unreadable', message: expect.stringContaining('not UTF-8'), hint: expect.stringContaining('Rename') }])
})

test('a link to a package of the workspace above says what makes a folder that has it', async () => {
  const root = tempFolder()
  await writeTree(root, { 'lib/index.js': '', 'api/package.json': '{}', 'api/node_modules/other/index.js': '' })
  await symlink('../../lib', join(root, 'api/node_modules/lib'))
  expect((await walk(join(root, 'api'))).diagnostics).toMatchObject([{ severity: 'error', code: 'input/symlink-outside', hint: expect.stringContaining('pnpm --filter NAME deploy') }])
})

test('what a store of packages links to as a fallback is missed with a warning only', async () => {
  const root = tempFolder()
  await mkdir(join(root, 'node_modules/.pnpm/node_modules'), { recursive: true })
  await symlink(relative(join(root, 'node_modules/.pnpm/node_modules'), tempFolder()), join(root, 'node_modules/.pnpm/node_modules/app'))
  expect((await walk(root)).diagnostics).toMatchObject([{ severity: 'warning', code: 'input/symlink-outside' }])
})
