import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { stageFolder } from '../../src/node/staged-folder.ts'
import { tempFolder } from '../support/temp-folder.ts'

test('commit replaces the old folder, discard leaves it', async () => {
  const root = tempFolder()
  const target = join(root, 'out')
  await mkdir(target)
  await writeFile(join(target, 'old'), '1')
  const first = await stageFolder(target)
  await writeFile(join(first.path, 'new'), '2')
  await first.discard()
  expect(await readdir(target)).toEqual(['old'])
  const second = await stageFolder(target)
  await writeFile(join(second.path, 'new'), '2')
  expect(await readdir(target)).toEqual(['old'])
  await second.commit()
  expect(await readdir(target)).toEqual(['new'])
  expect(await readdir(root)).toEqual(['out'])
})

test('a crash between the two renames is mended by the next build', async () => {
  const root = tempFolder()
  const target = join(root, 'out')
  await mkdir(target)
  await writeFile(join(target, 'old'), 'kept')
  await rename(target, join(root, '.out.shrink-previous'))
  const staged = await stageFolder(target)
  expect(await readFile(join(target, 'old'), 'utf8')).toBe('kept')
  await staged.discard()
})

test('an output that is a file is refused and stays', async () => {
  const root = tempFolder()
  await writeFile(join(root, 'out'), 'precious')
  await expect(stageFolder(join(root, 'out'))).rejects.toMatchObject({ code: 'output/write-failed' })
  expect(await readFile(join(root, 'out'), 'utf8')).toBe('precious')
})
