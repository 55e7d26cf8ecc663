import { join } from 'node:path'
import { expect, test } from 'vitest'
import { build, codeOf, project, runIn, writeText } from './project.ts'

const filler = (name: string): string => Array.from({ length: 40 }, (_, i) => `exports.${name}${i} = function () { return "${name} words ${i}" }`).join('\n')
const moduleFiller = (name: string): string => Array.from({ length: 40 }, (_, i) => `export function ${name}${i}() { return "${name} words ${i}" }`).join('\n')

function withPackage(exports: object, files: Readonly<Record<string, string>>, entry: string): string {
  return project({
    'package.json': '{"type":"module"}',
    'node_modules/p/package.json': JSON.stringify({ name: 'p', version: '1.0.0', exports, sideEffects: false }),
    ...Object.fromEntries(Object.entries(files).map(([path, text]) => [`node_modules/p/${path}`, text])),
    'e.js': entry,
  })
}

const entry = `import { f1 } from 'p'\nexport const handler = async () => [f1()]`
const both = {
  'cjs/index.js': `"use strict";\n${filler('f')}`,
  'esm/package.json': '{"type":"module"}',
  'esm/index.js': moduleFiller('f'),
}
const sameCode = { '.': { node: './cjs/index.js', require: './cjs/index.js', es2015: './esm/index.js', default: './esm/index.js' } }

test('a package whose node condition only means CommonJS is taken as ES modules, and that is listed', async () => {
  const root = withPackage(sameCode, both, entry)
  for (const level of ['balanced', 'max'] as const) {
    const built = await build(['e.js'], { root, level, measure: 'raw' })
    expect(codeOf(built)).not.toContain('f words 7')
    expect(built.assumptions).toContainEqual(expect.objectContaining({ what: expect.stringMatching(/^p is resolved/), option: 'bundle.resolutionRace' }))
    expect(runIn(join(built.folder, 'e.mjs'))).toBe('["f words 1"]')
  }
  const off = await build(['e.js'], { root, resolutionRace: false })
  expect(off.moduleGraph.modules.map(({ id }) => id)).toContain('node_modules/p/cjs/index.js')
  expect(off.assumptions.map(({ option }) => option)).not.toContain('bundle.resolutionRace')
})

test('without a require condition, default tells what node only repeats', async () => {
  const root = withPackage({ '.': { node: './cjs/index.js', import: './esm/index.js', default: './cjs/index.js' } }, both, entry)
  const built = await build(['e.js'], { root, level: 'balanced', measure: 'raw' })
  expect(codeOf(built)).not.toContain('f words 7')
  expect(runIn(join(built.folder, 'e.mjs'))).toBe('["f words 1"]')
  const other = withPackage({ '.': { node: './cjs/index.js', import: './esm/index.js', default: './esm/index.js' } }, both, entry)
  expect((await build(['e.js'], { root: other, level: 'balanced', measure: 'raw' })).moduleGraph.modules.map(({ id }) => id)).toContain('node_modules/p/cjs/index.js')
})

test('the build that a package has for NODE_ENV is taken with it, and not at fast', async () => {
  const root = withPackage(
    { '.': { development: './d.js', production: './p.js', default: './r.js' } },
    { 'd.js': 'export const f1 = () => "d"', 'p.js': 'export const f1 = () => "p"', 'r.js': 'export const f1 = () => "r"', 'package.json': '{"name":"p","type":"module","exports":{".":{"development":"./d.js","production":"./p.js","default":"./r.js"}}}' },
    entry,
  )
  const answer = async (options: object): Promise<string> => runIn(join((await build(['e.js'], { root, ...options })).folder, 'e.mjs'))
  expect(await answer({})).toBe('["p"]')
  expect(await answer({ level: 'max' })).toBe('["p"]')
  expect(await answer({ nodeEnv: 'development' })).toBe('["d"]')
  expect(await answer({ nodeEnv: null })).toBe('["r"]')
  expect(await answer({ level: 'fast' })).toBe('["r"]')
})

