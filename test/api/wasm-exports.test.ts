import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { unreachedExports } from '../../src/api/wasm-exports/unreached-exports.ts'
import { type UsedExports, usedExports } from '../../src/api/wasm-exports/used-exports.ts'
import { readModule } from '../../src/formats/wasm/read/read-module.ts'
import { withoutExports } from '../../src/formats/wasm/transforms/drop-exports.ts'
import { assemble } from '../formats/wasm/assemble.ts'
import { runCli } from '../support/run-cli.ts'

/** The shape of wasm-bindgen's glue for `--target web`, bundled. */
const glue = `
let wasm;
class Shape {
  static __wrap(ptr) { const it = Object.create(Shape.prototype); it.ptr = ptr; return it }
  free() { wasm.__wbg_shape_free(this.ptr) }
  area() { return wasm.shape_area(this.ptr) }
  ['perimeter']() { return wasm.shape_perimeter(this.ptr) }
  scale(by) { wasm.shape_scale(this.ptr, by); return this.area() }
}
function make(size) { return Shape.__wrap(wasm.shape_new(size)) }
function unused() { return wasm.unused_function() }
function finalize(instance, module) { wasm = instance.exports; init.module = module; return wasm }
async function init(input) { if (wasm !== undefined) return wasm; const { instance, module } = await load(input); return finalize(instance, module) }
async function load(input) { return WebAssembly.instantiate(input, {}) }
`

async function used(program: string, path = 'app.mjs'): Promise<UsedExports> {
  return usedExports(path, program)
}

async function names(program: string): Promise<string[]> {
  const result = await used(program)
  if ('reason' in result) throw new Error(result.reason)
  return [...result.names].sort()
}

