import { join } from 'node:path'
import { expect, test } from 'vitest'
import { expandBrowserQueries } from '../../src/api/browser-queries.ts'
import { resolveOptions } from '../../src/api/settings.ts'
import { repository } from '../support/run-cli.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

test('the oldest version of each engine stands for a query; the rest is named', async () => {
  const { targets, notes } = await expandBrowserQueries(
    ['node22', 'browserslist: chrome 109, chrome 120, and_chr > 100, edge 18, firefox 115-121, ios_saf 16.4, safari 17.1, op_mini all'],
    repository,
  )
  expect(targets).toEqual(['node22', 'chrome109', 'edge18', 'firefox115', 'safari16.4'])
  expect(notes).toMatchObject([{ severity: 'info', message: expect.stringContaining('op_mini all') as string }])
  expect(await expandBrowserQueries(['alpine-3.22'], repository)).toEqual({ targets: ['alpine-3.22'], notes: [] })
})

test('the project’s own list is read, and its targets are those of the run', async () => {
  const root = tempFolder()
  await writeTree(root, {
    '.browserslistrc': 'chrome 100\nfirefox 110\n',
    'node_modules/browserslist/package.json': '{ "name": "browserslist", "main": "index.js" }',
    'node_modules/browserslist/index.js': `module.exports = require(${JSON.stringify(join(repository, 'node_modules/browserslist'))})`,
  })
  const { config } = await resolveOptions({ cwd: root, config: { target: 'browserslist' } })
  expect(config.targets).toEqual(['chrome100', 'firefox110'])
})

test('says what is wrong with a query, and what to do where there is no browserslist', async () => {
  await expect(expandBrowserQueries(['browserslist:chrome banana'], repository)).rejects.toThrow(/banana/)
  await expect(expandBrowserQueries(['browserslist'], '/')).rejects.toThrow(/not installed/)
})
