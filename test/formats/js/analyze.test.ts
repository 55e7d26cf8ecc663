import { describe, expect, it } from 'vitest'
import { ShrinkError } from '../../../src/core/errors.ts'
import type { Requirement } from '../../../src/core/requirement.ts'
import { js } from '../../../src/formats/js/index.ts'
import { artifact, memoryContext } from './context.ts'

async function read(path: string, text: string, files: Readonly<Record<string, string>> = {}) {
  return js.analyze(artifact(path, text), {}, memoryContext({ ...files, [path]: text }))
}

function of(requirements: readonly Requirement[], kind: Requirement['kind']) {
  return Object.fromEntries(requirements.filter((one) => one.kind === kind).map((one) => [one.name, one.need]))
}

describe('recognition', () => {
  const head = (text: string) => new TextEncoder().encode(text)
  it.each([
    ['a.js', '', true],
    ['dir/a.mjs', '', true],
    ['a.cjs', '', true],
    ['bin/tool', '#!/usr/bin/env node\nx', true],
    ['bin/tool', '#!/usr/bin/env -S node --enable-source-maps\nx', true],
    ['bin/tool', '#!/bin/sh\nnode x', false],
    ['a.json', '{}', false],
    ['a.js.map', '{}', false],
  ])('%s beginning with %j: %s', (path, text, expected) => {
    expect(js.recognizes(path, head(text))).toBe(expected)
  })
})

describe('module kind', () => {
  it.each([
    ['a.mjs', 'let x', {}, 'esm'],
    ['a.js', 'export {}', {}, 'esm'],
    ['a.js', 'await x', {}, 'esm'],
    ['a.cjs', 'let x', {}, 'commonjs'],
    ['a.js', 'module.exports = require("./b")', {}, 'commonjs'],
    ['a.js', 'return 1', {}, 'commonjs'],
    ['a.js', 'typeof module === "object" ? module.exports = 1 : window.x = 1', {}, 'script'],
    ['a.js', 'require(["a"], function () {})', {}, 'script'],
    ['d/a.js', 'let x', { 'package.json': '{"type":"module"}' }, 'esm'],
    ['d/a.js', 'let x', { 'package.json': '{"type":"module"}', 'd/package.json': '{}' }, 'script'],
  ])('%s: %s', async (path, text, files, expected) => {
    expect((await read(path, text, files)).properties['moduleKind']).toBe(expected)
  })
})

