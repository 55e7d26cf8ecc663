import { describe, expect, test } from 'vitest'
import type { Tool } from '../../../../src/core/tool.ts'
import { ShrinkError } from '../../../../src/core/errors.ts'
import type { WasmModule } from '../../../../src/formats/wasm/read/module.ts'
import { readWasm } from '../../../../src/formats/wasm/read-wasm.ts'
import { assemble } from '../assemble.ts'
import { customSection, section } from '../build.ts'
import { host, instantiate, settings, shrink, testContext } from './harness.ts'

const text = `(module
  (import "env" "unused" (func $unused))
  (memory (export "memory") 1)
  (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func $dead (result i32) (i32.const 42))
  (func (export "five") (result i32) (call $add (i32.const 2) (i32.const 3)))
  (func (export "extend") (param i32) (result i32) (i32.extend8_s (local.get 0))))`
const module = assemble(text, ['sign-extensions'])

function withSections(bytes: Uint8Array, ...names: readonly string[]): Uint8Array {
  return Uint8Array.from([...bytes, ...names.flatMap((name) => [...customSection(name, name === 'name' ? [0, 2, 1, 0x78] : [0])])])
}

function modulesOf(bytes: Uint8Array): readonly WasmModule[] {
  return readWasm(bytes).detail.modules
}

function customNames(bytes: Uint8Array): (string | undefined)[] {
  return modulesOf(bytes).flatMap(({ sections }) => sections.flatMap(({ id, customName }) => (id === 0 ? [customName] : [])))
}

describe('strip', () => {
  test('removes what describes, keeps what works, byte for byte', async () => {
    const kept = ['metadata.code.branch_hint', 'component-type:w', 'something.else']
    const gone = ['name', '.debug_info', '.debug_line', 'producers', 'sourceMappingURL', 'external_debug_info']
    const { artifact, changes } = await shrink(withSections(module, ...gone, ...kept), settings('fast', 'raw'))
    expect(artifact.bytes).toEqual(withSections(module, ...kept))
    expect(changes).toMatchObject([{ transform: 'wasm/strip', what: `removed ${gone.join(', ')}` }])
  })

  test('target_features goes from finished modules and stays where another tool will want it', async () => {
    const finished = await shrink(withSections(module, 'target_features', 'name'), settings('fast', 'raw'))
    expect(customNames(finished.artifact.bytes)).toEqual([])
    const unfinished = await shrink(withSections(module, 'target_features', 'name', '__wasm_bindgen_unstable'), settings('fast', 'raw'))
    expect(customNames(unfinished.artifact.bytes)).toEqual(['target_features', '__wasm_bindgen_unstable'])
  })

  test('names stay when asked', async () => {
    const { artifact } = await shrink(withSections(module, 'producers', 'name'), settings('fast', 'raw', { keepNames: true }))
    expect(customNames(artifact.bytes)).toEqual(['name'])
  })

  test('object files are left as they are, with a word', async () => {
    const context = testContext()
    const object = withSections(module, 'linking', 'reloc.CODE', 'producers')
    const { artifact, changes } = await shrink(object, settings('balanced', 'raw'), context)
    expect(artifact.bytes).toBe(object)
    expect(changes).toEqual([])
    expect(context.diagnostics).toMatchObject([{ severity: 'warning', code: 'artifact/unsupported' }])
  })
})

