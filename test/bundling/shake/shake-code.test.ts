import { expect, test } from 'vitest'
import { shakeCode } from '../../../src/bundling/shake/shake-code.ts'

const shake = async (code: string, format: 'esm' | 'cjs' = 'esm', platform: 'node' | 'browser' = 'node'): Promise<string> =>
  (await shakeCode('chunk.js', code, { format, platform, sourceMap: false })).code.replace(/\s+/g, ' ').trim()

/** Each line is code that must stay as it is, because running it may do something. */
const effects = [
  'class K { static { sideEffect() } }',
  'class K { static { other.x = 1 } } const other = globalThis',
  'class K extends Base { static { K.x = 1 } } class Base { static set x(v) { log(v) } }',
  'class K { static set x(v) { log(v) } } K.x = 1',
  'var E; (function (E) { E["a"] = 1 })(E || (E = {})); E = globalThis',
  'var E; E = globalThis; (function (E) { E["a"] = 1 })(E || (E = {}))',
  'var N; (function (N) { N.b = globalThis; let b; (function (b) { b.x = 1 })(b = N.b || (N.b = {})) })(N || (N = {}))',
  'let a = {}; [a] = [globalThis]; a.x = 1',
  'class K { static x = f() } function f() { log() }',
  'class K { [key()]() {} }',
  '@register class K {}',
  'class K extends unknown {}',
  'var E; (function (E) { E["a"] = log() })(E || (E = {}))',
  'var E = globalThis.E; (function (E) { E["a"] = 1 })(E || (E = {}))',
  '(function (x) { x.a = 1 })(globalThis)',
  '(() => { while (true); })()',
  'const a = Object.assign({}, source); const source = { get x() { log() } }',
  'const source = { x: 1 }; Object.defineProperty(source, "y", { get: log, enumerable: true }); const a = Object.assign({}, source)',
  'const a = Object.assign(target, { x: 1 }); const target = globalThis',
  'const a = Object.freeze(shared); const shared = globalThis.shared',
  'const a = { ...spread() }',
  'const a = [...unknown]',
  'const a = `${object}`; const object = { toString: log }',
  'const a = object + 1; const object = { valueOf: log }',
  'const a = missingGlobal',
  'const a = later; let later = 1',
  'const a = 1n + 1',
  'const a = new RegExp("(")',
  'const a = new Map([1])',
  'const a = new Uint8Array(-1)',
  'const a = new Uint8Array([unknown])',
  'const a = new BigInt64Array([1])',
  'const a = unknown.property',
  'const a = process.exit(0)',
  'function f() { "use strict" } f.name = "x"',
  'const a = { set x(v) { log(v) } }; a.x = 1',
  'const a = { __proto__: host }; a.x = 1; const host = globalThis',
  'let used = 1; used = 2; export { used }',
  'const f = () => f(); const a = f()',
  'const a = await 1',
  'using a = { [Symbol.dispose]() { log() } }',
  'delete globalThis.x',
  'import "side-effect"',
  'const a = {}; a.x = 1; log(a)',
  'const fn = function () { return this }; fn.x = 1; export { fn as "a b" }',
  'var keep = 1; eval("keep")',
]

test.each(effects)('stays: %s', async (code) => {
  expect(await shake(`${code}; log()`)).toBe(`${code}; log()`.replace(/\s+/g, ' '))
})

