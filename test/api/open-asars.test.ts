import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyze, build, explain } from '../../src/index.ts'
import { asarOf } from '../support/asar.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const main = "const { app } = require('electron')\napp.whenReady().then(() => import('node:sqlite'))\n"
const add = 'module.exports = 1\n'

async function application(bytes: Uint8Array): Promise<string> {
  const root = tempFolder()
  await writeTree(root, { 'dist/readme.txt': 'hello', 'dist/resources/app.asar.unpacked/lib/add.js': add, 'dist/resources/app.asar.unpacked/left.txt': 'nobody’s' })
  await writeFile(join(root, 'dist/resources/app.asar'), bytes)
  return root
}

const packed = asarOf({ files: { 'main.js': { size: main.length, offset: '0' }, lib: { files: { 'add.js': { size: add.length, unpacked: true } } } } }, main)

test('an application in an archive of Electron is told as the application sees it, and its bytes come to what is on the disk', async () => {
  const root = await application(packed)
  const report = await analyze(['dist'], { cwd: root, configFile: false })
  expect(report.artifacts.map(({ path, sizes }) => [path, sizes.raw])).toEqual([
    ['readme.txt', 5],
    ['resources/app.asar', packed.byteLength - main.length],
    ['resources/app.asar.unpacked/left.txt', 10],
    ['resources/app.asar/lib/add.js', add.length],
    ['resources/app.asar/main.js', main.length],
  ])
  expect(report.totals.sizes.raw).toBe(5 + 10 + packed.byteLength + add.length)
  expect(report.artifacts[4]!.requirements.map((requirement) => JSON.stringify(requirement)).join('\n')).toContain('sqlite')
  expect(report.artifacts[1]!.properties).toEqual({ container: 'asar', opened: true, archiveBytes: packed.byteLength, files: 2 })
  expect(report.treeFindings.map(({ message }) => message)).toEqual([
    'resources/app.asar was looked into: 2 files (1 of them beside it, in app.asar.unpacked), listed below its name; its own size is that of its header',
  ])
  expect(report.diagnostics).toEqual([])
})

test('given by itself, it is opened like any archive, and built into a folder', async () => {
  const root = await application(packed)
  const report = await build(['dist/resources/app.asar'], { cwd: root, configFile: false, config: { out: 'out' } })
  expect(report.outputs.map(({ path }) => path)).toEqual(['lib/add.js', 'main.js'])
})

test('a damaged one is an error at its path, and the others are told', async () => {
  const root = await application(packed.subarray(0, packed.byteLength - 1))
  const report = await analyze(['dist'], { cwd: root, configFile: false })
  expect(report.diagnostics).toMatchObject([{ severity: 'error', code: 'input/archive', location: { path: 'resources/app.asar' } }])
  expect(report.diagnostics[0]!.message).toContain('the file `main.js` ends at')
  expect(report.totals.sizes.raw).toBe(5 + 10 + packed.byteLength - 1 + add.length)
  expect(report.treeFindings.map(({ ruleId }) => ruleId)).toEqual(['tree/unopened-archive'])
})

test('build copies it byte for byte, and says that it did not look into it', async () => {
  const root = await application(packed)
  const report = await build(['dist'], { cwd: root, configFile: false, config: { out: 'out' } })
  expect(report.outputs.find(({ path }) => path === 'resources/app.asar')).toMatchObject({ changes: [], sizes: { raw: packed.byteLength } })
  expect(report.treeFindings.map(({ message }) => message)).toContain('not looked into: resources/app.asar')
})

test('a file that a report names in an archive is no file to explain: what to do is said', async () => {
  const root = await application(packed)
  await expect(explain('dist/resources/app.asar/main.js', { kind: 'feature', name: 'x' }, { cwd: root, configFile: false })).rejects.toMatchObject({ hint: expect.stringContaining('unpack it') })
  await expect(explain('dist/main.js', { kind: 'feature', name: 'x' }, { cwd: root, configFile: false })).rejects.toMatchObject({ hint: expect.stringContaining('spelling') })
})