describe('exports that a script reaches', () => {
  test('functions by reference, methods by name', async () => {
    expect(await names(`${glue} await init('m.wasm'); console.log(make(2).area())`)).toEqual(['shape_area', 'shape_new', 'shape_perimeter'])
    expect(await names(`${glue} await init('m.wasm'); make(2).scale(3)`)).toEqual(['shape_area', 'shape_new', 'shape_perimeter', 'shape_scale'])
  })

  test('a string, a pattern or a template may name a method', async () => {
    const start = `${glue} await init('m.wasm'); const shape = make(2);`
    for (const mention of ["const key = 'scale'", 'const { scale } = shape', 'const key = `scale`', "const key = { scale: 1 }"]) {
      expect(await names(`${start} ${mention}`), mention).toContain('shape_scale')
    }
  })

  test('what is exported, or called under a computed name, can call any method', async () => {
    for (const end of ['export const shape = make(1)', 'make(1)[await name()]()']) {
      const found = await names(`${glue} await init('m.wasm'); ${end}`)
      expect(found, end).toContain('shape_scale')
      expect(found, end).not.toContain('unused_function')
    }
  })

  test('ES module imports of a module, and Emscripten’s properties', async () => {
    expect(await names(`import * as wasm from './m.wasm'; import { b } from './m.wasm'; wasm.a(b())`)).toEqual(['a', 'b'])
    const emscripten = `var Module = {}, f, wasmExports
      function assign(e) { Module['_f'] = f = e['f']; Module['_g'] = e['g'] }
      function receive(instance) { wasmExports = instance.exports; assign(wasmExports); return wasmExports }
      async function instantiate(imports) { const instance = await WebAssembly.instantiate(await bytes(), imports); return instance }
      new Promise((resolve) => { instantiate({}).then((result) => resolve(receive(result['instance']))) })`
    expect(await names(emscripten)).toEqual(['f', 'g'])
  })

  test('an instance is followed wherever it goes before its exports are taken', async () => {
    for (const program of [
      `const { instance: { exports: { a } } } = await WebAssembly.instantiate(x); a()`,
      `const make = async () => new WebAssembly.Instance(await WebAssembly.compile(x)); (await make()).exports.a()`,
      `import bytes from './m.wasm'; const instance = new WebAssembly.Instance(bytes, {}); instance.exports.a()`,
      `const load = () => ({ instance: new WebAssembly.Instance(m), module: m }); load().instance.exports.a()`,
      `const mod = new WebAssembly.Instance(m); mod.exports.a(); export {}`,
      `(async () => { (await import('./m.wasm')).a() })()`,
    ]) {
      expect(await names(program), program).toEqual(['a'])
    }
  })

  test('methods that hosts call by themselves, and functions that pages can call, are reached', async () => {
    const start = `let wasm; class Shape { toJSON() { return wasm.to_json() } handleEvent() { wasm.handle() } other() { wasm.other() } }
      wasm = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(process.argv))).exports; wasm.start(); use(new Shape()); function use(shape) { console.log(JSON.stringify(shape)) }`
    expect(await names(start)).toEqual(['handle', 'start', 'to_json'])
    expect(await used(`(() => { let wasm = new WebAssembly.Instance(m).exports; wasm.a() })(); function onClick() {}`, 'app.js')).toEqual({ names: new Set(['a']) })
    const page = await used(`let start = () => {}; function greet() { box.greet() } class B { b() { boxed().b() } } const box = { greet() { load((wasm) => wasm.greet()) } }
      function load(then) { then(new WebAssembly.Instance(m).exports) }`, 'app.js')
    expect(page).toEqual({ reason: expect.stringMatching(/handed to a function/) as string })
  })

  test.each([
    ['another script is imported', `import { register } from './other.js'; register(make(1))`],
    ['a variable of another script is used', 'React.render(make(1))'],
    ['a global variable is set', 'globalThis.shape = make(1)'],
    ['a method is looked up by a name', 'const method = make(1)[await name()]; method.call()'],
    ['a method is looked up by Reflect.get', 'Reflect.get(make(1), await name())'],
    ['descriptors are read', 'Object.values(Object.getOwnPropertyDescriptors(Shape.prototype)).forEach((each) => each.value())'],
  ])('every method is live when %s', async (_name, program) => {
    expect(await names(`${glue} await init('m.wasm'); ${program}`)).toContain('shape_scale')
  })

  test.each([
    ['a number', 'const all = [1, 2]; for (let i = 0; i < all.length; i++) print(all[i]); function print(x) { console.log(x) }'],
    ['an array', 'const all = new Array(4).fill(0); function at(where) { return all[where] } at(await name())'],
    ['an array of its own in a class', 'class Box { constructor() { this.all = [] } at(where) { return this.all[where] } } new Box().at(await name())'],
    ['a literal', 'const colours = { red: 1 }; console.log(colours[await name()])'],
    ['a property of the same name', 'const copy = (to, from) => { for (const key in from) to[key] = from[key] }; copy({}, make(1))'],
  ])('computed access to %s names no method', async (_name, program) => {
    const found = await names(`${glue.replace('async function', 'const name = () => "x"; async function')} await init('m.wasm'); make(1); ${program}`)
    expect(found).not.toContain('shape_scale')
  })

  /** What TypeScript and esbuild make of async functions for ES2015, and a minifier of the first. */
  const drivers = [
    `var drive = (this && this.drive) || function (thisArg, _arguments, P, generator) {
      function adopt(value) { return value instanceof P ? value : new P(function (resolve) { resolve(value); }); }
      return new (P || (P = Promise))(function (resolve, reject) {
        function fulfilled(value) { try { step(generator.next(value)); } catch (e) { reject(e); } }
        function rejected(value) { try { step(generator["throw"](value)); } catch (e) { reject(e); } }
        function step(result) { result.done ? resolve(result.value) : adopt(result.value).then(fulfilled, rejected); }
        step((generator = generator.apply(thisArg, _arguments || [])).next());
      });
    };`,
    `var drive = (__this, __arguments, _, generator) => new Promise((resolve, reject) => {
      var fulfilled = (value) => { try { step(generator.next(value)) } catch (e) { reject(e) } };
      var rejected = (value) => { try { step(generator.throw(value)) } catch (e) { reject(e) } };
      var step = (x) => x.done ? resolve(x.value) : Promise.resolve(x.value).then(fulfilled, rejected);
      step((generator = generator.apply(__this, __arguments)).next());
    });`,
    `function drive(A,I,g,C){return new(g||(g=Promise))((function(Q,B){function E(A){try{D(C.next(A))}catch(A){B(A)}}function i(A){try{D(C.throw(A))}catch(A){B(A)}}function D(A){var I;A.done?Q(A.value):(I=A.value,I instanceof g?I:new g((function(A){A(I)}))).then(E,i)}D((C=C.apply(A,I||[])).next())}))}`,
  ]
  const driven = `function start() { return drive(this, void 0, void 0, function* () { yield init('m.wasm') }) }
    function whole() { return drive(this, void 0, void 0, function* () { return yield init('m.wasm') }) }
    start().then(() => whole()).then((all) => { all.shape_count(); make(1).area() })`

  test.each(drivers)('what generators yield to a driver and return comes back to the script: %#', async (driver) => {
    expect(await names(`${glue}\n${driver}\n${driven}; import.meta`)).toEqual(['shape_area', 'shape_count', 'shape_new', 'shape_perimeter'])
  })

  test.each([
    ['keeps results', 'step((generator =', 'globalThis.kept = generator; step((generator ='],
    ['resolves to what was yielded', '.then(fulfilled, rejected)', '.then(resolve, rejected)'],
    ['tells somebody', 'resolve(result.value) :', 'resolve(result.value) : told(result.value) &&'],
  ])('a driver that %s is none', async (_name, from, to) => {
    const driver = drivers[0]!.replace(from, to)
    expect(driver).not.toBe(drivers[0])
    expect(await used(`${glue}\n${driver}\nfunction told() {}\n${driven}; import.meta`)).toMatchObject({ reason: expect.stringMatching(/the exports object is yielded in line/) as string })
  })

  test("`Function('return this')` is the global object", async () => {
    expect(await names(`${glue} const root = typeof self === 'object' ? self : Function('return this')(); await init('m.wasm'); make(root.length).area()`)).toEqual(['shape_area', 'shape_new', 'shape_perimeter'])
  })

  test.each([
    ['computed access', 'wasm[process.argv[2]]()', /computed access to the exports object in line \d+/],
    ['enumeration', 'for (const name in wasm) print(name)', /cannot be followed \(ForInStatement\)/],
    ['spread', 'const copy = { ...wasm }', /SpreadElement/],
    ['a property that somebody reads', 'const box = {}; box.held = wasm; use(box.held)', /stored in a property/],
    ['a call', 'Object.keys(wasm)', /handed to a function/],
    ['a result that is kept', 'globalThis.kept = await init()', /stored in a property/],
    ['an exported init', 'export { init }', /init, which returns the exports object, is handed on/],
    ['an exported function that returns it', 'export async function start() { return init() }', /start, which returns the exports object, can be called/],
    ['an exported function by default', 'export default async function () { return init() }', /returns the exports object is exported/],
    ['an exported variable', 'export const held = await init()', /other scripts can read/],
    ['an instance that is exported', 'export const { instance } = await load()', /the instance is stored in a variable that other scripts can read/],
    ['an instance in a property', 'const app = {}; app.it = (await load()).instance; print(app.it)', /the instance is stored in a property/],
    ['an instance that is handed on', 'print((await load()).instance)', /the instance is handed to a function/],
    ['an instance searched by name', 'print((await load()).instance[await name()])', /computed access to the instance/],
    ['a function with more arguments than it names', 'take(1, wasm); function take(first, ...rest) { return rest[0] }', /handed to a function/],
    ['a function that uses arguments', 'take(wasm); function take(first) { return arguments[0] }', /handed to a function/],
    ['a function called otherwise', 'init.call(null)', /init, which returns the exports object, is handed on/],
    ['instantiate under another name', 'const { instantiate } = WebAssembly', /WebAssembly is handed on/],
    ['WebAssembly by a computed name', 'WebAssembly[await name()](x)', /computed access to WebAssembly/],
    ['WebAssembly of another object', "const W = globalThis['WebAssembly']", /WebAssembly is handed on/],
    ['code in a text', 'new Worker(URL.createObjectURL(new Blob([`WebAssembly.instantiate(m).then(({ instance }) => instance.exports.b())`])))', /a text holds code/],
    ['a module that is exported again', "export * from './m.wasm'", /exported again/],
    ['import() of anything', 'print(await import(await name()))', /import\(\) of a path that is computed/],
    ['a timer with a text', "setTimeout('wasm.b()', 1)", /makes functions from text/],
    ['rest', 'const { a, ...others } = wasm', /taken apart/],
    ['a generator', 'function* each() { yield init() }; for (const one of each()) one.then(print)', /the exports object is yielded/],
    ['eval', 'eval(text)', /evaluates text/],
    ['functions from text', 'new Function("x", text)', /makes functions from text/],
  ])('%s keeps everything, with the reason', async (_name, program, reason) => {
    expect(await used(`${glue}\n${program}`)).toMatchObject({ reason: expect.stringMatching(reason) as string })
  })
})