describe('requirements', () => {
  it('names every syntax feature with its edition and place', async () => {
    const { requirements, properties } = await read('a.mjs', 'const a = 1\nexport const b = a?.c ?? 2n\nx ||= a ** 2')
    expect(requirements.filter((one) => one.kind === 'js-syntax').map(({ name, version, evidence }) => [name, version, evidence[0]!.line, evidence[0]!.column])).toEqual([
      ['bigint', 'es2020', 2, 26],
      ['exponent-operator', 'es2016', 3, 7],
      ['let-and-const', 'es2015', 1, 1],
      ['logical-assignment', 'es2021', 3, 1],
      ['modules', 'es2015', 2, 1],
      ['nullish-coalescing', 'es2020', 2, 18],
      ['optional-chaining', 'es2020', 2, 18],
    ])
    expect(properties['syntaxLevel']).toBe('es2021')
    expect(requirements.find((one) => one.kind === 'node')).toMatchObject({ version: '15.0', need: 'required' })
  })

  it('takes only free names for built-in modules and globals', async () => {
    const { requirements } = await read(
      'a.js',
      `const fs = require('node:fs'), local = require('./local')
       function f(require, fetch) { require('net'); return fetch('x') }
       try { require('bufferutil'); require('tls') } catch {}
       exports.later = () => require('zlib')
       if (typeof WebSocket !== 'undefined') new WebSocket('wss://x')
       structuredClone(fs)`,
    )
    expect(of(requirements, 'node-builtin')).toEqual({ fs: 'required', tls: 'guarded', zlib: 'possible' })
    expect(of(requirements, 'js-global')).toEqual({ WebSocket: 'guarded', exports: 'required', require: 'required', structuredClone: 'required' })
    expect(requirements.filter((one) => one.kind === 'node').map(({ version, need }) => [version, need])).toEqual([
      ['17.0', 'required'],
      ['22.0', 'guarded'],
    ])
  })

  it('knows require under the names that bundlers and createRequire give it', async () => {
    const { requirements } = await read(
      'a.mjs',
      `import { createRequire as t } from 'node:module'
       var __require = /* @__PURE__ */ ((x) => typeof require !== "undefined" ? require : typeof Proxy !== "undefined" ? new Proxy(x, {
         get: (a, b) => (typeof require !== "undefined" ? require : a)[b]
       }) : x)(function(x) { if (typeof require !== "undefined") return require.apply(this, arguments); throw Error('Dynamic require of "' + x + '" is not supported') })
       const own = t(import.meta.url), again = own
       __require('fs'); own('path'); again('vm')
       function f(own) { own('net') }
       export const nothing = notRequire('tls')`,
    )
    expect(of(requirements, 'node-builtin')).toEqual({ fs: 'required', module: 'required', path: 'required', vm: 'required' })
  })

  it('takes the modules inside a bundle for asked for, and their globals for possible', async () => {
    const tables = [
      'var __commonJS = (a) => () => a; var m = __commonJS({ "node_modules/x/a.js"(exports, module) { BODY } })',
      'var L = (f) => () => f({}); var m = L((exports, module) => { BODY })',
      '(() => { var __webpack_modules__ = { 12: (module, exports, r) => { BODY } }; __webpack_modules__[12]({}, {}, 0) })()',
    ]
    for (const table of tables) {
      const { requirements } = await read('a.js', table.replace('BODY', `require('fs'); new XMLHttpRequest(); exports.later = function () { require('zlib') }`))
      expect(of(requirements, 'node-builtin')).toEqual({ fs: 'required', zlib: 'possible' })
      expect(of(requirements, 'js-global')).toMatchObject({ XMLHttpRequest: 'possible' })
    }
    const plain = await read('b.js', `const table = { run: function () { document.title = 1 } }; register('x', function () { alert(1) }); new Promise((done) => done(matchMedia('x')))`)
    expect(of(plain.requirements, 'js-global')).toEqual({ alert: 'possible', document: 'possible', matchMedia: 'required' })
  })

  it('takes what stands behind a question for guarded', async () => {
    const { requirements, properties } = await read(
      'umd.js',
      `(function (global, factory) {
        typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports) :
        typeof define === 'function' && define.amd ? define(['exports'], factory) :
        (global = typeof globalThis !== 'undefined' ? globalThis : global || self, factory(global.name = {}))
      })(this, function (exports) {
        if (typeof window !== 'undefined') window.addEventListener('load', function () { document.title = 'x' })
        typeof process !== 'undefined' && process.on('exit', function () { require('fs') })
      })`,
    )
    expect(properties['moduleKind']).toBe('script')
    for (const { kind, need, name } of requirements) if (kind !== 'js-syntax' && kind !== 'node') expect([name, need]).toEqual([name, 'guarded'])
    expect(of(requirements, 'js-global')).toMatchObject({ self: 'guarded', document: 'guarded', process: 'guarded' })
  })

  it('finds code made at run time, computed requests, workers and native loads', async () => {
    const { properties, requirements } = await read(
      'a.mjs',
      `import { createRequire } from 'module'
       const name = './x'
       await import(name)
       eval('1'); new Function('return 1')
       new Worker(new URL('./w.js', import.meta.url))
       const require = createRequire(import.meta.url)
       process.dlopen(module, './a.node')`,
    )
    expect(properties).toMatchObject({
      dynamicImports: 1,
      computedRequests: [{ kind: 'dynamic-import', line: 3 }],
      runtimeCode: [{ kind: 'eval' }, { kind: 'Function' }, { kind: 'process.dlopen' }],
      workers: [{ specifier: './w.js' }],
      topLevelAwait: { line: 3, column: 8 },
      nativeLoads: [{ by: 'process.dlopen' }],
    })
    expect(of(requirements, 'runtime-compilation')).toEqual({ eval: 'possible', Function: 'possible' })
  })

  it.each([
    ["import mod from './a.wasm'; export const run = () => WebAssembly.instantiate(mod, {})", {}],
    ["import mod from './a.wasm?module'; new WebAssembly.Instance(mod)", {}],
    ["import mod from './a.wasm'; export const run = (mod) => WebAssembly.instantiate(mod, {})", { 'WebAssembly.compile': 'possible' }],
    ["import bytes from './a.bin'; WebAssembly.instantiate(bytes, {})", { 'WebAssembly.compile': 'possible' }],
  ])('a module that is imported as a file is compiled already: %s', async (text, expected) => {
    expect(of((await read('a.mjs', text)).requirements, 'runtime-compilation')).toEqual(expected)
  })
})

