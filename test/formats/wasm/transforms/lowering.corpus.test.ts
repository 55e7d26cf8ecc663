import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { readCorpusModule, wasmCorpus } from '../../../corpus/wasm.ts'
import { programIds, runProgram } from '../../../wasm-run/run-program.ts'
import { assemble } from '../assemble.ts'
import { readModule } from '../../../../src/formats/wasm/read/read-module.ts'
import { lowerRelaxedSimd } from '../../../../src/formats/wasm/transforms/lowering/relaxed-simd.ts'
import { lowerWideArithmetic } from '../../../../src/formats/wasm/transforms/lowering/wide-arithmetic.ts'
import { host, settings, shrink } from './harness.ts'

/**
 * What a module gives in an engine that has its features, and what its lowered form gives in the same engine and in
 * this one (Node 20, which has none of them): the same.
 */
const programs = await programIds()
let modern: string
beforeAll(async () => {
  modern = join(await fetchPackage(elfPackage('@oven/bun-linux-x64')), 'bin/bun')
})

interface Job {
  readonly bytes: string
  readonly vectors: readonly (readonly number[])[]
  readonly calls: readonly (readonly (string | number)[])[]
}

const script = fileURLToPath(new URL('../../../wasm-run/observe.mjs', import.meta.url))

function observe(engine: string, jobs: readonly Job[]): unknown[] {
  const { stdout, stderr, status } = spawnSync(engine, [script], { input: JSON.stringify(jobs), encoding: 'utf8', maxBuffer: 1 << 28 })
  if (status !== 0) throw new Error(`${engine} ended with ${status}: ${stderr}`)
  return JSON.parse(stdout) as unknown[]
}

function expectSame(before: readonly Job[], lowered: readonly Uint8Array[], names: readonly string[]): void {
  const after = before.map((job, i) => ({ ...job, bytes: Buffer.from(lowered[i]!).toString('base64') }))
  const expected = observe(modern, before)
  for (const engine of [modern, process.execPath]) {
    for (const [i, result] of observe(engine, after).entries()) expect(result, `${names[i]} lowered, in ${engine}`).toEqual(expected[i])
  }
}

/** Numbers from a fixed seed. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed
  while (true) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    yield state >>> 8
  }
}

/** Three vectors for which the relaxed instruction has one result: as the proposal says, everything that is in range. */
const inRange: Readonly<Record<string, (next: () => number) => Uint8Array[]>> = {
  integers: (next) => [0, 1, 2].map(() => Uint8Array.from({ length: 16 }, next)),
  swizzle: (next) => [Uint8Array.from({ length: 16 }, next), Uint8Array.from({ length: 16 }, () => next() % 16)],
  masks: (next) => [...[0, 1].map(() => Uint8Array.from({ length: 16 }, next)), new Uint8Array(BigInt64Array.from([0n, 1n], () => -BigInt(next() & 1)).buffer)],
  /** Small integers: products and sums are exact, so that one rounding or two make no difference. */
  f32: (next) => [0, 1, 2].map(() => new Uint8Array(Float32Array.from({ length: 4 }, () => (next() % 2001) + 0.5).buffer)),
  f64: (next) => [0, 1, 2].map(() => new Uint8Array(Float64Array.from({ length: 2 }, () => (next() % 2_000_001) + 0.25).buffer)),
  q15: (next) => [0, 1].map(() => new Uint8Array(Int16Array.from({ length: 8 }, () => (next() % 65_535) - 32_767).buffer)),
  dot: (next) => [
    Uint8Array.from({ length: 16 }, next),
    Uint8Array.from({ length: 16 }, () => next() % 128),
    new Uint8Array(Int32Array.from({ length: 4 }, () => next() - 2 ** 23).buffer),
  ],
}

