import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { loadConfig } from '../../src/node/load-config.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const files: Readonly<Record<string, string>> = {
  'shrink.config.ts': "import type { X } from './x.ts'\nconst level: string = 'max'\nexport default { level }\n",
  'shrink.config.mjs': "export default { level: 'max' }\n",
  'shrink.config.json': '{ "level": "max" }',
  'package.json': '{ "name": "app", "shrink": { "level": "max" } }',
}

test.each(Object.keys(files))('%s is found and loaded', async (name) => {
  const root = tempFolder()
  await writeTree(root, { [name]: files[name]!, 'x.ts': 'export type X = 1' })
  const loaded = await loadConfig(root)
  expect(loaded?.values).toEqual({ level: 'max' })
  expect(loaded?.from).toContain(name)
  expect((await readdir(root)).sort()).toEqual([name, 'x.ts'].sort())
})

test('none, two, broken and missing', async () => {
  const root = tempFolder()
  expect(await loadConfig(root)).toBeUndefined()
  await writeTree(root, { 'shrink.config.json': '{ "level": ' })
  await expect(loadConfig(root)).rejects.toThrow(/shrink\.config\.json: .*JSON/)
  await writeTree(root, { 'shrink.config.ts': 'export default {' })
  await expect(loadConfig(root)).rejects.toThrow(/shrink\.config\.ts and shrink\.config\.json/)
  await expect(loadConfig(root, 'shrink.config.ts')).rejects.toThrow(/shrink\.config\.ts:/)
  await expect(loadConfig(root, 'other.json')).rejects.toThrow(/no such configuration file/)
  await writeTree(root, { 'plain.mjs': 'export const level = 1' })
  await expect(loadConfig(root, 'plain.mjs')).rejects.toThrow(/no default export/)
})
