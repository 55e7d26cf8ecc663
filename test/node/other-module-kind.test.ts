import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { build } from '../../src/api/build.ts'
import { measureLoads } from '../../src/node/load-time.ts'
import { writeOtherKind } from '../../src/node/other-module-kind.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shrink-kind-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const signal = new AbortController().signal

it.each([
  ['esm', 'a.mjs', "#!/usr/bin/env node\nimport { createRequire } from 'node:module'\nimport { sep } from 'node:path'\nif (createRequire(import.meta.url)('./beside.cjs') !== 7) throw 1\nimport beside from './beside.cjs'\nexport const all = [sep, beside]\nif (all[1] !== 7) throw new Error('not the same file')\n"],
  ['commonjs', 'a.cjs', "const { sep } = require('node:path')\nif (require('./beside.cjs') !== 7 || this !== exports || !__filename.startsWith(__dirname + sep)) throw new Error('not the same')\nmodule.exports = sep\n"],
] as const)('writes %s as the other kind, which loads', async (kind, name, text) => {
  await writeFile(join(folder, name), text)
  await writeFile(join(folder, 'beside.cjs'), 'module.exports = 7')
  const other = (await writeOtherKind({ path: join(folder, name), kind }))!
  expect(other.loadable.kind).not.toBe(kind)
  expect(await measureLoads([other.loadable], { runs: 1, signal })).toMatchObject([{ time: { runs: 1 } }])
  await other.remove()
  expect((await readdir(folder)).sort()).toEqual([name, 'beside.cjs'].sort())
})

it.each(["export const a = import.meta.resolve('b')", "export const a = await 1"])('has no other kind for %s', async (text) => {
  await writeFile(join(folder, 'a.mjs'), text)
  expect(await writeOtherKind({ path: join(folder, 'a.mjs'), kind: 'esm' })).toBeUndefined()
})

it('is measured in a build, and leaves nothing behind', async () => {
  const filler = Array.from({ length: 900 }, (_, i) => `export const name${i} = 'text number ${i}'`).join('\n')
  await writeFile(join(folder, 'index.mjs'), filler)
  const report = await build(['index.mjs'], { cwd: folder, configFile: false, config: { bundle: { enabled: false }, js: { measureLoad: true } } })
  const said = report.diagnostics.filter(({ code }) => code === 'output/load-time').map(({ message }) => message)
  expect(said[0]).toMatch(/^loads in .* fresh processes; before, in /)
  for (const message of said.slice(1)) expect(message).toMatch(/^as CommonJS it would load in /)
  expect((await readdir(join(folder, 'shrunk'))).sort()).toEqual(['index.mjs', 'shrink-manifest.json'])
})