const relaxed: readonly (readonly [string, number, keyof typeof inRange])[] = [
  ['i8x16.relaxed_swizzle', 2, 'swizzle'],
  ['i32x4.relaxed_trunc_f32x4_s', 1, 'f32'],
  ['i32x4.relaxed_trunc_f32x4_u', 1, 'f32'],
  ['i32x4.relaxed_trunc_f64x2_s_zero', 1, 'f64'],
  ['i32x4.relaxed_trunc_f64x2_u_zero', 1, 'f64'],
  ['f32x4.relaxed_madd', 3, 'f32'],
  ['f32x4.relaxed_nmadd', 3, 'f32'],
  ['f64x2.relaxed_madd', 3, 'f64'],
  ['f64x2.relaxed_nmadd', 3, 'f64'],
  ['i8x16.relaxed_laneselect', 3, 'masks'],
  ['i16x8.relaxed_laneselect', 3, 'masks'],
  ['i32x4.relaxed_laneselect', 3, 'masks'],
  ['i64x2.relaxed_laneselect', 3, 'masks'],
  ['f32x4.relaxed_min', 2, 'f32'],
  ['f32x4.relaxed_max', 2, 'f32'],
  ['f64x2.relaxed_min', 2, 'f64'],
  ['f64x2.relaxed_max', 2, 'f64'],
  ['i16x8.relaxed_q15mulr_s', 2, 'q15'],
  ['i16x8.relaxed_dot_i8x16_i7x16_s', 2, 'dot'],
  ['i32x4.relaxed_dot_i8x16_i7x16_add_s', 3, 'dot'],
]

