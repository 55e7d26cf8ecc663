import { createContext, runInContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { js } from '../../../src/formats/js/index.ts'
import { optimizeArtifact } from '../../../src/pipeline/optimize-artifact.ts'
import type { Level } from '../../../src/core/transform.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import { artifact, memoryContext } from './context.ts'

async function shrink(
  path: string,
  text: string,
  options: Readonly<Record<string, JsonValue>> = {},
  level: Level = 'balanced',
  files: Readonly<Record<string, string>> = {},
) {
  const context = memoryContext(files)
  const result = await optimizeArtifact(js, artifact(path, text), {}, { level, measure: 'gzip', options }, context)
  return {
    code: new TextDecoder().decode(result.artifact.bytes),
    companions: Object.fromEntries(result.companions.map(({ path, bytes }) => [path, new TextDecoder().decode(bytes)])),
    changes: result.changes,
    reported: context.reported,
  }
}

const program = `#!/usr/bin/env node
/*! Licence of the program */
'use strict'
// a comment that goes
/** @license of a part */
function addition(firstNumber, secondNumber) {
  var resultOfAddition = firstNumber + secondNumber
  if (resultOfAddition > 100) { console.log('a large number'); return resultOfAddition }
  return addition(resultOfAddition, secondNumber + 1)
}
exports.total = addition(1, 2)
exports.named = addition.name
`

describe('minify', () => {
  it.each(['fast', 'balanced', 'max'] as const)('keeps what the program does at level %s', async (level) => {
    const { code, changes } = await shrink('a.cjs', program, {}, level)
    expect(code.length).toBeLessThan(program.length * 0.6)
    expect(code.startsWith('#!/usr/bin/env node\n')).toBe(true)
    expect(changes[0]).toMatchObject({ transform: 'js/minify', before: program.length, after: code.length })
    const exports: Record<string, unknown> = {}
    runInContext(code.slice(code.indexOf('\n')), createContext({ exports, module: { exports }, console: { log() {} } }))
    expect(exports['total']).toBe(105)
  })

  it('keeps legal comments, collects them, or drops them', async () => {
    const kept = await shrink('a.cjs', program)
    expect(kept.code).toMatch(/\/\*! Licence of the program \*\/\n\/\*\* @license of a part \*\/$/)
    const collected = await shrink('a.cjs', program, { legalComments: 'collect' })
    expect(collected.code).not.toContain('icen')
    expect(collected.companions['a.cjs.LEGAL.txt']).toBe('/*! Licence of the program */\n\n/** @license of a part */\n')
    expect((await shrink('a.cjs', program, { legalComments: 'none' })).companions).toEqual({})
  })

  it.each(['fast', 'balanced', 'max'] as const)('keeps the names in functions whose text is read, and no others, at level %s', async (level) => {
    const text = `
      const factorOfWorker = 21
      function helperOfWorker(valueOfHelper) { return valueOfHelper * factorOfWorker }
      function workerOfText(messageOfWorker) { if (messageOfWorker > 0) { console.log('w') } return helperOfWorker(messageOfWorker) + helperOfWorker(messageOfWorker + 1) }
      function somethingElse(firstArgument, secondArgument) { if (firstArgument > secondArgument) { console.log('e') } return secondArgument + firstArgument }
      function formatted() { return 1 }
      formatted.toString = function () { return 'own' }
      export const source = workerOfText.toString()
      export const results = [workerOfText(1), somethingElse(1, 2), somethingElse(4, 3), helperOfWorker(5), formatted.toString()]`
    const { code, changes } = await shrink('a.mjs', text, {}, level)
    expect(changes[0]!.what).not.toContain('(0 ')
    for (const name of ['firstArgument', 'secondArgument', 'somethingElse', 'formatted(']) expect(code, name).not.toContain(name)
    const run = async (script: string): Promise<{ source: string; results: unknown }> => import(`data:text/javascript,${encodeURIComponent(script)}`)
    const [before, after] = [await run(text), await run(code)]
    expect(after.results).toEqual(before.results)
    // what a worker is given beside the text of its function
    const inWorker = new Function('console', `const factorOfWorker = 21; function helperOfWorker(value) { return value * 100 }; return (${after.source})(1)`)
    expect([300, 63]).toContain(inWorker({ log() {} }))
  })

  it.each(['fast', 'balanced', 'max'] as const)('moves no function to where a kept name is another variable, at level %s', async (level) => {
    // swc did: React’s server, in a chunk of Next.js with one function whose text is read
    const code = `module.exports = (function (x) {
      const d = x.i(1), c = x.i(2)
      let an = c.cache(async function (a, b, c, d) { return ao(a, b, c, d) })
      async function ao(a, b, c, e) { let [m, n] = b, r = d.getSegmentParam(m); return r ? c(n, e, a) : null }
      x.s(an)
    })
    exports.read = (function (a, b, c, d) { return a + b + c + d }).toString()`
    for (const goal of ['a.cjs', 'b.js']) {
      const { code: minified } = await shrink(goal, code, {}, level)
      expect(minified.length).toBeLessThan(code.length)
      const said: unknown[] = []
      const module = { exports: {} as (x: object) => void }
      runInContext(minified, createContext({ module, exports: {} }))
      const parts: Readonly<Record<number, object>> = { 1: { getSegmentParam: (m: string) => m === 'm' }, 2: { cache: (f: unknown) => f } }
      module.exports({ i: (id: number) => parts[id], s: (an: (...values: unknown[]) => Promise<unknown>) => said.push(an('a', ['m', 'n'], (...values: unknown[]) => values, 'd')) })
      expect(await said[0]).toEqual(['n', 'd', 'a'])
    }
  })

  it('leaves a script alone whose value is what it is for', async () => {
    const code = '// @bun @bun-cjs\n(function(exports, require, module, __filename, __dirname) {\n  const longName = require("os")\n  console.log(typeof longName.cpus, longName)\n})\n'
    for (const text of [code, code.replace('(function', 'aVariable => (function'), `"use strict";\n${code}`]) expect((await shrink('app.js', text)).code).toBe(text)
    expect((await shrink('app.js', `${code.trimEnd()}(exports, require, module)`)).code.length).toBeLessThan(code.length - 40)
  })

  it('keeps the names that functions report', async () => {
    const { code } = await shrink('a.cjs', program, { keepNames: true })
    const exports: Record<string, unknown> = {}
    runInContext(code.slice(code.indexOf('\n')), createContext({ exports, module: { exports }, console: { log() {} } }))
    expect(exports['named']).toBe('addition')
  })

  it.each<Level>(['fast', 'balanced', 'max'])('lets a class make its first instance where its name is kept (%s)', async (level) => {
    const source = `class RenderResult { static #first = this.EMPTY = new RenderResult(null, {}); constructor(response) { this.response = response } }
      function nested() { class /* kept */ Inner { static only = new Inner(1); constructor(value) { this.value = value } } return Inner }
      exports.names = [RenderResult.name, RenderResult.EMPTY.constructor.name, nested().name, nested().only.value]`
    const { code, changes } = await shrink('node_modules/a/index.cjs', source, {}, level)
    const exports: { names?: unknown } = {}
    runInContext(code, createContext({ exports }))
    expect(exports.names).toEqual(['RenderResult', 'RenderResult', 'Inner', 1])
    expect(changes).toHaveLength(1)
  })

  it('keeps the names of classes where the code decides by them, and in packages, whose readers nobody knows', async () => {
    const visitor = `class ParagraphNode { accept(visitor) { return visitor['visit' + this.constructor.name](this) } }
      exports.result = new ParagraphNode().accept({ visitParagraphNode: () => 'found' })`
    const found = (code: string): unknown => {
      const exports: Record<string, unknown> = {}
      runInContext(code, createContext({ exports }))
      return exports['result']
    }
    expect(found((await shrink('a.cjs', visitor)).code)).toBe('found')
    const message = `class ParagraphNode {} exports.message = 'unexpected ' + new ParagraphNode().constructor.name + new ParagraphNode().constructor.name`
    expect((await shrink('a.cjs', message)).code).not.toContain('class ParagraphNode')
    expect((await shrink('node_modules/a/index.cjs', message)).code).toContain('class ParagraphNode')
    const compares = (name: string): string => `class ParagraphNode {} exports.is = (node) => node.constructor.name === '${name}'; exports.Node = ParagraphNode`
    for (const level of ['fast', 'balanced', 'max'] as const) {
      const { code } = await shrink('a.cjs', `${compares('ParagraphNode')}; class SomethingElse {} exports.Other = [SomethingElse, SomethingElse, new ParagraphNode()]`, {}, level)
      const exports: { is?: (node: unknown) => boolean; Node?: new () => unknown } = {}
      runInContext(code, createContext({ exports }))
      expect([level, exports.is!(new exports.Node!())]).toEqual([level, true])
      expect([level, code.includes('SomethingElse')]).toEqual([level, false])
    }
    expect((await shrink('a.cjs', compares('Decimal'))).code).not.toContain('class ParagraphNode')
  })

  it.each(['fast', 'max'] as const)('does not raise the syntax at level %s', async (level) => {
    const old = `(function () { var o = window.thing; window.value = o === null || o === undefined ? undefined : o.x;
      window.other = o !== null && o !== undefined ? o : 5; window.f = function (a, b) { return { a: a, b: b } } })()`
    const es5 = await shrink('a.js', old, {}, level)
    expect(es5.code).not.toMatch(/=>|\?\.|\?\?|`|\blet\b|\bconst\b/)
    const after = await js.analyze(artifact('a.js', es5.code), {}, memoryContext())
    expect(after.properties['syntaxLevel']).toBe('es5')
    const es2020 = await shrink('a.js', old, { target: 'es2020' }, level)
    expect(es2020.code).toMatch(/\?\.|\?\?/)
  })

  it('keeps what is said with an import, and texts of objects that have a value too, at level max', async () => {
    const { code, changes } = await shrink('a.mjs', `import someData from './data.json' with { type: 'json' }
      const theObject = { valueOf() { return 1 }, toString() { return 'text' } } // a comment that makes it worth while
      export const first = \`\${theObject}\`, second = theObject + '', third = Object.keys(someData)`, {}, 'max')
    expect(changes).toHaveLength(1)
    const { detail } = await js.analyze(artifact('a.mjs', code), {}, memoryContext())
    expect(detail.imports).toEqual(['./data.json with {type:"json"}'])
    const values = runInContext(code.replace(/^import (\w+) from.*?;/, 'var $1={k:1};').replace(/export ?\{.*|export /g, '') + ';' + (/(\w+)=`\$\{/.exec(code)?.[1] ?? 'undefined'), createContext({}))
    expect(values).toBe('text')
  })

  it.each(['a.mjs', 'a.cjs'])('keeps directives that frameworks read: %s', async (path) => {
    const text = `"use client";\n"use strict";\n// a comment that goes, and that makes it worth while\nconst nameOfNumber = 1\n${path === 'a.mjs' ? 'export { nameOfNumber }' : 'exports.nameOfNumber = nameOfNumber'}`
    for (const level of ['fast', 'max'] as const) {
      const { code, changes } = await shrink(path, text, {}, level)
      expect(changes).toHaveLength(1)
      const { detail } = await js.analyze(artifact(path, code), {}, memoryContext())
      expect(detail.directives).toEqual(expect.arrayContaining(path === 'a.mjs' ? ['use client'] : ['use client', 'use strict']))
    }
  })

  it('keeps the names that Node finds in CommonJS without running it', async () => {
    const text = `var __defProp = Object.defineProperty
var __export = (target, all) => { for (var name in all) __defProp(target, name, { get: all[name], enumerable: true }) }
var __toCommonJS = (mod) => mod
var index_exports = {}
__export(index_exports, { alpha: () => alpha, beta: () => beta })
module.exports = __toCommonJS(index_exports)
const alpha = 'a long text that is worth keeping', beta = 2
// Annotate the CommonJS export names for ESM import in node:
0 && (module.exports = { alpha, beta })
`
    const { code, changes } = await shrink('a.js', text)
    expect(changes).toHaveLength(1)
    const after = await js.analyze(artifact('a.js', code), {}, memoryContext())
    expect(after.detail.exports).toEqual(['alpha', 'beta'])
  })

  it('keeps the names of UMD libraries in node_modules, and says where it does not', async () => {
    const umd = `(function (root, factory) { typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) : factory(root.lib = {}) })(this, function (exports) {
      function firstFunction(value) { return value + 1 } function secondFunction(value) { return firstFunction(value) * 2 }
      exports.firstFunction = firstFunction; exports.secondFunction = secondFunction })`
    const library = await shrink('node_modules/lib/index.js', umd)
    const { detail } = await js.analyze(artifact('node_modules/lib/index.js', library.code), {}, memoryContext())
    expect(detail.exports).toEqual(['firstFunction', 'secondFunction'])
    const own = await shrink('lib.js', umd)
    expect(own.code.length).toBeLessThan(library.code.length)
    expect(own.reported).toMatchObject([{ severity: 'info', message: expect.stringMatching(/^2 names/) }])
  })

  it('leaves the imports and exports of a module alone', async () => {
    const { code } = await shrink(
      'a.mjs',
      `import { join as joinPaths } from 'node:path'
       import unusedThing from './unused.js'
       export * from './star.js'
       export const someConstant = joinPaths('a', 'b'), otherConstant = someConstant + 1
       export default function nameOfDefault(parameter) { return parameter + otherConstant }`,
    )
    const { detail } = await js.analyze(artifact('a.mjs', code), {}, memoryContext())
    expect(detail.exports).toEqual(['* from ./star.js', 'default', 'otherConstant', 'someConstant'])
    expect(detail.imports).toEqual(['./star.js', './unused.js', 'node:path'])
  })

  it('leaves code that nests deep to the minifiers that take no minutes for it', async () => {
    const { code, changes } = await shrink('a.js', `var condition = Math.random(), b\n${'if (condition)\n'.repeat(850)} b = 2\n`, {}, 'max')
    expect(changes).toHaveLength(1)
    expect(code.length).toBeLessThan(13_000)
    expect(JSON.stringify(changes)).not.toMatch(/swc|terser|uglify/)
  })
})