describe('optimize', () => {
  test.each(['raw', 'gzip', 'brotli'] as const)('a module comes out smaller in %s, does the same and says how', async (measure) => {
    const named = withSections(module, 'name')
    const { artifact, changes } = await shrink(named, settings('balanced', measure))
    expect(artifact.bytes.length).toBeLessThan(module.length)
    expect(instantiate(artifact.bytes)['five']!()).toBe(5)
    expect(instantiate(artifact.bytes)['extend']!(0xff)).toBe(-1)
    expect(changes.map(({ transform }) => transform)).toEqual(['wasm/strip', 'wasm/optimize'])
    expect(changes[1]!.what).toMatch(/^wasm-opt 132 \(npm binaryen\) -O/)
  })

  test('the result needs no feature that the module did not', async () => {
    const { after } = await shrink(module, settings('max', 'raw'))
    expect(after.requirements.filter(({ kind }) => kind === 'wasm-feature').map(({ name }) => name)).toEqual(['sign-extensions'])
  })

  test('a second time there is nothing left to do', async () => {
    const once = await shrink(module, settings('balanced', 'raw'))
    const twice = await shrink(once.artifact.bytes, settings('balanced', 'raw'))
    expect(twice.artifact.bytes).toBe(once.artifact.bytes)
  })

  test('a time budget of nothing leaves wasm-opt out, and says so', async () => {
    const context = testContext()
    const { changes } = await shrink(withSections(module, 'name'), settings('balanced', 'raw', { timeBudget: 0 }), context)
    expect(changes.map(({ transform }) => transform)).toEqual(['wasm/strip'])
    expect(context.diagnostics[0]).toMatchObject({ code: 'transform/skipped', message: expect.stringContaining('-Oz') as string })
  })

  test('other recipes are run only where -Oz found much to do', async () => {
    const runs = async (output: (input: Uint8Array) => Uint8Array, level: 'balanced' | 'max' = 'balanced'): Promise<string[]> => {
      const recipes: string[] = []
      const tool: Tool = {
        title: 'recorder',
        run: async (input, args) => (recipes.push(args.filter((arg) => !/features|enable/.test(arg)).join(' ')), output(input)),
        close: async () => undefined,
      }
      await shrink(module, settings(level, 'brotli'), testContext({ openTool: async () => tool }))
      return recipes
    }
    expect(await runs((input) => input)).toEqual(['-Oz'])
    expect(await runs(() => module.subarray(0, 8))).toEqual(['-Oz', '-O1'])
    expect(await runs((input) => input, 'max')).toEqual(['-Oz', '-O1', '-O3'])
  })

  test('results that are not what they must be are not used', async () => {
    const broken = (output: (input: Uint8Array) => Uint8Array): Tool => ({
      title: 'a broken tool',
      run: async (input) => output(input),
      close: async () => undefined,
    })
    const tools = {
      truncated: broken((input) => input.subarray(0, input.length - 4)),
      invalid: broken(() => assemble('(module (func (export "five") (result i32) (i32.const 5)))').map((byte, at, all) => (at === all.length - 2 ? 0x0f : byte))),
      'without exports': broken(() => assemble('(module (func (export "other")))')),
      failing: { title: 'x', run: () => Promise.reject(new ShrinkError('transform/failed', 'no')), close: async () => undefined },
    }
    for (const [name, tool] of Object.entries(tools)) {
      const context = testContext({ openTool: async () => tool })
      const { artifact } = await shrink(module, settings('balanced', 'raw'), context)
      expect(instantiate(artifact.bytes, { env: { unused: () => undefined } })['five']!(), name).toBe(5)
      expect(context.diagnostics.length, name).toBeGreaterThan(0)
    }
  })
})

describe('components', () => {
  const header = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]
  const component = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from([...header, ...parts.flatMap((part) => [...part])])

  test('core modules are optimised in place, nested ones too; the rest stays byte for byte', async () => {
    const core = section(1, [...withSections(module, 'name', 'producers')])
    const nested = section(4, [...component(core)])
    const other = customSection('something', [1, 2, 3])
    const { artifact, changes } = await shrink(component(core, nested, other, customSection('producers', [0])), settings('balanced', 'raw'))
    const single = await shrink(module, settings('balanced', 'raw'))
    const smallCore = section(1, [...single.artifact.bytes])
    expect(artifact.bytes).toEqual(component(smallCore, section(4, [...component(smallCore)]), other))
    expect(changes.map(({ transform }) => transform)).toEqual(['wasm/strip', 'wasm/optimize'])
    for (const { bytes } of modulesOf(artifact.bytes)) expect(host.validate(bytes)).toBe(true)
  })
})