describe('lowered modules give what the engine gives', () => {
  test('relaxed SIMD: all twenty instructions, five hundred inputs each', () => {
    const loads = (count: number): string => Array.from({ length: count }, (_, i) => `(v128.load (i32.const ${i * 16}))`).join(' ')
    const modules = relaxed.map(([instruction, operands]) =>
      assemble(`(module (memory (export "memory") 1) (func (export "f") (v128.store (i32.const 48) (${instruction} ${loads(operands)}))))`),
    )
    const jobs = modules.map((bytes, i) => {
      const [, , domain] = relaxed[i]!
      const stream = numbers(i)
      const next = (): number => stream.next().value
      const vectors = Array.from({ length: 500 }, () => inRange[domain]!(next).flatMap((vector) => [...vector]))
      return { bytes: Buffer.from(bytes).toString('base64'), vectors, calls: [['f']] }
    })
    expectSame(jobs, modules.map(lowerRelaxedSimd), relaxed.map(([instruction]) => instruction))
  })

  test('wide arithmetic: a thousand inputs each', () => {
    const store = '(local.set $high) (local.set $low) (i64.store (i32.const 32) (local.get $low)) (i64.store (i32.const 40) (local.get $high))'
    const instructions = ['i64.add128', 'i64.sub128', 'i64.mul_wide_s', 'i64.mul_wide_u']
    const modules = instructions.map((instruction) => {
      const operands = instruction.includes('128') ? [0, 8, 16, 24] : [0, 8]
      const loads = operands.map((at) => `(i64.load (i32.const ${at}))`).join(' ')
      return assemble(`(module (memory (export "memory") 1) (func (export "f") (local $low i64) (local $high i64) (${instruction} ${loads}) ${store}))`)
    })
    const stream = numbers(1)
    const vectors = Array.from({ length: 1000 }, () => Array.from({ length: 32 }, () => stream.next().value & 0xff))
    const jobs = modules.map((bytes) => ({ bytes: Buffer.from(bytes).toString('base64'), vectors, calls: [['f']] }))
    expectSame(jobs, modules.map(lowerWideArithmetic), instructions)
  })

  test('memory.copy and memory.fill, overlapping and out of bounds', async () => {
    const bytes = assemble(`(module (memory (export "memory") 1)
      (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
      (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2))))`)
    const calls = [
      ['copy', 3, 0, 40], ['copy', 0, 5, 60], ['copy', 8, 8, 16], ['copy', 100, 0, 0], ['copy', 65536, 0, 0], ['copy', 65537, 0, 0],
      ['copy', 65500, 0, 37], ['copy', 0, 65500, 37], ['copy', -1, 0, 2], ['copy', 0, 0, -1], ['fill', 70, 0x1ff, 9], ['fill', 65535, 1, 1],
      ['fill', 65536, 1, 0], ['fill', 65530, 1, 7], ['fill', -4, 1, 8], ['fill', 0, 1, -1],
    ]
    const vectors = [Array.from({ length: 64 }, (_, i) => i + 1)]
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { lower: ['bulk-memory'] }))
    expectSame([{ bytes: Buffer.from(bytes).toString('base64'), vectors, calls }], [artifact.bytes], ['bulk memory'])
  })

  test('two memories, which grow', async () => {
    const bytes = assemble(`(module (memory $a (export "memory") 1 3) (memory $b 1 3)
      (func (export "put") (param i32 i32) (i32.store $b (local.get 0) (local.get 1)))
      (func (export "get") (param i32) (result i32) (i32.load $b (local.get 0)))
      (func (export "getA") (param i32) (result i32) (i32.load $a (local.get 0)))
      (func (export "growA") (param i32) (result i32) (memory.grow $a (local.get 0)))
      (func (export "growB") (param i32) (result i32) (memory.grow $b (local.get 0)))
      (func (export "sizes") (result i32) (i32.add (i32.mul (memory.size $a) (i32.const 100)) (memory.size $b))))`)
    const calls = [
      ['put', 16, 77], ['get', 16], ['getA', 16], ['sizes'], ['get', 65533], ['growA', 1], ['sizes'], ['get', 16],
      ['getA', 65536], ['sizes'], ['growB', 1], ['put', 70000, 5], ['get', 70000], ['get', 131072], ['growB', 9], ['sizes'],
    ]
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { lower: ['multi-memory'] }))
    expectSame([{ bytes: Buffer.from(bytes).toString('base64'), vectors: [[1, 2, 3]], calls }], [artifact.bytes], ['multi-memory'])
  })

  test('legacy exceptions: nested, thrown again, delegated', async () => {
    const bytes = assemble(`(module (memory (export "memory") 1) (tag $a (param i32)) (tag $b)
      (func $throw (param i32) (if (i32.eq (local.get 0) (i32.const 7)) (then (throw $b))) (throw $a (local.get 0)))
      (func (export "f") (param i32) (result i32)
        (try (result i32)
          (do (try (result i32)
            (do (call $throw (local.get 0)) (i32.const 0))
            (catch $a (if (result i32) (i32.eqz) (then (rethrow 1)) (else (i32.const 11))))))
          (catch $a (i32.add (i32.const 100)))
          (catch_all (i32.const 200))))
      (func (export "g") (param i32) (result i32)
        (try $outer (result i32)
          (do (try (do (call $throw (local.get 0))) (delegate $outer)) (i32.const 1))
          (catch $a)
          (catch_all (rethrow $outer)))))`)
    const { artifact } = await shrink(bytes, settings('fast', 'raw', { lower: ['legacy-eh'] }))
    const calls = [['f', 0], ['f', 1], ['f', 7], ['g', 3], ['g', 7]]
    const before = { bytes: Buffer.from(bytes).toString('base64'), vectors: [[]], calls }
    // This engine has no exnref: the modern one runs both.
    expect(observe(modern, [{ ...before, bytes: Buffer.from(artifact.bytes).toString('base64') }])).toEqual(observe(modern, [before]))
    expect(host.validate(artifact.bytes)).toBe(false)
  })
})

describe('published packages do the same with a lowered module', () => {
  const upTo = 700_000
  const absentFeatures = Object.fromEntries(['sign-extensions', 'bulk-memory', 'saturated-float-to-int'].map((feature) => [feature, ['safari-13']]))
  const mvp = /^(sign-extensions|bulk-memory|bulk-memory-opt|saturated-float-to-int)$/

  test.each(wasmCorpus.filter(({ id, byteLength }) => programs.has(id) && byteLength < upTo))('$id', { timeout: 120_000 }, async (module) => {
    const bytes = await readCorpusModule(module)
    const features = readModule(bytes).features.map(({ feature }) => feature)
    const { artifact, changes } = await shrink(bytes, settings('fast', 'raw', { absentFeatures }))
    const lowered = changes.some(({ transform }) => transform === 'wasm/lower')
    expect(lowered).toBe(features.some((feature) => mvp.test(feature)))
    if (!lowered) return
    expect(readModule(artifact.bytes).features.map(({ feature }) => feature)).toEqual(features.filter((feature) => !mvp.test(feature)))
    expect(await runProgram(module, artifact.bytes), `${module.id} behaves otherwise`).toBe(await runProgram(module, bytes))
  })
})