describe('source maps', () => {
  const map = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA', sourcesContent: ['x'] }
  it('reads external, inline and index maps', async () => {
    const index = { version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] }
    const inline = `data:application/json;base64,${Buffer.from(JSON.stringify(index)).toString('base64')}`
    const external = await read('d/a.js', 'x\n//# sourceMappingURL=a.js.map', { 'd/a.js.map': JSON.stringify(map) })
    expect(external.properties['sourceMap']).toEqual({ kind: 'external', path: 'd/a.js.map', sources: 1, problem: null })
    const inner = await read('d/a.js', `x\n//# sourceMappingURL=${inline}`)
    expect(inner.properties['sourceMap']).toEqual({ kind: 'inline', path: null, sources: 1, problem: null })
  })
  it.each([
    ['not there', 'a.js.map', {}],
    ['not JSON', 'b.map', { 'b.map': '{' }],
    ['outside the tree', '../../b.map', {}],
    ['elsewhere', 'https://example.com/b.map', {}],
  ])('says so when the map is %s', async (_, url, files) => {
    const { properties } = await read('a.js', `x\n//# sourceMappingURL=${url}`, files)
    expect(properties['sourceMap']).toMatchObject({ problem: expect.any(String) })
  })
})

describe('hostile input', () => {
  it('refuses what would take gigabytes to read, before reading it', async () => {
    const bytes = new Uint8Array(65 * 2 ** 20).fill(0x20)
    await expect(js.analyze({ path: 'a.js', bytes }, {}, memoryContext())).rejects.toMatchObject({ code: 'artifact/limit' })
  })

  it('tells line and column of a syntax error', async () => {
    const error = await read('a.js', 'let ä = 1\nlet b = ;\n').catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'artifact/syntax', details: { line: 2, column: 9, offset: 19 } })
  })

  it.each(['(', '[', '{', '`${', 'a=>', 'if(a)', 'a?b:', 'if(a);else ', 'function f(){', 'a=>{', '!', 'a+', 'a.b(', 'class A{static{', '.a', '?.a', '()', '.a()', '[0]', '``', ' in a', ' instanceof a', '**a', '<a', '+=a', 'l:', 'do ', '/**/.a', '                                                                      .a'])(
    'refuses or reads %j a hundred thousand times, and lives',
    async (text) => {
      for (const [start, tail] of [['', ''], ['', '1'], ['a', '']] as const) {
        const result = await read('a.js', start + text.repeat(100_000) + tail).catch((error: unknown) => error)
        if (result instanceof Error) expect(result).toBeInstanceOf(ShrinkError)
      }
    },
  )

  it('is typed at every truncation and bit flip', async () => {
    const text = new TextEncoder().encode('#!/x\n"use strict";import a,{b as c}from"d";for(const[e]of`${a}`)c({e,...f})\n//# sourceMappingURL=data:application/json;base64,e30=')
    const tryBytes = async (bytes: Uint8Array) => {
      try {
        await js.analyze({ path: 'a.js', bytes }, {}, memoryContext())
      } catch (error) {
        expect(error).toBeInstanceOf(ShrinkError)
      }
    }
    for (let end = 0; end <= text.length; end++) await tryBytes(text.subarray(0, end))
    for (let bit = 0; bit < text.length * 8; bit++) {
      const flipped = text.slice()
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      await tryBytes(flipped)
    }
  })
})
