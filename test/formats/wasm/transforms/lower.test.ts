import { describe, expect, test } from 'vitest'
import { readModule } from '../../../../src/formats/wasm/read/read-module.ts'
import { lowerSaturatingConversions } from '../../../../src/formats/wasm/transforms/lowering/saturating-conversions.ts'
import { lowerRelaxedSimd } from '../../../../src/formats/wasm/transforms/lowering/relaxed-simd.ts'
import { assemble } from '../assemble.ts'
import { customSection } from '../build.ts'
import { host, instantiate, settings, shrink, testContext } from './harness.ts'

function featuresOf(bytes: Uint8Array): string[] {
  return readModule(bytes).features.map(({ feature }) => feature)
}

/** `f(op, a, b, c)`: the instruction on vectors in memory at 0, 16 and 32; the result at 48. */
function vectorModule(instruction: string, operands: number): Uint8Array {
  const loads = Array.from({ length: operands }, (_, i) => `(v128.load (i32.const ${i * 16}))`).join(' ')
  return assemble(`(module (memory (export "memory") 1)
    (func (export "run") (param i64) (local f32 v128) (local i32)
      (v128.store (i32.const 48) (${instruction} ${loads})))
    (func (export "twice") (v128.store (i32.const 64) (${instruction} ${loads})) (v128.store (i32.const 48) (${instruction} ${loads}))))`)
}

type Lanes = Int8Array | Uint8Array | Int16Array | Int32Array | Uint32Array | Float32Array | Float64Array
type LanesOf = new (buffer: ArrayBufferLike, offset: number, length: number) => Lanes

function run(bytes: Uint8Array, vectors: readonly Uint8Array[], as: LanesOf): number[] {
  const exports = instantiate(bytes) as unknown as { memory: { buffer: ArrayBuffer }; run: (x: bigint) => void; twice: () => void }
  for (const [i, vector] of vectors.entries()) new Uint8Array(exports.memory.buffer).set(vector, i * 16)
  exports.run(0n)
  const length = 16 / (as as unknown as { BYTES_PER_ELEMENT: number }).BYTES_PER_ELEMENT
  const result = Array.from(new as(exports.memory.buffer, 48, length) as Iterable<number>)
  exports.twice()
  expect(Array.from(new as(exports.memory.buffer, 64, length) as Iterable<number>)).toEqual(result)
  return result
}

const int = (value: number, bits: number): number => (bits === 32 ? value | 0 : (value << (32 - bits)) >> (32 - bits))
const f32 = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer)
const f64 = (...values: number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer)
const i8 = (...values: number[]): Uint8Array => new Uint8Array(Int8Array.from(values).buffer)
const i16 = (...values: number[]): Uint8Array => new Uint8Array(Int16Array.from(values).buffer)
const i32 = (...values: number[]): Uint8Array => new Uint8Array(Int32Array.from(values).buffer)
const counting = Array.from({ length: 16 }, (_, i) => i)

const a8 = i8(1, -2, 3, -4, 127, -128, 100, 7, 0, 9, -1, -1, 64, 64, -128, -128)
const b8 = i8(5, 6, 7, 8, 127, 127, 1, 2, 3, 4, 127, 127, 2, 2, 127, 127)
const [av, bv] = [new Int8Array(a8.buffer), new Int8Array(b8.buffer)]
const dots = Array.from({ length: 8 }, (_, i) => int(av[2 * i]! * bv[2 * i]! + av[2 * i + 1]! * bv[2 * i + 1]!, 16))

interface Case {
  readonly instruction: string
  readonly vectors: readonly Uint8Array[]
  readonly as: LanesOf
  readonly expected: readonly number[]
}

