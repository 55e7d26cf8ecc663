import { describe, expect, test } from 'vitest'
import { readModule } from '../../../../src/formats/wasm/read/read-module.ts'
import { lowerCallTableIndex } from '../../../../src/formats/wasm/transforms/lowering/call-table-index.ts'
import { lowerSignExtensions } from '../../../../src/formats/wasm/transforms/lowering/sign-extensions.ts'
import { lowerTailCalls } from '../../../../src/formats/wasm/transforms/lowering/tail-calls.ts'
import { lowerWideArithmetic } from '../../../../src/formats/wasm/transforms/lowering/wide-arithmetic.ts'
import { assemble } from '../assemble.ts'
import { customSection, section } from '../build.ts'
import { host, instantiate, settings, shrink, testContext } from './harness.ts'

function featuresOf(bytes: Uint8Array): string[] {
  return readModule(bytes).features.map(({ feature }) => feature)
}

describe('sign extensions', () => {
  const operations = [
    ['i32', 8],
    ['i32', 16],
    ['i64', 8],
    ['i64', 16],
    ['i64', 32],
  ] as const

  test.each(operations)('%s.extend%i_s gives what the engine gives', (type, bits) => {
    const bytes = assemble(`(module (func (export "f") (param ${type}) (result ${type}) (${type}.extend${bits}_s (local.get 0))))`)
    const lowered = lowerSignExtensions(bytes)
    expect(featuresOf(bytes)).toContain('sign-extensions')
    expect(featuresOf(lowered)).not.toContain('sign-extensions')
    const call = (module: Uint8Array) => instantiate(module)['f'] as unknown as (value: number | bigint) => number | bigint
    for (const value of [0, 1, -1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xdeadbeef]) {
      const given = type === 'i64' ? BigInt(value) * 0x1_0000_0001n : value
      expect(call(lowered)(given), String(value)).toBe(call(bytes)(given))
    }
  })
})

describe('wide arithmetic', () => {
  // The engine here has none: the expected values are those of BigInt. The two halves are stored and read back.
  const prepare = (instruction: string, operands: number): ((...values: bigint[]) => bigint) => {
    const params = Array.from({ length: operands }, (_, i) => `(local.get ${i})`).join(' ')
    const bytes = assemble(`(module (memory (export "memory") 1)
      (func (export "f") ${'(param i64)'.repeat(operands)} (local $low i64) (local $high i64)
        (${instruction} ${params}) (local.set $high) (local.set $low)
        (i64.store (i32.const 0) (local.get $low)) (i64.store (i32.const 8) (local.get $high))))`)
    expect(featuresOf(bytes)).toContain('wide-arithmetic')
    const lowered = lowerWideArithmetic(bytes)
    expect(featuresOf(lowered)).toEqual(['big-int'])
    const exports = instantiate(lowered) as unknown as { f(...values: bigint[]): void; memory: { buffer: ArrayBuffer } }
    return (...values) => {
      exports.f(...values)
      const [low, high] = new BigUint64Array(exports.memory.buffer, 0, 2)
      return (high! << 64n) | low!
    }
  }
  const wide = (value: bigint): bigint => BigInt.asUintN(128, value)
  const halves = (value: bigint): readonly [bigint, bigint] => [BigInt.asIntN(64, value), BigInt.asIntN(64, value >> 64n)]
  const values = [0n, 1n, -1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 63n - 1n, -(2n ** 63n), 0x1234_5678_9abc_def0n, -0x0fed_cba9_8765_4321n]
  const pairs = values.flatMap((a) => values.map((b) => [a, b] as const))

  test('i64.mul_wide_s and i64.mul_wide_u', () => {
    const [signed, unsigned] = [prepare('i64.mul_wide_s', 2), prepare('i64.mul_wide_u', 2)]
    for (const [a, b] of pairs) {
      expect(signed(a, b), `${a} * ${b}`).toBe(wide(a * b))
      expect(unsigned(a, b), `${a} * ${b}`).toBe(BigInt.asUintN(64, a) * BigInt.asUintN(64, b))
    }
  })

  test('i64.add128 and i64.sub128 carry and borrow', () => {
    const [add, subtract] = [prepare('i64.add128', 4), prepare('i64.sub128', 4)]
    for (const [a, b] of pairs) {
      const [x, y] = [a * 0x1_0000_0000_0000_0001n, b * 0x3_0000_0000_0000_0007n].map(wide) as [bigint, bigint]
      const operands = [...halves(x), ...halves(y)]
      expect(add(...operands), `${x} + ${y}`).toBe(wide(x + y))
      expect(subtract(...operands), `${x} - ${y}`).toBe(wide(x - y))
    }
  })
})

