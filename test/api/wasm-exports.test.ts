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
      new Promise((resolve) => { Module.instantiate((i) => resolve(receive(i))) })`
    expect(await names(emscripten)).toEqual(['f', 'g'])
  })

  test.each([
    ['computed access', 'wasm[process.argv[2]]()', /computed access to the exports object in line \d+/],
    ['enumeration', 'for (const name in wasm) print(name)', /cannot be followed \(ForInStatement\)/],
    ['spread', 'const copy = { ...wasm }', /SpreadElement/],
    ['a property that somebody reads', 'const box = {}; box.held = wasm; use(box.held)', /stored in a property/],
    ['a call', 'Object.keys(wasm)', /handed to a function/],
    ['a result that is kept', 'globalThis.kept = await init()', /stored in a property/],
    ['an exported init', 'export { init }', /init, which returns the exports object, is handed on/],
    ['rest', 'const { a, ...others } = wasm', /taken apart/],
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
    ['a second module of that name', { 'copy/m.wasm': module }, /another module/],
  ])('%s keeps everything', async (_name, more, reason) => {
    const result = await find({ 'app.js': program, 'm.wasm': module, ...more })
    expect(result.byPath).toEqual({})
    expect(result.diagnostics[0]!.message).toMatch(reason)
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
