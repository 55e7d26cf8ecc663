import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { levels } from '../../src/core/transform.ts'
import { build, codeOf, project, runIn, writeText } from './project.ts'

const application = {
  'package.json': '{"type":"commonjs"}',
  'tsconfig.json': '{"compilerOptions":{"baseUrl":".","paths":{"@app/*":["src/lib/*"]},"jsx":"react","jsxFactory":"h"}}',
  'src/handler.tsx': `
    import { greet, type Greeting } from '@app/greet'
    import table from './table.json'
    import css from './style.css'
    import { join } from 'path'
    import legacy = require('./legacy.cjs')
    import { value } from './ext.js'
    const h = (tag: string, _: unknown, ...children: string[]) => \`<\${tag}>\${children.join('')}</\${tag}>\`
    enum Color { Red = 1, Green }
    export const handler = async (event: { name: string }) => {
      const { lazy } = await import('./lazy.ts')
      const g: Greeting = greet(event.name)
      return [g, table.a, css.trim(), join('a', 'b'), legacy.folderName(), Color.Green, <b>x</b>, lazy(), value, process.env.NODE_ENV, 'ü€😀']
    }`,
  'src/lib/greet.ts': `export type Greeting = string\nexport const greet = (name: string): Greeting => 'hello ' + name\nexport const unused = 'NOT_USED'`,
  'src/table.json': '{"a": 1, "b": "JSON_UNUSED"}',
  'src/style.css': 'b { color: red }',
  'src/legacy.cjs': `const path = require('node:path'); exports.folderName = () => path.basename('/x/folder')`,
  'src/lazy.ts': `export const lazy = (): string => 'lazily'`,
  'src/ext.ts': `export const value = 42`,
}

