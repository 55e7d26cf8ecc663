import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../../src/core/analysis.ts'
import type { Finding } from '../../../src/core/finding.ts'
import type { WasmDetail } from '../../../src/formats/wasm/detail.ts'
import { analyzeWasm } from '../../../src/formats/wasm/analyze.ts'
import { wasmRules } from '../../../src/formats/wasm/rules/index.ts'
import { verifyWasm } from '../../../src/formats/wasm/verify.ts'
import { assemble } from './assemble.ts'
import { customSection, leb, text } from './build.ts'

function analyze(bytes: Uint8Array, settings = {}): Analysis<WasmDetail> {
  return analyzeWasm({ path: 'a.wasm', bytes }, settings)
}

function findings(bytes: Uint8Array): Omit<Finding, 'ruleId'>[] & { ids: string[] } {
  const analysis = analyze(bytes)
  const all = wasmRules.flatMap((rule) => [...rule.check(analysis)].map((finding) => ({ ruleId: rule.id, ...finding })))
  return Object.assign(all, { ids: all.map(({ ruleId }) => ruleId) })
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

describe('requirements', () => {
  test('features carry the place of their first use', () => {
    const bytes = assemble('(module (func (export "f") (param i32) (result i32) (i32.extend8_s (local.get 0))))')
    const requirement = analyze(bytes).requirements.find(({ kind }) => kind === 'wasm-feature')!
    expect(requirement).toMatchObject({ name: 'sign-extensions', need: 'required' })
    expect(requirement.evidence[0]).toMatchObject({ text: 'i32.extend8_s', function: 'f' })
    expect(bytes[requirement.evidence[0]!.offset!]).toBe(0xc0)
  })

  test('what came with another feature is asked for under that name', () => {
    const bytes = assemble('(module (memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0))))')
    expect(analyze(bytes).requirements.filter(({ kind }) => kind === 'wasm-feature').map(({ name }) => name)).toEqual(['bulk-memory'])
  })

  test('tags beside either version of exception handling are no requirement of their own', () => {
    const alone = assemble('(module (tag $e) (func (throw $e)))')
    expect(analyze(alone).properties['features']).toEqual(['exception-tags'])
    const legacy = assemble('(module (tag $e) (func (try (do (throw $e)) (catch_all))))')
    expect(analyze(legacy).requirements.map(({ name }) => name)).toEqual(['exceptions'])
  })

  const interfaceCases: readonly (readonly [string, string, string])[] = [
    ['WASI preview 1', '(import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))', 'wasi-preview1'],
    ['WASI 0.2', '(import "wasi:http/types@0.2.3" "[constructor]fields" (func (result i32)))', 'wasi:http/types@0.2.3'],
    ['wasi-threads', '(import "wasi" "thread-spawn" (func (param i32) (result i32)))', 'wasi-threads'],
    ['WASIX', '(import "wasix_32v1" "sock_open" (func))', 'wasix'],
    ['wasi-nn', '(import "wasi_ephemeral_nn" "load" (func))', 'wasi-nn'],
    ['Spin', '(import "fermyon:spin/key-value@2.0.0" "get" (func))', 'spin'],
    ['Fastly', '(import "fastly_http_req" "send" (func))', 'fastly'],
    ['Emscripten', '(import "env" "emscripten_resize_heap" (func (param i32) (result i32)))', 'emscripten'],
    ['minified Emscripten', '(import "a" "b" (func)) (func (export "c"))', 'emscripten'],
    ['wasm-bindgen', '(import "./x_bg.js" "__wbindgen_throw" (func (param i32 i32)))', 'wasm-bindgen'],
    ['Go', '(import "gojs" "runtime.wasmExit" (func (param i32)))', 'go-js'],
    ['TinyGo', '(import "gojs" "runtime.ticks" (func (result f64)))', 'go-js'],
    ['napi-rs', '(import "env" "napi_create_function" (func (result i32)))', 'emnapi'],
    ['Proxy-Wasm', '(import "env" "proxy_log" (func))', 'proxy-wasm'],
    ['Dart', '(import "dart2wasm" "_181" (func))', 'dart'],
  ]
  test.each(interfaceCases)('%s', (_title, fields, expected) => {
    expect(analyze(assemble(`(module ${fields})`)).properties['interfaces']).toContain(expected)
  })

  test('calls of the host are listed one by one, glue as a whole, the rest by name', () => {
    const bytes = assemble(`(module
      (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (import "own" "thing" (func)) (import "host" "log" (func)))`)
    expect(analyze(bytes).requirements.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'wasm-interface wasi-preview1',
      'wasm-import wasi_snapshot_preview1.fd_write',
      'wasm-import host.log',
      'wasm-import own.thing',
    ])
  })

  test('what Emscripten brings answers its WASI calls', () => {
    const bytes = assemble(`(module
      (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
      (import "env" "emscripten_date_now" (func (result f64))) (import "env" "my_own" (func)))`)
    expect(analyze(bytes).requirements.map(({ kind, name, value }) => `${kind} ${name} ${value}`)).toEqual(['wasm-interface emscripten 3'])
  })

  test('memory: at start, at most, shared', () => {
    const bytes = assemble('(module (memory 2048 4096 shared))')
    expect(analyze(bytes).requirements.filter(({ kind }) => kind === 'wasm-memory')).toMatchObject([
      { name: 'initial', value: 2048 * 65536, need: 'required' },
      { name: 'maximum', value: 4096 * 65536, need: 'required' },
      { name: 'shared', need: 'required' },
    ])
    expect(findings(bytes).ids).toContain('wasm/large-initial-memory')
    expect(analyze(assemble('(module (memory 1 2))')).requirements.find(({ name }) => name === 'maximum')?.need).toBe('possible')
  })

  test('a dynamic library is compiled at run time', () => {
    const bytes = join(assemble('(module)'), customSection('dylink.0', [1, 4, 0, 0, 0, 0]))
    expect(analyze(bytes).requirements.map(({ kind }) => kind)).toContain('runtime-compilation')
    expect(analyze(bytes).properties['kind']).toBe('shared library')
  })
})