/** Code that goes as a whole: nothing uses it, running it does nothing. */
const dead = [
  'class K { static x; static { K.x = "a"; this.y = 1 } }',
  'class A {} class B extends A { m() {} }',
  'var E; (function (E) { E[E["A"] = 0] = "A"; E[E["B"] = 1 << 2] = "B" })(E || (E = {}));',
  'var E; (E => { E["A"] = "a" })(E || (E = {}));',
  'var N; (function (N) { N.q = "a"; function f() { return N.q } N.f = f; class C {} N.C = C; let inner; (function (inner) { inner.x = 1 })(inner = N.inner || (N.inner = {})) })(N || (N = {}));',
  'var K = (function () { function K() {} K.prototype.m = function () { return "a" }; return K })();',
  'const a = Object.freeze({ k: "a" });',
  'const d = { p: 1 }; const a = Object.assign({ k: "a" }, d);',
  'const d = { p: 1 }; const a = { ...d };',
  'const a = process.env.HOME; const b = process.env["PATH"];',
  'const a = new Set([1]), b = new Error("x"), c = Symbol("d"), e = /x/g;',
  'let a; a = 1; a = { b: 2 };',
  'const make = (s) => ({ s }); const a = make("x");',
  'function f() { return g() } function g() { return f() }',
  'const a = /* @__PURE__ */ unknown(1);',
  'const a = "x,y".split(","); const b = [..."ab"]; const c = typeof anything; const d = -1 + 2 * 3;',
  'const a = new Uint8Array([1, 2]), b = new Int32Array(8), c = new RegExp(/x/), d = Uint8Array.of(1);',
  'const a = { x: { y: [] }, [Symbol.iterator]: null, m() { log() } };',
]

test.each(dead)('goes: %s', async (code) => {
  expect(await shake(`${code} log()`)).toBe('log()')
})

test('what stays keeps what it mentions, and only that', async () => {
  const code = 'const a = 1, b = 2, c = 3; function f() { return b } class K { static { K.x = c } } export { f }'
  expect(await shake(code)).toBe('const b = 2; function f() { return b } export { f }')
  expect(await shake('const a = 1, b = 2, c = 3; log(a)')).toBe('const a = 1; log(a)')
  expect(await shake('const a = 1, b = 2, c = 3; log(c)')).toBe('const c = 3; log(c)')
  expect(await shake('const a = 1, b = 2, c = 3; log(a, c)')).toBe('const a = 1, c = 3; log(a, c)')
})

test('private members that their class never mentions', async () => {
  const code = 'export class K { #a = 1; #b() { return this.#c() } #c() { return 1 } get #d() {} #e = f(); static #g = 2; m() { return this.#a } }'
  expect(await shake(code)).toBe('export class K { #a = 1; #e = f(); m() { return this.#a } }')
  const checked = 'export class K { #brand; static is(x) { return #brand in x } }'
  expect(await shake(checked)).toBe(checked)
  const inner = 'export class K { #a() {} m() { return class { #b() { return k.#a() } n() { return this.#b() } } } }'
  expect(await shake(inner)).toBe(inner)
  const derived = 'export class K extends Base { #a() {} }'
  expect(await shake(derived)).toBe(derived)
})

test('the platform decides what a global is', async () => {
  expect(await shake('const a = process.env.HOME; log()', 'esm', 'browser')).toContain('process.env')
  expect(await shake('const fs = require("node:fs"); log()', 'cjs')).toBe('log()')
  expect(await shake('const lib = require("lib"); log()', 'cjs')).toContain('require')
})

test('text that does not parse, and text that nests too deep, stay as they are', async () => {
  for (const code of ['const = 1', `${'('.repeat(20_000)}1${')'.repeat(20_000)}`]) {
    expect((await shakeCode('x.js', code, { format: 'esm', platform: 'node', sourceMap: true })).code).toBe(code)
  }
})

test('every prefix of a program gives a program or is left alone', async () => {
  const code = `${dead.join('\n')}\n${effects.slice(0, 12).join('\n')}`
  for (let end = 0; end < code.length; end += 7) {
    const text = code.slice(0, end)
    const shaken = await shakeCode('x.js', text, { format: 'esm', platform: 'node', sourceMap: false })
    if (shaken.removed.length > 0) expect(() => shakeCode('x.js', shaken.code, { format: 'esm', platform: 'node', sourceMap: false })).not.toThrow()
    else expect(shaken.code).toBe(text)
  }
})
