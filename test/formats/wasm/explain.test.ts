import { describe, expect, test } from 'vitest'
import { UsageError } from '../../../src/core/errors.ts'
import { explainWasm } from '../../../src/formats/wasm/explain.ts'
import { assemble } from './assemble.ts'

const bytes = assemble(`(module
  (import "env" "log" (func $log (param i32)))
  (table 1 funcref) (elem (i32.const 0) $handler)
  (func $handler (call $deep))
  (func $deep (call $log (i32.extend8_s (i32.const 1))))
  (func $dead)
  (func (export "dispatch") (call_indirect (i32.const 0))))`)
const artifact = { path: 'a.wasm', bytes }

describe('explain', () => {
  test('a function: the path from an export through the table, and what it keeps', () => {
    const explanation = explainWasm(artifact, { kind: 'function', name: 'function 2' })
    expect(explanation.data).toMatchObject({
      index: 2,
      path: ['export "dispatch"', 'dispatch', 'table 0', 'element segment 0', 'function 1', 'function 2'],
      dominator: 'function 1',
      refersTo: ['import env.log'],
      referredToBy: ['function 1'],
    })
    const { size, retainedSize } = explanation.data as { size: number; retainedSize: number }
    expect(retainedSize).toBeGreaterThan(size)
    expect(explanation.lines.join('\n')).toContain('Every way to it passes function 1.')
  })

  test('a function that nothing reaches', () => {
    expect(explainWasm(artifact, { kind: 'function', name: '3' }).data).toMatchObject({ path: null, dominator: null })
  })

  test('a function by its export, by a part of its name, and by a name that is not there', () => {
    expect(explainWasm(artifact, { kind: 'function', name: 'dispatch' }).data).toMatchObject({ index: 4 })
    expect(explainWasm(artifact, { kind: 'function', name: 'spat' }).data).toMatchObject({ index: 4 })
    expect(() => explainWasm(artifact, { kind: 'function', name: 'dispach' })).toThrow(UsageError)
    expect(() => explainWasm(artifact, { kind: 'function', name: '99' })).toThrow(UsageError)
  })

  test('a feature, under any of its names: instructions, functions, a path', () => {
    for (const name of ['sign-extensions', 'sign-ext', 'signExtensions']) {
      expect(explainWasm(artifact, { kind: 'feature', name }).data).toMatchObject({
        feature: 'sign-extensions',
        used: true,
        functions: 1,
        examples: [{ index: 2, count: 1, instructions: ['i32.extend8_s × 1'] }],
      })
    }
    expect(explainWasm(artifact, { kind: 'feature', name: 'simd128' }).data).toEqual({ feature: 'simd', used: false })
    expect(() => explainWasm(artifact, { kind: 'feature', name: 'avx2' })).toThrow(UsageError)
  })

  test('there are no modules to ask for', () => {
    expect(() => explainWasm(artifact, { kind: 'module', name: 'lodash' })).toThrow(UsageError)
  })
})