describe('the padded table index of call_indirect', () => {
  // type () -> (), table 0, a function that calls through it with the index in five bytes, as linkers leave it.
  const padded = Uint8Array.from([
    0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // \0asm, version 1
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(4, [1, 0x70, 0, 1]),
    ...section(10, [1, 11, 0, 0x41, 0, 0x11, 0, 0x80, 0x80, 0x80, 0x80, 0x00, 0x0b]),
  ])

  test('is one zero byte after lowering; nothing else of reference types was used', () => {
    expect(featuresOf(padded)).toEqual(['call-indirect-overlong'])
    const lowered = lowerCallTableIndex(padded)
    expect(featuresOf(lowered)).toEqual([])
    expect(lowered.length).toBe(padded.length - 4)
    expect(host.validate(lowered)).toBe(true)
  })

  test('is what a target without reference types gets', async () => {
    const absentFeatures = { 'reference-types': ['safari-14'], simd: ['safari-14'] }
    const context = testContext()
    const { artifact, changes, after, redefined } = await shrink(padded, settings('fast', 'raw', { absentFeatures }), context)
    expect(featuresOf(artifact.bytes)).toEqual([])
    expect(changes[0]).toMatchObject({ transform: 'wasm/lower', what: 'lowered call-indirect-overlong for safari-14' })
    expect(redefined).toBe(true)
    expect(after.requirements.filter(({ kind }) => kind === 'wasm-feature')).toEqual([])
    expect(context.diagnostics).toEqual([])
  })
})

describe('tail calls', () => {
  const loop = (limit: string) => `(module (type $f (func (param i32 i32) (result i32))) (table 1 funcref) (elem (i32.const 0) $sum)
    (func $sum (export "sum") (param i32 i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
      (${limit} (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 0) (local.get 1)))))`

  test('become a call and a return, when asked for by name', () => {
    const bytes = assemble(loop('return_call $sum'), ['tail-call'])
    const lowered = lowerTailCalls(bytes)
    expect(featuresOf(lowered)).toEqual([])
    expect(instantiate(lowered)['sum']!(100, 0)).toBe(5050)
  })

  test('through a table as well', () => {
    const text = loop('return_call_indirect (type $f)').replace(/\(i32\.add[^\n]*/, '(i32.add (local.get 0) (local.get 1)) (i32.const 0))))')
    const lowered = lowerTailCalls(assemble(text, ['tail-call']))
    expect(featuresOf(lowered)).toEqual([])
    expect(instantiate(lowered)['sum']!(100, 0)).toBe(5050)
  })

  test('are left for a target, which could run out of stack, and the report says how to have them lowered', async () => {
    const context = testContext()
    const bytes = assemble(loop('return_call $sum'), ['tail-call'])
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { absentFeatures: { 'tail-call': ['node18'] } }), context)
    expect(artifact.bytes).toEqual(bytes)
    expect(context.diagnostics).toMatchObject([{ code: 'transform/skipped', message: expect.stringMatching(/node18 lacks what cannot be lowered: tail-call \(.*--wasm-lower tail-call/) as string }])
  })

  test('inside of handlers are refused: the handlers would see what the callee throws', () => {
    const text = '(module (tag $e) (func $g (throw $e)) (func (export "f") (block $b (try_table (catch $e $b) (return_call $g)))))'
    expect(() => lowerTailCalls(assemble(text))).toThrow(/handlers for exceptions/)
  })
})