describe.each(levels)('level %s', (level) => {
  test.each(['esm', 'cjs'] as const)('TypeScript, JSX, JSON, CSS, paths, CommonJS and import() run as %s', async (format) => {
    const root = project(application)
    const built = await build(['src/handler.tsx'], { root, level, format })
    const entry = built.chunks.find((chunk) => chunk.isEntry)!
    expect(entry.path).toBe(format === 'esm' ? 'handler.mjs' : 'handler.js')
    const answer = JSON.parse(runIn(join(built.folder, entry.path), { name: 'you' })) as unknown
    expect(answer).toEqual([
      'hello you', 1, 'b { color: red }', 'a/b', 'folder', 2, '<b>x</b>', 'lazily', 42, 'production', 'ü€😀',
    ])
    expect(codeOf(built)).not.toContain('NOT_USED')
    if (built.engine !== 'esbuild') expect(codeOf(built)).not.toContain('JSON_UNUSED')
    expect(built.chunks.filter((chunk) => !chunk.isEntry).some((chunk) => chunk.path.includes('lazy'))).toBe(true)
    expect(codeOf(built)).toContain('ü€😀')
    expect(codeOf(built)).not.toContain(root)
  })

  test('a WebAssembly module stays an import for workers, which compile none themselves', async () => {
    const root = project({ 'worker.mjs': `import one from './lib/m.wasm'\nimport two from './lib/m.wasm?module'\nexport default { one, two, lazy: () => import('./lazy.mjs') }`, 'lazy.mjs': `import three from './lib/m.wasm'\nexport { three }` })
    writeText(join(root, 'lib/m.wasm'), new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]))
    const built = await build(['worker.mjs'], { root, level, platform: 'worker' })
    const [asset, ...others] = built.assets
    expect([asset!.path, others]).toEqual([expect.stringMatching(/^m-\w{8}\.wasm$/), []])
    const imports = [...codeOf(built).matchAll(/from\s*["']([^"']+\.wasm[^"']*)["']/g)].map(([, specifier]) => specifier)
    expect(new Set(imports)).toEqual(new Set([`./${asset!.path}`, `./${asset!.path}?module`, ...(built.chunks.length > 1 ? [`../${asset!.path}`] : [])]))
  })

  test('JSX without a tsconfig asks for the runtime of React', async () => {
    const root = project({
      'package.json': '{"type":"module"}',
      'a.jsx': 'export const handler = async () => <b>x</b>',
      'node_modules/react/package.json': '{"name":"react","type":"module","exports":{"./jsx-runtime":"./jsx-runtime.js"}}',
      'node_modules/react/jsx-runtime.js': 'export const jsx = (tag, props) => [tag, props.children]',
    })
    const built = await build(['a.jsx'], { root, level })
    expect(JSON.parse(runIn(join(built.folder, 'a.mjs'), {}))).toEqual(['b', 'x'])
  })

  test('several entries share a chunk', async () => {
    const root = project({
      'package.json': '{"type":"module"}',
      'a.ts': `import { shared } from './shared'; export const handler = async () => 'a' + shared()`,
      'sub/b.ts': `import { shared } from '../shared'; export const handler = async () => 'b' + shared()`,
      'shared.ts': `let count = 0\nexport const shared = () => 'SHARED_ONCE' + ++count`,
    })
    const built = await build(['a.ts', 'sub/b.ts'], { root, level })
    expect(built.chunks.filter((chunk) => chunk.isEntry).map((chunk) => chunk.path).sort()).toEqual(['a.mjs', 'sub/b.mjs'])
    expect(codeOf(built).split('SHARED_ONCE').length).toBe(2)
    expect(runIn(join(built.folder, 'sub/b.mjs'))).toBe('"bSHARED_ONCE1"')
  })

  test('externals stay imports, defines are put in, __dirname works in ESM', async () => {
    const root = project({
      'package.json': '{}',
      'node_modules/left/index.js': 'exports.left = 1',
      'e.js': `import { left } from 'left'; import { here } from './c.cjs'
        export const handler = async () => [left, FLAG, here().split('/').at(-1)]`,
      'c.cjs': 'exports.here = () => __dirname',
    })
    const built = await build(['e.js'], { root, level, format: 'esm', external: ['left'], define: { FLAG: '"set"' } })
    expect(built.chunks[0]!.imports).toContain('left')
    expect(runIn(join(built.folder, 'e.mjs'))).toBe('[1,"set","dist"]')
  })

  test.each(['esm', 'cjs'] as const)('import.meta.url is the file, decorators have their metadata, as %s', async (format) => {
    const root = project({
      'package.json': '{}',
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}',
      'e.ts': `const seen: unknown[] = []
        ;(Reflect as any).metadata = (key: string, value: any) => () => { seen.push(key, value.name) }
        const mark = (_: object, _name: string): void => undefined
        class User { @mark age!: number }
        export const handler = async () => [new URL('.', import.meta.url).pathname.split('/').at(-2), seen, typeof User]`,
    })
    const built = await build(['e.ts'], { root, level, format })
    expect(JSON.parse(runIn(join(built.folder, built.chunks[0]!.path)))).toEqual(['dist', ['design:type', 'Number'], 'function'])
  })

  test('a CommonJS entry keeps its module.exports', async () => {
    const root = project({
      'package.json': '{}',
      'whole.js': `const { x } = require('./x'); module.exports = Object.assign(() => x, { handler: async () => x })`,
      'flagged.js': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 1; exports.handler = async () => require('./x').x`,
      'x.js': 'exports.x = 5',
      'named.mjs': 'export default 3; export const handler = async () => 6',
      'only-default.mjs': 'export default 7',
    })
    const shape = async (entries: string[], file: string): Promise<string> => {
      const built = await build(entries, { root, level, format: 'cjs' })
      return execFileSync(process.execPath, ['-e', `const m = require(${JSON.stringify(join(built.folder, file))})
        console.log(typeof m, Object.keys(m).sort().join(), typeof m.handler, m.default)`], { encoding: 'utf8' }).trim()
    }
    expect(await shape(['whole.js'], 'whole.js')).toBe('function handler function undefined')
    expect(await shape(['flagged.js'], 'flagged.js')).toBe('object default,handler function 1')
    expect(await shape(['named.mjs'], 'named.js')).toBe('object default,handler function 3')
    expect(await shape(['only-default.mjs'], 'only-default.js')).toBe('object default undefined 7')
    expect(await shape(['whole.js', 'named.mjs'], 'whole.js')).toBe('function handler function undefined')
    expect(await shape(['whole.js', 'named.mjs'], 'named.js')).toBe('object default,handler function 3')
  })

  test('a native addon is copied and loaded from there', async () => {
    const folder = join(createRequire(import.meta.url).resolve('oxc-parser/package.json'), '../../@oxc-parser')
    const addon = (readdirSync(folder, { recursive: true }) as string[]).find((path) => path.endsWith('.node'))!
    const root = project({ 'package.json': '{}', 'e.js': `const a = require('./lib/x.node'); exports.handler = async () => typeof a.parseSync` })
    writeText(join(root, 'lib/x.node'), readFileSync(join(folder, addon)))
    const built = await build(['e.js'], { root, level })
    expect(built.assets.map(({ path }) => path)).toEqual([expect.stringMatching(/^x-.*\.node$/)])
    expect(runIn(join(built.folder, 'e.js'))).toBe('"function"')
  })

  test('optional parts of packages that are not installed stay imports, and are named', async () => {
    const root = project({
      'package.json': '{}',
      // the top-level await is a fault of its own where CommonJS is tried first
      'handler.ts': "import framework from 'framework'\nawait null\nexport const handler = () => framework.optional()",
      'node_modules/framework/package.json': '{"name":"framework","version":"1.0.0"}',
      'node_modules/framework/index.js': "const load = (get) => { try { return get() } catch (error) { return error.code } }\nexports.optional = () => [load(() => require('@parts/sockets')), load(() => require('@parts/queues/module.js')), load(() => require('left-out'))]",
    })
    const built = await build(['handler.ts'], { root, level, external: ['left-out'] })
    expect(runIn(join(built.folder, built.chunks[0]!.path))).toBe('["MODULE_NOT_FOUND","MODULE_NOT_FOUND","MODULE_NOT_FOUND"]')
    const warnings = built.diagnostics.filter(({ severity }) => severity === 'warning').map(({ message }) => message)
    for (const name of ['@parts/sockets', '@parts/queues/module.js']) expect(warnings.some((message) => message.includes(`'${name}'`))).toBe(true)
  })

  test('a package that the code imports and that is not installed is an error, unless it is external', async () => {
    const root = project({ 'package.json': '{}', 'src/e.ts': `import thing from '@not/here'\nexport const handler = () => thing` })
    await expect(build(['src/e.ts'], { root, level })).rejects.toMatchObject({
      code: 'bundle/failed',
      message: expect.stringMatching(/^src\/e\.ts.*Could not resolve "@not\/here"$/),
      details: { hint: 'Install @not/here, or leave it to run time: --external @not/here' },
    })
    expect((await build(['src/e.ts'], { root, level, external: ['@not/here'] })).chunks).toHaveLength(1)
  })

  test('so is one that the code requires, but for where it catches that it is not there', async () => {
    const root = project({
      'package.json': '{}',
      'sure.cjs': `const thing = require('@not/here')\nexports.handler = () => thing`,
      'lazy.cts': `try { exports.handler = (): unknown => require('@not/here') } catch {}`,
      'handler.cjs': `try { exports.a = 1 } catch { require('@not/here') }`,
      'caught.cjs': `let thing\ntry { thing = require('@not/here') } catch { thing = 1 }\nexports.handler = () => thing`,
    })
    for (const entry of ['sure.cjs', 'lazy.cts', 'handler.cjs']) {
      await expect(build([entry], { root, level })).rejects.toMatchObject({ code: 'bundle/failed', details: { hint: 'Install @not/here, or leave it to run time: --external @not/here' } })
    }
    expect((await build(['caught.cjs'], { root, level })).chunks).toHaveLength(1)
  })

  test('a top-level await in CommonJS that was asked for says what to do', async () => {
    const root = project({ 'package.json': '{}', 'e.ts': 'export const a = await Promise.resolve(1)' })
    await expect(build(['e.ts'], { root, level, format: 'cjs' })).rejects.toMatchObject({ code: 'bundle/failed', message: expect.stringContaining('top-level await'), details: { hint: expect.stringContaining('--format esm') } })
  })

  test('an import that leads nowhere says where', async () => {
    const root = project({ 'package.json': '{}', 'e.ts': `import './missing.ts'\nexport const a = 1` })
    await expect(build(['e.ts'], { root, level })).rejects.toMatchObject({
      code: 'bundle/failed',
      message: expect.stringMatching(/missing/),
    })
  })

  test('a syntax error says where', async () => {
    const root = project({ 'package.json': '{}', 'e.ts': `export const a = 1\nexport const b = = 2` })
    await expect(build(['e.ts'], { root, level })).rejects.toMatchObject({
      code: 'bundle/failed',
      message: expect.stringMatching(/e\.ts/),
    })
  })

  test('the graph names modules, packages and the way they are imported', async () => {
    const root = project({
      'package.json': '{}',
      'node_modules/pkg/package.json': '{"name":"pkg","version":"1.2.3","main":"main.js"}',
      'node_modules/pkg/main.js': `exports.x = require('./dep')`,
      'node_modules/pkg/dep.js': `module.exports = 1`,
      'e.mjs': `import { x } from 'pkg'; export const handler = async () => x`,
    })
    const { moduleGraph, folder } = await build(['e.mjs'], { root, level })
    expect(runIn(join(folder, 'e.mjs'))).toBe('1')
    expect(moduleGraph.entries).toEqual(['e.mjs'])
    const main = moduleGraph.modules.find((module) => module.id === 'node_modules/pkg/main.js')
    expect(main).toMatchObject({ kind: 'commonjs', package: { name: 'pkg', version: '1.2.3' } })
    expect(main!.imports.map((edge) => [edge.id, edge.kind])).toEqual([['node_modules/pkg/dep.js', 'require']])
    expect(moduleGraph.modules.find((module) => module.id === 'e.mjs')!.imports.map((edge) => edge.id))
      .toEqual(['node_modules/pkg/main.js'])
  })
})