describe('modules of a build', () => {
  const module = assemble('(module (func (export "a")) (func (export "b")) (func (export "_start")) (memory (export "memory") 1))')
  const program = `import * as wasm from './m.wasm'\nwasm.a()\n`
  const find = (files: Readonly<Record<string, string | Uint8Array>>) =>
    unreachedExports(
      Object.entries(files).map(([path, content]) => ({ path, size: content.length })),
      async (path) => (typeof files[path] === 'string' ? new TextEncoder().encode(files[path]) : files[path]),
    )

  test('one script, one module: functions that it does not take', async () => {
    expect(await find({ 'app.js': program, 'm.wasm': module })).toEqual({ byPath: { 'm.wasm': ['b'] }, diagnostics: [] })
  })

  test.each([
    ['two scripts', { 'other.js': `fetch('m.wasm')` }, /2 files name it/],
    ['a page', { 'index.html': `<script>WebAssembly.instantiateStreaming(fetch('m.wasm'))</script>` }, /2 files name it/],
    ['a script that loads what it does not name', { 'worker.js': 'WebAssembly.instantiate(await fetch(name))' }, /worker.js may load/],
    ['a script that may be handed the module', { 'n.wasm': module, 'worker.js': `onmessage = async ({ data }) => WebAssembly.instantiate(data ?? await fetch('n.wasm'))` }, /worker.js may load/],
    ['a package that offers it', { 'package.json': '{"exports":{"./m.wasm":"./m.wasm"}}' }, /2 files name it/],
    ['a source in another language', { 'App.vue': `<script>import url from './m.wasm?url'</script>` }, /2 files name it/],
    ['a second module of that name', { 'copy/m.wasm': module }, /another module/],
  ])('%s keeps everything', async (_name, more, reason) => {
    const result = await find({ 'app.js': program, 'm.wasm': module, ...more })
    expect(result.byPath).toEqual({})
    expect(result.diagnostics[0]!.message).toMatch(reason)
  })

  test('what npm writes about a package changes nothing', async () => {
    const files = { 'app.js': program, 'm.wasm': module, 'm.wasm.d.ts': 'export const b', 'package.json': '{"files":["m.wasm"],"sideEffects":["./m.wasm"]}' }
    expect((await find(files)).byPath).toEqual({ 'm.wasm': ['b'] })
  })

  test('methods that other scripts of the build mention are live', async () => {
    const app = `let wasm; class Box { put() { wasm.b() } }; const { instance } = await WebAssembly.instantiate(await fetch('m.wasm')); wasm = instance.exports; wasm.a(); document.body.box = new Box(); import.meta`
    expect((await find({ 'app.js': app, 'm.wasm': module })).byPath).toEqual({ 'm.wasm': ['b'] })
    expect((await find({ 'app.js': app, 'm.wasm': module, 'index.html': '<button onclick="document.body.box.put()">' })).byPath).toEqual({})
    expect((await find({ 'app.js': app, 'm.wasm': module, 'other.js': 'box[name]()' })).byPath).toEqual({})
  })

  test('a module that a script holds as base64', async () => {
    const script = `const { instance } = await WebAssembly.instantiate(Buffer.from('${Buffer.from(module).toString('base64')}', 'base64')); instance.exports.a()`
    expect((await find({ 'app.mjs': script })).byPath).toEqual({ 'app.mjs#wasm-1': ['b'] })
    expect((await find({ 'app.mjs': script, 'other.js': 'WebAssembly.instantiate(posted)' })).byPath).toEqual({})
  })

  describe('wasm-bindgen makes functions of texts that the module hands over', () => {
    const name = '__wbg_newnoargs_0123456789abcdef'
    const handing = (text: string, call = '(call $new (i32.const 1024) (i32.const 11))', more = '') =>
      assemble(`(module (import "wbg" "${name}" (func $new (param i32 i32) (result i32))) (memory (export "memory") 1)
        (data (i32.const 1000) "some text before this   ${text}") ${more}
        (func (export "a") (param i32) (result i32) ${call}) (func (export "b")))`)
    const script = (more = '') => `let wasm
      const text = (at, length) => new TextDecoder().decode(new Uint8Array(wasm.memory.buffer, at, length))
      const imports = { wbg: {} }
      imports.wbg.${name} = function (arg0, arg1) { const made = new Function(text(arg0, arg1)); return keep(made) }
      function keep() { return 1 }
      const { instance } = await WebAssembly.instantiate(await fetch('m.wasm'), imports)
      wasm = instance.exports; wasm.a(0); import.meta; ${more}`

    test('`return this` changes nothing', async () => {
      expect(await find({ 'app.js': script(), 'm.wasm': handing('return this') })).toEqual({ byPath: { 'm.wasm': ['b'] }, diagnostics: [] })
    })

    test.each([
      ['another text', handing('return wasm'), ''],
      ['a text of a computed length', handing('return this', '(call $new (i32.const 1024) (local.get 0))'), ''],
      ['a function that is called through a table', handing('return this', undefined, '(table 1 funcref) (elem (i32.const 0) $new)'), ''],
      ['a function that the script calls, too', handing('return this'), `imports.wbg.${name}(await where(), 3); function where() {}`],
    ])('%s keeps everything', async (_name, bytes, more) => {
      const result = await find({ 'app.js': script(more), 'm.wasm': bytes })
      expect(result.byPath).toEqual({})
      expect(result.diagnostics[0]!.message).toMatch(/makes functions from text in line 4/)
    })
  })

  test('the command drops them, and the program still runs', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
    try {
      const text = `(module (func (export "a") (result i32) (i32.const 5)) (func (export "b") (param i32) (result i32) ${'(local.set 0 (i32.mul (local.get 0) (i32.const 77777)))'.repeat(50)} (local.get 0)))`
      mkdirSync(join(folder, 'dist'))
      writeFileSync(join(folder, 'dist/m.wasm'), assemble(text))
      const script = `import { readFileSync } from 'node:fs'\nconst { instance } = await WebAssembly.instantiate(readFileSync(new URL('m.wasm', import.meta.url)))\nconst wasm = instance.exports\nconsole.log(wasm.a())\n`
      writeFileSync(join(folder, 'dist/app.mjs'), script)
      const { code, stdout } = await runCli(['build', 'dist', '--out', 'out', '--measure', 'raw'], { cwd: folder })
      expect(code, stdout).toBe(0)
      expect(stdout).toContain('dropped 1 of 2 exports')
      expect(readFileSync(join(folder, 'out/m.wasm')).length).toBeLessThan(50)
      expect(execFileSync(process.execPath, [join(folder, 'out/app.mjs')], { encoding: 'utf8' })).toBe('5\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

test('a program with iced-x86: most exports go, the program says the same', async () => {
  const require = createRequire(import.meta.url)
  const glueFile = require.resolve('iced-x86')
  const contents = `const { Decoder, Formatter, FormatterSyntax } = require(${JSON.stringify(glueFile)})
    const decoder = new Decoder(64, Uint8Array.from([0x48, 0x89, 0x5c, 0x24, 0x10, 0x55]), 0)
    const formatter = new Formatter(FormatterSyntax.Nasm)
    while (decoder.canDecode) console.log(formatter.format(decoder.decode()))`
  const bundled = await build({ stdin: { contents, resolveDir: dirname(glueFile) }, bundle: true, format: 'cjs', platform: 'node', write: false })
  const folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
  try {
    writeFileSync(join(folder, 'app.cjs'), bundled.outputFiles[0]!.contents)
    cpSync(join(dirname(glueFile), 'iced_x86_bg.wasm'), join(folder, 'iced_x86_bg.wasm'))
    const run = (): string => execFileSync(process.execPath, [join(folder, 'app.cjs')], { encoding: 'utf8' })
    const before = run()
    const bytes = new Uint8Array(readFileSync(join(folder, 'iced_x86_bg.wasm')))
    const found = await usedExports('app.cjs', bundled.outputFiles[0]!.text)
    if ('reason' in found) throw new Error(found.reason)
    const module = readModule(bytes)
    const gone = module.exports.filter(({ kind, name }) => kind === 'function' && !found.names.has(name)).map(({ name }) => name)
    expect(gone.length).toBeGreaterThan(600)
    writeFileSync(join(folder, 'iced_x86_bg.wasm'), withoutExports(module, new Set(gone)))
    expect(run()).toBe(before)
    expect(before).toContain('mov [rsp+10h],rbx')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
