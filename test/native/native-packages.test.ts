import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nativePackages } from '../../src/native/native-packages.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const native = JSON.stringify({ name: 'n', version: '1.0.0', gypfile: true })
const plain = JSON.stringify({ name: 'p', version: '1.0.0' })

test('of a workspace whose packages are links, native packages are found wherever they are linked from', async () => {
  const root = tempFolder()
  await writeTree(root, {
    'pnpm-lock.yaml': '',
    'node_modules/.pnpm/direct@1/node_modules/direct/package.json': native,
    'node_modules/.pnpm/@s+deep@1/node_modules/@s/deep/package.json': native,
    'node_modules/.pnpm/plain@1/node_modules/plain/package.json': plain,
    'packages/app/src/handler.ts': '',
    'packages/app/node_modules/.keep': '',
  })
  await symlink('../../../node_modules/.pnpm/direct@1/node_modules/direct', join(root, 'packages/app/node_modules/direct'))
  // told not to hoist, pnpm has what packages of packages need with them only
  expect(await nativePackages(join(root, 'packages/app/src'))).toEqual(['@s/deep', 'direct'])
  await mkdir(join(root, 'node_modules/.pnpm/node_modules/@s'), { recursive: true })
  await symlink('../../@s+deep@1/node_modules/@s/deep', join(root, 'node_modules/.pnpm/node_modules/@s/deep'))
  expect(await nativePackages(join(root, 'packages/app/src'))).toEqual(['@s/deep', 'direct'])
})

test('of a package of an npm workspace, its own node_modules counts too', async () => {
  const root = tempFolder()
  await writeTree(root, { 'package-lock.json': '{}', 'node_modules/a/package.json': native, 'packages/app/node_modules/b/package.json': native, 'packages/app/src/x.ts': '' })
  expect(await nativePackages(join(root, 'packages/app/src'))).toEqual(['a', 'b'])
})