describe('for targets', () => {
  const relaxedAndGc = '(module (type $s (struct (field i32))) (memory 1) (func (export "f") (param v128 v128) (v128.store (i32.const 0) (f32x4.relaxed_min (local.get 0) (local.get 1)))) (func (export "g") (result i32) (struct.get $s 0 (struct.new_default $s))))'

  test('nothing is made larger for a target that fails on something else', async () => {
    const bytes = assemble(relaxedAndGc)
    const context = testContext()
    const absentFeatures = { gc: ['node18'], 'relaxed-simd': ['node18'] }
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { absentFeatures }), context)
    expect(featuresOf(artifact.bytes)).toContain('relaxed-simd')
    expect(context.diagnostics).toMatchObject([{ message: expect.stringContaining('node18 lacks what cannot be lowered: gc (its objects') as string }])
  })

  test('another target that has the rest gets its lowering', async () => {
    const absentFeatures = { gc: ['node18'], 'relaxed-simd': ['node18', 'safari-18'] }
    const { artifact, changes } = await shrink(assemble(relaxedAndGc), settings('fast', 'raw', { absentFeatures }))
    expect(featuresOf(artifact.bytes)).not.toContain('relaxed-simd')
    expect(changes[0]!.what).toBe('lowered relaxed-simd to simd for safari-18')
  })

  test('what stands for a feature must be there on every target', async () => {
    const legacy = assemble('(module (tag $e) (func (export "f") (try (do (throw $e)) (catch $e))))')
    const context = testContext()
    const absentFeatures = { exceptions: ['wasmtime-49'], 'exceptions-final': ['node20'] }
    const { artifact } = await shrink(legacy, settings('fast', 'raw', { absentFeatures }), context)
    expect(featuresOf(artifact.bytes)).toContain('exceptions')
    expect(context.diagnostics[0]!.message).toBe('wasmtime-49 lacks what cannot be lowered: exceptions (only to exceptions-final, which node20 does not have)')
  })

  test('a target that the module does not run on anyway has no say in it', async () => {
    const legacy = assemble('(module (tag $e) (func (export "f") (param v128) (try (do (throw $e)) (catch $e))))')
    const absentFeatures = { exceptions: ['wasmtime-49'], 'exceptions-final': ['wasm3'], simd: ['wasm3'] }
    const { artifact } = await shrink(legacy, settings('fast', 'raw', { absentFeatures }))
    expect(featuresOf(artifact.bytes)).toContain('exceptions-final')
  })

  test('a memory that the host makes keeps its type', async () => {
    const bytes = assemble('(module (import "env" "memory" (memory i64 1)) (func (export "f") (result i32) (i32.load (i64.const 0))))')
    const context = testContext()
    await shrink(bytes, settings('fast', 'raw', { absentFeatures: { memory64: ['safari-18'] } }), context)
    expect(context.diagnostics[0]!.message).toContain('the memory is imported')
  })

  test('a 64-bit memory of the module becomes a 32-bit one', async () => {
    const bytes = assemble('(module (memory (export "memory") i64 1) (data (i64.const 16) "lower") (func (export "f") (param i64) (result i32) (i32.load8_u offset=16 (local.get 0))))')
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { absentFeatures: { memory64: ['safari-18'] } }))
    expect(featuresOf(artifact.bytes)).not.toContain('memory64')
    expect((instantiate(artifact.bytes)['f'] as unknown as (at: bigint) => number)(2n)).toBe('w'.charCodeAt(0))
  })

  test('features that are no more than advice are nobody’s concern', async () => {
    const hinted = Uint8Array.from([...assemble('(module (func (export "f")))'), ...customSection('metadata.code.branch_hint', [0])])
    const context = testContext()
    const { artifact } = await shrink(hinted, settings('fast', 'raw', { absentFeatures: { 'branch-hinting': ['node18'] } }), context)
    expect(artifact.bytes).toEqual(hinted)
    expect(context.diagnostics).toEqual([])
  })
})