/** Builds that are another program, not another format: Node's own is kept. */
const others: Readonly<Record<string, { exports: object; files: Record<string, string>; entry: string }>> = {
  'the node build is not the one that require gets': {
    exports: { '.': { node: './cjs/index.js', require: './cjs/other.js', default: './esm/index.js' } },
    files: { ...both, 'cjs/other.js': '' },
    entry,
  },
  'the other build reaches something else': {
    exports: sameCode,
    files: { ...both, 'cjs/index.js': `const fs = require("fs");\nexports.fs = fs;\n${filler('f')}` },
    entry,
  },
  'the other build lacks an export': {
    exports: sameCode,
    files: { ...both, 'cjs/index.js': `${filler('f')}\nexports.g = 1` },
    entry: `import { f1, g } from 'p'\nexport const handler = async () => [f1(), g]`,
  },
  'the other build has no default': {
    exports: sameCode,
    files: both,
    entry: `import p from 'p'\nexport const handler = async () => [p.f1()]`,
  },
  'somebody requires it too': {
    exports: sameCode,
    files: { ...both, 'cjs/state.cjs': '' },
    entry: `import { f1 } from 'p'\nimport other from './other.cjs'\nexport const handler = async () => [f1(), other === f1]`,
  },
}

test.each(Object.entries(others))('%s: the file that Node loads', async (_, { exports, files, entry: source }) => {
  const root = withPackage(exports, files, source)
  if (source.includes('./other.cjs')) writeText(join(root, 'other.cjs'), `module.exports = require('p').f1`)
  const plain = await build(['e.js'], { root, level: 'fast', outFolder: 'plain' })
  const built = await build(['e.js'], { root, level: 'balanced', measure: 'raw' })
  expect(built.moduleGraph.modules.map(({ id }) => id)).toContain('node_modules/p/cjs/index.js')
  expect(runIn(join(built.folder, 'e.mjs'))).toBe(runIn(join(plain.folder, 'e.mjs')))
})

test('a package with a module field is one package: imported and required, it has one state', async () => {
  const root = project({
    'package.json': '{"type":"module"}',
    'node_modules/p/package.json': '{"name":"p","version":"1.0.0","main":"main.js","module":"module.mjs"}',
    'node_modules/p/main.js': 'let n = 0; exports.next = () => ++n',
    'node_modules/p/module.mjs': 'let n = 0; export const next = () => ++n',
    'user.cjs': `exports.other = () => require('p').next()`,
    'e.js': `import { next } from 'p'\nimport { other } from './user.cjs'\nexport const handler = async () => [next(), other()]`,
    'alone.js': `import { next } from 'p'\nexport const handler = async () => [next()]`,
  })
  for (const level of ['fast', 'balanced', 'max'] as const) {
    const built = await build(['e.js'], { root, level })
    expect(runIn(join(built.folder, 'e.mjs'))).toBe('[1,2]')
  }
  const alone = await build(['alone.js'], { root })
  expect(alone.moduleGraph.modules.map(({ id }) => id)).toContain('node_modules/p/module.mjs')
  expect(alone.assumptions.map(({ what }) => what)).toContain('p is loaded from its "module" build instead of "main"')
})

test('typeof window is folded on Node, unless the program makes one', async () => {
  const source = `export const handler = async () => typeof window === 'undefined' ? 'node' : 'BROWSER_CODE'`
  const plain = project({ 'package.json': '{"type":"module"}', 'e.js': source })
  expect(codeOf(await build(['e.js'], { root: plain }))).not.toContain('BROWSER_CODE')
  const making = project({ 'package.json': '{"type":"module"}', 'e.js': `import './make.js'\n${source}`, 'make.js': 'globalThis.window = {}' })
  for (const level of ['balanced', 'max'] as const) {
    const built = await build(['e.js'], { root: making, level })
    expect(runIn(join(built.folder, 'e.mjs'))).toBe('"BROWSER_CODE"')
    expect(built.assumptions.map(({ option }) => option)).not.toContain('bundle.foldDomChecks')
  }
  expect(codeOf(await build(['e.js'], { root: plain, platform: 'browser' }))).toContain('BROWSER_CODE')
})
