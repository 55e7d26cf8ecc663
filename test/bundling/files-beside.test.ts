import { readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { levels } from '../../src/core/transform.ts'
import { build, project, runIn, writeText } from './project.ts'

const legacy = (code: string): string => `const { readFileSync } = require('fs'); const path = require('path'); ${code}`

const reading = {
  'package.json': '{"type":"module"}',
  'src/handler.ts': `
    import { readFileSync } from 'node:fs'
    import legacy from 'legacy'
    import modern from 'modern'
    const query: string = readFileSync(new URL('./query.sql', import.meta.url), 'utf8')
    export const handler = async () => [legacy.data, modern, query]`,
  'src/query.sql': 'select 1',
  'node_modules/legacy/package.json': '{"name":"legacy","version":"1.0.0"}',
  'node_modules/legacy/index.js': legacy(`exports.data = readFileSync(path.join(__dirname, 'tables', 'legacy.bin'), 'latin1')`),
  'node_modules/legacy/tables/legacy.bin': 'of legacy',
  'node_modules/legacy/tables/other.bin': 'nobody reads this',
  'node_modules/modern/package.json': '{"name":"modern","version":"1.0.0","type":"module"}',
  'node_modules/modern/index.js': `
    import { readFileSync } from 'node:fs'
    import { dirname, join } from 'node:path'
    import { fileURLToPath } from 'node:url'
    const __dirname = dirname(fileURLToPath(import.meta.url))
    export default readFileSync(join(__dirname, 'modern.txt'), 'utf8')`,
  'node_modules/modern/modern.txt': 'of modern',
}

describe.each(levels)('level %s', (level) => {
  test.each(['esm', 'cjs'] as const)('files that code reads beside itself lie beside the bundle (%s)', async (format) => {
    const root = project(reading)
    const built = await build(['src/handler.ts'], { root, level, format })
    expect(built.diagnostics.filter(({ code }) => code === 'bundle/file-beside')).toEqual([])
    expect(built.assets.map(({ path }) => path).sort()).toEqual(['modern.txt', 'query.sql', 'tables/legacy.bin'])
    for (const folder of ['node_modules', 'src']) rmSync(join(root, folder), { recursive: true })
    expect(JSON.parse(runIn(join(built.folder, built.chunks[0]!.path)))).toEqual(['of legacy', 'of modern', 'select 1'])
  })
})

describe('what cannot lie beside the bundle', () => {
  test('a package that reads above its module stays an import', async () => {
    const root = project({
      ...reading,
      'src/handler.ts': `import legacy from 'legacy'\nexport const handler = async () => legacy.data`,
      'node_modules/legacy/index.js': `exports.data = require('./lib/read.js').data`,
      'node_modules/legacy/lib/read.js': legacy(`exports.data = readFileSync(path.resolve(__dirname, '../tables/legacy.bin'), 'latin1')`),
    })
    const built = await build(['src/handler.ts'], { root })
    expect(built.leftOut).toEqual([{ name: 'legacy', reads: '../tables/legacy.bin from node_modules/legacy/lib/read.js' }])
    expect(built.chunks[0]!.imports).toContain('legacy')
    expect(runIn(join(built.folder, 'handler.mjs'))).toBe('"of legacy"')
  })

  test.each([
    // as esbuild writes modules that are evaluated when they are first needed
    ['in a function', `var path, root, manifest; var init = () => { path = require('path'); root = path.join(__dirname, '..'); manifest = require(path.join(root, 'package.json')) }; init(); exports.data = manifest.name`],
    ['that the bundle holds, too', `exports.data = require(__dirname + '/../package.json').name + require('../package.json').version`],
    ['without its extension', 'const { resolve } = require("path"); const p = { resolve }; exports.data = require(p.resolve(__dirname, `../package`)).name'],
  ])('a package that requires above its module by its own place stays an import: %s', async (_, code) => {
    const root = project({
      ...reading,
      'src/handler.ts': `import legacy from 'legacy'\nexport const handler = async () => legacy.data`,
      'node_modules/legacy/index.js': `exports.data = require('./lib/read.js').data`,
      'node_modules/legacy/lib/read.js': code,
    })
    const built = await build(['src/handler.ts'], { root })
    expect(built.leftOut).toEqual([{ name: 'legacy', reads: '../package.json from node_modules/legacy/lib/read.js' }])
    expect(runIn(join(built.folder, 'handler.mjs'))).toMatch(/^"legacy/)
  })

  test('a file that is required by the place of its module is put beside the bundle', async () => {
    const root = project({
      ...reading,
      'src/handler.ts': `import legacy from 'legacy'\nexport const handler = async () => legacy.data`,
      'node_modules/legacy/index.js': `let tables; const load = () => { tables = require('path').join(__dirname, 'tables') }; load(); exports.data = require(tables + '/names.json')`,
      'node_modules/legacy/tables/names.json': '["a"]',
    })
    const built = await build(['src/handler.ts'], { root })
    expect(built.assets.map(({ path }) => path)).toContain('tables/names.json')
    rmSync(join(root, 'node_modules'), { recursive: true })
    expect(runIn(join(built.folder, 'handler.mjs'))).toBe('["a"]')
  })

  test('of two packages with files of one name, one stays an import', async () => {
    const root = project({
      'package.json': '{"type":"module"}',
      'handler.js': `import one from 'one'\nimport two from 'two'\nexport const handler = async () => one.data + two.data`,
      ...Object.fromEntries(['one', 'two'].flatMap((name) => [
        [`node_modules/${name}/package.json`, `{"name":"${name}","version":"1.0.0"}`],
        [`node_modules/${name}/index.js`, legacy(`exports.data = readFileSync(__dirname + '/data.bin', 'latin1')`)],
        [`node_modules/${name}/data.bin`, name],
      ])),
    })
    const built = await build(['handler.js'], { root })
    expect(built.leftOut.map(({ name }) => name)).toEqual(['two'])
    expect(runIn(join(built.folder, 'handler.mjs'))).toBe('"onetwo"')
  })

  test('files of the project above a module, and paths that are looked up, are said', async () => {
    const root = project({
      'package.json': '{"type":"module"}',
      'src/handler.js': `
        import { createRequire } from 'node:module'
        import { readFileSync } from 'node:fs'
        const require = createRequire(import.meta.url)
        export const handler = async () => [readFileSync(new URL('../data/table.bin', import.meta.url), 'utf8'), require.resolve('legacy/tables/legacy.bin')]`,
      'data/table.bin': 'table',
      'node_modules/legacy/package.json': '{"name":"legacy","version":"1.0.0"}',
    })
    const built = await build(['src/handler.js'], { root })
    expect(built.diagnostics.map(({ code, message, location }) => [code, message, location?.path])).toEqual([
      ['bundle/file-beside', expect.stringMatching(/^the code reads \.\.\/data\/table\.bin by the place of its own file/), 'src/handler.js'],
      ['bundle/file-beside', expect.stringMatching(/^the code asks for the path of legacy\/tables\/legacy\.bin/), 'src/handler.js'],
    ])
  })
})

test('the module of an Emscripten script, whose path is put together step by step', async () => {
  const root = project({
    'package.json': '{"type":"module"}',
    'handler.js': `import wasm from 'compiled'\nexport const handler = async () => wasm()`,
    'node_modules/compiled/package.json': '{"name":"compiled","version":"1.0.0"}',
    'node_modules/compiled/index.js': legacy(`var folder = ''; if (process.versions.node) folder = __dirname + '/'
      function locate(name) { return folder + name }
      module.exports = () => WebAssembly.instantiate(readFileSync(locate('compiled.wasm'))).then(({ instance }) => Object.keys(instance.exports))`),
  })
  writeText(join(root, 'node_modules/compiled/compiled.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
  const built = await build(['handler.js'], { root })
  renameSync(join(root, 'node_modules'), join(root, 'elsewhere'))
  expect(runIn(join(built.folder, 'handler.mjs'))).toBe('[]')
  expect(readFileSync(join(built.folder, 'compiled.wasm'))).toHaveLength(8)
})
