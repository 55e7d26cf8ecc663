import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ShrinkError } from '../../../src/core/errors.ts'
import { analyzeWasm } from '../../../src/formats/wasm/analyze.ts'
import { readComponent } from '../../../src/formats/wasm/read/read-component.ts'
import { allModules } from '../../../src/formats/wasm/read/component.ts'
import { verifyWasm } from '../../../src/formats/wasm/verify.ts'
import { leb, section, text } from './build.ts'
import { host } from './host.ts'

const bytes = new Uint8Array(readFileSync(new URL('../../../fixtures/wasm/components/twice/input.wasm', import.meta.url)))
const header = Uint8Array.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0])

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** An export of instance 0 under `name`. */
function exportSection(name: string): Uint8Array {
  const title = text(name)
  return section(11, [1, 0x00, ...leb(title.length), ...title, 0x05, 0, 0])
}

describe('components', () => {
  test('core modules, nested components, names at the boundary', () => {
    const component = readComponent(bytes)
    expect(component.imports).toEqual([
      { name: 'wasi:cli/environment@0.2.3', kind: 'instance' },
      { name: 'log', kind: 'function' },
    ])
    expect(component.exports).toEqual([
      { name: 'example:twice/api@1.0.0', kind: 'instance' },
      { name: 'run', kind: 'function' },
    ])
    expect(component.modules).toHaveLength(2)
    expect(component.components).toHaveLength(1)
    const modules = allModules(component)
    expect(modules).toHaveLength(3)
    for (const module of modules) {
      expect(host.validate(module.bytes)).toBe(true)
      expect(bytes.subarray(module.base, module.base + module.bytes.length)).toEqual(module.bytes)
    }
  })

  test('features are those of all core modules, at offsets of the file', () => {
    const analysis = analyzeWasm({ path: 'c.wasm', bytes }, {})
    const required = analysis.requirements.filter(({ kind }) => kind === 'wasm-feature')
    expect(required.map(({ name }) => name)).toEqual(['sign-extensions', 'simd', 'component-model'])
    expect(bytes[required[0]!.evidence[0]!.offset!]).toBe(0xc0)
    expect(bytes[required[1]!.evidence[0]!.offset!]).toBe(0xfd)
    expect(analysis.properties).toMatchObject({ kind: 'component', coreModules: 3 })
    expect(analysis.requirements.find(({ name }) => name === 'wasi:cli/environment')).toMatchObject({ version: '0.2.3' })
  })

  test('what core modules import from each other is no requirement', () => {
    const kinds = analyzeWasm({ path: 'c.wasm', bytes }, {}).requirements.map(({ kind }) => kind)
    expect(kinds).not.toContain('wasm-import')
  })

  test.each(['section', 'symbol', 'package', 'module', 'segment'] as const)('sizes by %s sum to the file', (by) => {
    const { ranges, byteLength } = analyzeWasm({ path: 'c.wasm', bytes }, { by }).sizes
    expect(ranges.reduce((sum, { size }) => sum + size, 0)).toBe(byteLength)
    expect(ranges.filter(({ kind }) => kind === 'gap')).toEqual([])
  })

  test('worlds of WASI 0.2 by their exports', () => {
    const command = join(header, exportSection('wasi:cli/run@0.2.3'))
    expect(analyzeWasm({ path: 'c.wasm', bytes: command }, {}).properties['interfaces']).toEqual(['wasi:cli/command@0.2.3'])
    const proxy = join(header, exportSection('wasi:http/incoming-handler@0.2.0'))
    expect(analyzeWasm({ path: 'c.wasm', bytes: proxy }, {}).properties['interfaces']).toEqual(['wasi:http/proxy@0.2.0'])
  })

  test('a component that lost an export does not verify', () => {
    const before = analyzeWasm({ path: 'c.wasm', bytes: join(header, exportSection('a'), exportSection('b')) }, {})
    const after = analyzeWasm({ path: 'c.wasm', bytes: join(header, exportSection('a')) }, {})
    expect(verifyWasm(before, after)).toEqual(['component export instance b is gone'])
    expect(verifyWasm(before, before)).toEqual([])
  })

  test('cut at every byte, and with every bit flipped, only typed errors', () => {
    const read = (input: Uint8Array): void => {
      try {
        readComponent(input)
      } catch (error) {
        if (!(error instanceof ShrinkError)) throw error
        expect(error.details.offset).toBeLessThanOrEqual(input.length)
      }
    }
    for (let length = 0; length < bytes.length; length++) read(bytes.slice(0, length))
    const copy = Uint8Array.from(bytes)
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      copy[bit >> 3]! ^= 1 << (bit & 7)
      read(copy)
      copy[bit >> 3]! ^= 1 << (bit & 7)
    }
  })

  test('components inside components are read to a bounded depth', () => {
    let nested: Uint8Array = header
    for (let depth = 0; depth < 200; depth++) nested = join(header, section(4, [...nested]))
    expect(() => readComponent(nested)).toThrow(/nested too deeply/)
  })
})