const mask = i32(-1, 0, -1, 0)
const cases: readonly Case[] = [
  { instruction: 'i8x16.relaxed_swizzle', vectors: [i8(...counting.map((i) => i + 50)), i8(15, 14, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)], as: Int8Array, expected: [65, 64, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63] },
  { instruction: 'i32x4.relaxed_trunc_f32x4_s', vectors: [f32(1.9, -1.9, 0, 1e6)], as: Int32Array, expected: [1, -1, 0, 1e6] },
  { instruction: 'i32x4.relaxed_trunc_f32x4_u', vectors: [f32(1.9, 3e9, 0, 7)], as: Uint32Array, expected: [1, 3e9, 0, 7] },
  { instruction: 'i32x4.relaxed_trunc_f64x2_s_zero', vectors: [f64(-7.5, 2e9)], as: Int32Array, expected: [-7, 2e9, 0, 0] },
  { instruction: 'i32x4.relaxed_trunc_f64x2_u_zero', vectors: [f64(4e9, 2.5)], as: Uint32Array, expected: [4e9, 2, 0, 0] },
  { instruction: 'f32x4.relaxed_madd', vectors: [f32(1, 2, 3, 4), f32(5, 6, 7, 8), f32(10, 20, 30, 40)], as: Float32Array, expected: [15, 32, 51, 72] },
  { instruction: 'f32x4.relaxed_nmadd', vectors: [f32(1, 2, 3, 4), f32(5, 6, 7, 8), f32(10, 20, 30, 40)], as: Float32Array, expected: [5, 8, 9, 8] },
  { instruction: 'f64x2.relaxed_madd', vectors: [f64(1.5, 2), f64(4, 8), f64(0.5, -1)], as: Float64Array, expected: [6.5, 15] },
  { instruction: 'f64x2.relaxed_nmadd', vectors: [f64(1.5, 2), f64(4, 8), f64(0.5, -1)], as: Float64Array, expected: [-5.5, -17] },
  ...['i8x16', 'i16x8', 'i32x4'].map((shape): Case => ({ instruction: `${shape}.relaxed_laneselect`, vectors: [i32(1, 2, 3, 4), i32(5, 6, 7, 8), mask], as: Int32Array, expected: [1, 6, 3, 8] })),
  { instruction: 'i64x2.relaxed_laneselect', vectors: [i32(1, 2, 3, 4), i32(5, 6, 7, 8), i32(-1, -1, 0, 0)], as: Int32Array, expected: [1, 2, 7, 8] },
  { instruction: 'f32x4.relaxed_min', vectors: [f32(1, -2, 3, 4), f32(2, 1, 0, 4)], as: Float32Array, expected: [1, -2, 0, 4] },
  { instruction: 'f32x4.relaxed_max', vectors: [f32(1, -2, 3, 4), f32(2, 1, 0, 4)], as: Float32Array, expected: [2, 1, 3, 4] },
  { instruction: 'f64x2.relaxed_min', vectors: [f64(1, -2), f64(2, -3)], as: Float64Array, expected: [1, -3] },
  { instruction: 'f64x2.relaxed_max', vectors: [f64(1, -2), f64(2, -3)], as: Float64Array, expected: [2, -2] },
  { instruction: 'i16x8.relaxed_q15mulr_s', vectors: [i16(16384, -32768, 100, 1, 2, 3, 4, 5), i16(16384, 16384, 32767, 1, 2, 3, 4, 5)], as: Int16Array, expected: [8192, -16384, 100, 0, 0, 0, 0, 0] },
  { instruction: 'i16x8.relaxed_dot_i8x16_i7x16_s', vectors: [a8, b8], as: Int16Array, expected: dots },
  { instruction: 'i32x4.relaxed_dot_i8x16_i7x16_add_s', vectors: [a8, b8, i32(1, 20, 300, 4000)], as: Int32Array, expected: [0, 1, 2, 3].map((i) => dots[2 * i]! + dots[2 * i + 1]! + [1, 20, 300, 4000][i]!) },
]

describe('relaxed SIMD', () => {
  test('all twenty instructions are covered', () => {
    expect(cases.length).toBe(20)
  })

  test.each(cases)('$instruction', ({ instruction, vectors, as, expected }) => {
    const bytes = vectorModule(instruction, vectors.length)
    expect(featuresOf(bytes)).toContain('relaxed-simd')
    const lowered = lowerRelaxedSimd(bytes)
    expect(featuresOf(lowered)).not.toContain('relaxed-simd')
    expect(host.validate(lowered)).toBe(true)
    expect(run(lowered, vectors, as)).toEqual(expected)
  })

  test('a module without any is left as it is; hints go, which would point elsewhere; relocations are refused', () => {
    const plain = assemble('(module (func (export "f")))')
    expect(lowerRelaxedSimd(plain)).toBe(plain)
    const relaxed = vectorModule('f32x4.relaxed_min', 2)
    const hinted = Uint8Array.from([...relaxed, ...customSection('metadata.code.branch_hint', [0])])
    expect(lowerRelaxedSimd(hinted)).toEqual(lowerRelaxedSimd(relaxed))
    const relocatable = Uint8Array.from([...relaxed, ...customSection('reloc.CODE', [0])])
    expect(() => lowerRelaxedSimd(relocatable)).toThrow(/holds offsets/)
  })
})

