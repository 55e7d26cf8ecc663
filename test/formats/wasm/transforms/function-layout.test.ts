import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { readModule } from '../../../../src/formats/wasm/read/read-module.ts'
import { layOut, layoutsFor, layoutSource } from '../../../../src/formats/wasm/transforms/function-layout.ts'
import { readWithFunctionReferences } from '../../../../src/formats/wasm/write/function-references.ts'
import { reorderFunctions } from '../../../../src/formats/wasm/write/reorder-functions.ts'
import { assemble } from '../assemble.ts'
import { customSection } from '../build.ts'
import { host, instantiate } from './harness.ts'

/** Every place that can hold a function index: call, tail call, ref.func, element segments of all forms, export, start, global. */
const everywhere = `(module
  (type $unary (func (param i32) (result i32)))
  (import "env" "note" (func $note (param i32)))
  (global $ref (mut funcref) (ref.func $twice))
  (table $t 6 6 funcref)
  (table $u 2 2 funcref)
  (memory 1)
  (elem (table $t) (i32.const 0) func $inc $dec $twice)
  (elem (table $t) (i32.const 3) funcref (ref.func $square) (ref.null func))
  (elem $passive func $square $dec)
  (elem declare func $inc)
  (start $begin)
  (func $begin (call $note (i32.const 7)))
  (func $inc (type $unary) (i32.add (local.get 0) (i32.const 1)))
  (func $dec (type $unary) (i32.sub (local.get 0) (i32.const 1)))
  (func $twice (type $unary) (call $inc (call $inc (local.get 0))))
  (func $square (type $unary) (i32.mul (local.get 0) (local.get 0)))
  (func $tail (type $unary) (return_call $square (call $dec (local.get 0))))
  (func (export "init") (table.init $u $passive (i32.const 0) (i32.const 0) (i32.const 2)))
  (func (export "first") (param i32 i32) (result i32) (call_indirect $t (type $unary) (local.get 1) (local.get 0)))
  (func (export "second") (param i32 i32) (result i32) (call_indirect $u (type $unary) (local.get 1) (local.get 0)))
  (func (export "inc?") (result i32) (ref.is_null (ref.func $inc)))
  (export "tail" (func $tail)))`

function observe(bytes: Uint8Array): unknown[] {
  const seen: unknown[] = []
  const exports = instantiate(bytes, { env: { note: (value: number) => seen.push(value) } })
  exports['init']!()
  for (const [table, size] of [['first', 4], ['second', 2]] as const) {
    for (let i = 0; i < size; i++) seen.push([table, i, exports[table]!(i, 11)])
  }
  seen.push(exports['inc?']!(), exports['tail']!(9))
  return seen
}

describe('function layout', () => {
  test('every order of the functions means the same', () => {
    const bytes = assemble(everywhere, ['reference-types', 'bulk-memory', 'tail-call', 'mutable-globals'])
    const { module, references } = readWithFunctionReferences(bytes)
    const expected = observe(bytes)
    expect(expected).toContainEqual(['first', 3, 121])
    const { count } = module.bodies
    for (let turn = 1; turn < count; turn++) {
      const order = Uint32Array.from({ length: count }, (_, place) => (count - 1 - place + turn) % count)
      const turned = reorderFunctions(module, references, order)
      expect(turned).not.toEqual(bytes)
      expect(observe(turned)).toEqual(expected)
    }
  })

  test('the order that there is gives the bytes that there are', () => {
    const bytes = assemble(everywhere, ['reference-types', 'bulk-memory', 'tail-call', 'mutable-globals'])
    const { module, references } = readWithFunctionReferences(bytes)
    expect(reorderFunctions(module, references, Uint32Array.from({ length: module.bodies.count }, (_, i) => i))).toEqual(bytes)
  })

  test('indices across the borders of LEB128: the most used functions get the short ones', () => {
    const functions = Array.from({ length: 300 }, (_, i) => `(func $f${i} (result i32) (i32.const ${i}))`)
    const calls = Array.from({ length: 40 }, (_, i) => `(i32.add (call $f${260 + i}) (call $f${260 + i}))`)
    const bytes = assemble(`(module ${functions.join('\n')} (func (export "sum") (result i32) ${calls.join('\n')} ${'(i32.add)'.repeat(39)}))`)
    const source = layoutSource(bytes)!
    for (const layout of layoutsFor('max', 'brotli')) {
      const laidOut = layOut(source, layout)
      expect(laidOut.length).toBe(bytes.length - 81)
      expect(instantiate(laidOut)['sum']!()).toBe(instantiate(bytes)['sum']!())
    }
  })

  test('custom sections that name functions or offsets rule it out, others do not', () => {
    const bytes = assemble(everywhere, ['reference-types', 'bulk-memory', 'tail-call', 'mutable-globals'])
    const withSection = (name: string): Uint8Array => Uint8Array.from([...bytes, ...customSection(name, [1, 2, 3])])
    for (const name of ['name', '.debug_line', 'metadata.code.branch_hint', 'linking', 'reloc.CODE', 'sourceMappingURL']) {
      expect(layoutSource(withSection(name)), name).toBeUndefined()
    }
    const kept = layOut(layoutSource(withSection('component-type:x'))!, 'by-type')
    expect(readModule(kept).sections.at(-1)).toMatchObject({ customName: 'component-type:x' })
  })

  test('a real module keeps its meaning, is never larger, and comes out the same twice', async () => {
    const path = fileURLToPath(new URL('../../../../node_modules/iced-x86/iced_x86_bg.wasm', import.meta.url))
    const bytes = new Uint8Array(readFileSync(path))
    const source = layoutSource(bytes)!
    for (const layout of layoutsFor('max', 'brotli')) {
      const laidOut = layOut(source, layout)
      expect(host.validate(laidOut)).toBe(true)
      expect(laidOut.length).toBeLessThan(bytes.length)
      const again = layoutSource(laidOut)!
      expect(Buffer.compare(layOut(again, layout), laidOut)).toBe(0)
    }
  })
})