describe('sizes', () => {
  const bytes = join(
    assemble('(module (memory 1) (data (i32.const 0) "hello") (table 1 funcref) (elem (i32.const 0) $a) (func $a (call $b)) (func $b) (export "a" (func $a)))'),
    customSection('name', [1, 12, 2, 0, 4, ...text('p::f'), 1, 3, ...text('abc')]),
  )
  for (const by of ['section', 'segment', 'symbol', 'package', 'module'] as const) {
    test(`by ${by} they sum to the file`, () => {
      const { ranges, byteLength } = analyze(bytes, { by }).sizes
      expect(ranges.reduce((sum, { size }) => sum + size, 0)).toBe(byteLength)
      expect(ranges.filter(({ kind }) => kind === 'gap')).toEqual([])
    })
  }

  test('functions by name and by package', () => {
    expect(analyze(bytes, { by: 'symbol' }).sizes.ranges.filter(({ kind }) => kind === 'function').map(({ label }) => label)).toEqual(['p::f', 'abc'])
    expect(analyze(bytes, { by: 'package' }).sizes.ranges.filter(({ kind }) => kind === 'package').map(({ label }) => label)).toEqual(['p', '[functions of no package]'])
  })
})

describe('rules', () => {
  test('a clean module has no findings', () => {
    expect(findings(assemble('(module (func (export "f")))')).ids).toEqual([])
  })

  test('names, DWARF and metadata are waste to the byte', () => {
    const clean = assemble('(module (func (export "f")))')
    const extra = [
      customSection('name', [1, 4, 1, 0, 1, 102]),
      customSection('.debug_info', Array.from({ length: 100 }, () => 7)),
      customSection('sourceMappingURL', [3, ...text('a.b')]),
    ]
    const found = findings(join(clean, ...extra))
    expect(found.ids).toEqual(['wasm/debug-info-shipped', 'wasm/metadata-shipped', 'wasm/names-shipped'])
    expect(found.map(({ wastedBytes }) => wastedBytes)).toEqual([extra[1]!.length, extra[2]!.length, extra[0]!.length])
  })

  test('target_features that claim too much, and too little', () => {
    const section = customSection('target_features', [1, 0x2b, 7, ...text('simd128')])
    const found = findings(join(assemble('(module (func (export "f") (param i32) (result i32) (i32.extend8_s (local.get 0))))'), section))
    expect(found.map(({ data }) => data)).toEqual([{ missing: ['sign-ext'] }, { unused: ['simd128'] }])
  })

  test('functions that nothing can call', () => {
    const found = findings(assemble('(module (func $live (export "f")) (func $dead (call $deader)) (func $deader (drop (i32.const 1))))'))
    expect(found.ids).toEqual(['wasm/unreachable-functions'])
    expect(found[0]!.data).toMatchObject({ functions: 2 })
  })

  test('a function in a table is kept by the table', () => {
    expect(findings(assemble('(module (table 1 funcref) (elem (i32.const 0) $f) (func $f) (func (export "g") (call_indirect (i32.const 0))))')).ids).toEqual([])
  })

  test('copies of one function', () => {
    const body = '(drop (i32.const 1))'.repeat(400)
    const found = findings(assemble(`(module (func (export "f") ${body}) (func (export "g") ${body}))`))
    expect(found.ids).toEqual(['wasm/duplicate-functions'])
    expect(found[0]!.data).toMatchObject({ functions: 1 })
  })

  test('object files', () => {
    expect(findings(join(assemble('(module)'), customSection('linking', [2]))).ids).toContain('wasm/relocatable-object')
  })
})

describe('verify', () => {
  const before = analyze(assemble('(module (import "e" "g" (func (param i32))) (func (export "f") (param i32)))'))
  const problems = (wat: string): string[] => verifyWasm(before, analyze(assemble(wat), { shallow: true }))

  test('the same, or with an import fewer, passes', () => {
    expect(verifyWasm(before, before)).toEqual([])
    expect(problems('(module (func (export "f") (param i32)))')).toEqual([])
  })

  test('a lost export, a changed type, a new import and a new feature do not', () => {
    expect(problems('(module)')).toEqual(['export function f (i32) -> () is gone'])
    expect(problems('(module (func (export "f") (param f32)))')).toHaveLength(2)
    expect(problems('(module (import "e" "h" (func)) (func (export "f") (param i32)))')).toEqual(['import function e.h () -> () is new'])
    expect(problems('(module (func (export "f") (param i32) (drop (i32.extend8_s (local.get 0)))))')).toEqual([
      'it needs the feature sign-extensions (i32.extend8_s), which it did not',
    ])
  })
})

test('leb writes what the reader reads', () => {
  expect(leb(300)).toEqual([0xac, 0x02])
})