describe('saturating conversions', () => {
  const values = [0, -0, 1.9, -1.9, -0.9, 127.5, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, 2 ** 32, 2 ** 32 - 1, 2 ** 53 + 2, 2 ** 63, -(2 ** 63), 2 ** 63 - 1024, 2 ** 64, 2 ** 64 - 2048, 1e30, -1e30, NaN, Infinity, -Infinity, 5e-324]
  const operations = ['i32', 'i64'].flatMap((to) => ['f32', 'f64'].flatMap((from) => ['s', 'u'].map((sign) => ({ to, from, sign }))))

  test.each(operations)('$to.trunc_sat_$from_$sign gives what the engine gives', ({ to, from, sign }) => {
    const bytes = assemble(`(module (func (export "f") (param ${from}) (result ${to}) (local i32 i64) (${to}.trunc_sat_${from}_${sign} (local.get 0))))`)
    const lowered = lowerSaturatingConversions(bytes)
    expect(featuresOf(lowered)).not.toContain('saturated-float-to-int')
    const [expected, got] = [instantiate(bytes)['f']!, instantiate(lowered)['f']!]
    for (const value of values) expect(got(value), String(value)).toBe(expected(value))
  })
})

describe('lower', () => {
  const modern = `(module (memory (export "memory") 1)
    (func (export "extend") (param i32) (result i32) (i32.extend8_s (local.get 0)))
    (func (export "truncate") (param f32) (result i32) (i32.trunc_sat_f32_s (local.get 0)))
    (func (export "fill") (param i32) (memory.fill (i32.const 0) (local.get 0) (i32.const 4)))
    (func (export "load") (result i32) (i32.load (i32.const 0))))`
  const bytes = assemble(modern, ['sign-extensions', 'saturated-float-to-int', 'bulk-memory'])
  const all = ['sign-extensions', 'nontrapping-float-to-int', 'bulk-memory']

  test.each(['fast', 'balanced'] as const)('to WebAssembly 1.0, at level %s, with the same results', async (level) => {
    const { artifact, changes } = await shrink(bytes, settings(level, 'raw', { lower: all }))
    expect(featuresOf(artifact.bytes)).toEqual([])
    expect(changes[0]).toMatchObject({ transform: 'wasm/lower' })
    const exports = instantiate(artifact.bytes)
    expect([exports['extend']!(0x80), exports['truncate']!(1e20), exports['truncate']!(NaN), exports['truncate']!(-3.7)]).toEqual([-128, 2 ** 31 - 1, 0, -3])
    exports['fill']!(0x11)
    expect(exports['load']!()).toBe(0x11111111)
  })

  test('only what was asked for', async () => {
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { lower: ['sign-ext'] }))
    expect(featuresOf(artifact.bytes)).toEqual(['saturated-float-to-int', 'bulk-memory-opt'])
  })

  test('legacy exceptions become exnref', async () => {
    const legacy = assemble(
      '(module (tag $e (param i32)) (func (export "f") (result i32) (try (result i32) (do (throw $e (i32.const 5))) (catch $e))))',
    )
    expect(featuresOf(legacy)).toContain('exceptions')
    const context = testContext()
    const { artifact, after, changes } = await shrink(legacy, settings('fast', 'raw', { lower: ['legacy-eh'] }), context)
    expect(context.diagnostics).toEqual([])
    // Nothing is claimed to be verified by an engine that does not know the result.
    expect(changes[0]!.verifiedBy.includes('WebAssembly.validate')).toBe(host.validate(artifact.bytes))
    expect(featuresOf(artifact.bytes)).not.toContain('exceptions')
    expect(featuresOf(artifact.bytes)).toContain('exceptions-final')
    expect(after.requirements.some(({ name }) => name === 'exceptions-final')).toBe(true)
  })

  test('two memories become one', async () => {
    const two = assemble(`(module (memory $a (export "memory") 1) (memory $b 1) (data (memory $a) (i32.const 0) "one") (data (memory $b) (i32.const 0) "two")
      (func (export "f") (result i32) (i32.add (i32.load8_u $a (i32.const 2)) (i32.load8_u $b (i32.const 2)))))`)
    const context = testContext()
    const { artifact } = await shrink(two, settings('fast', 'raw', { lower: ['multi-memory'] }), context)
    expect(context.diagnostics).toEqual([])
    expect(featuresOf(artifact.bytes)).not.toContain('multi-memory')
    expect(instantiate(artifact.bytes)['f']!()).toBe(101 + 111)
  })

  test('what cannot be lowered is said, and why', async () => {
    const context = testContext()
    const vectors = assemble('(module (func (export "f") (result i32) (i32x4.extract_lane 0 (v128.const i32x4 1 2 3 4))))', ['simd'])
    const { artifact } = await shrink(vectors, settings('fast', 'raw', { lower: ['simd'] }), context)
    expect(featuresOf(artifact.bytes)).toEqual(['simd'])
    expect(context.diagnostics).toMatchObject([{ severity: 'warning', code: 'transform/skipped', message: expect.stringContaining('Fixed-width SIMD cannot be lowered: nothing replaces vectors') as string }])
  })
})
