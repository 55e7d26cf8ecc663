import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { analyzeWasm } from '../../../src/formats/wasm/analyze.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import type { PinnedPackage } from '../../corpus/packages.ts'
import { host } from './host.ts'
import { hasWabt, wabtAccepts, wabtFunctions, wabtSwitches } from './wabt.ts'

/** Published modules that nothing here was made with, and the interfaces that they are made for. */
const packages: readonly (PinnedPackage & { readonly interfaces: string })[] = [
  { name: '@cwasm/lodepng', version: '0.1.9', integrity: 'sha512-vb2H7/jTxnqJi7hHiEgtFm3smIqVpeY417vN+8cwsq3iTNrHzwnMzFXbeCf2H9Dl13Vh64qgUUcC2mxf6TPODA==', interfaces: '' },
  { name: '@css-inline/css-inline-wasm', version: '0.21.2', integrity: 'sha512-Y9njgsAHPI1MFWm9sZWeUdXOAAKEKPM99WGZD/PvrUsAtpCjnyF578OfX9QVOiVb1tuhbUbYl1QMZV6UJoiT+g==', interfaces: 'wasm-bindgen' },
  { name: '@tailwindcss/oxide-wasm32-wasi', version: '4.3.5', integrity: 'sha512-OJhFmlEfdzMr+avACdi40RPtnkW0B6hXyxL/8r+tnEHBWZji36CYRjEXrrvgBmaYsD3oEOBqwYFRKsYvzFe7Bw==', interfaces: 'emnapi wasi-preview1 wasi-threads' },
  { name: '@wasmer/sdk', version: '0.16.0', integrity: 'sha512-GYZFciarlwsXmcumPdLUyRes7gO3LzZQzMvxPGiXmahI5Dz+xCv08YVCQlRKngz31SWxMr1lPB4mRrrjXMHEOg==', interfaces: 'wasm-bindgen' },
  { name: '@jsquash/jxl', version: '1.3.0', integrity: 'sha512-IVOPTneyOd9eBAuow+FnCYIP6wkIc7CjrCDnZGiqAPyJ63vMVxv3zoWiucGiZVh6u9vi/l40AkcS9QwkoVSAqA==', interfaces: 'emscripten' },
  { name: 'wasm-vips', version: '0.0.19', integrity: 'sha512-KeejYs8oNqPUd2C/XPRhQtRabydqOSkUyCdWhFf2ucL8rVKqHvtp5ZYuYLyeDG/4y45tvROST3mQWla+1uotSA==', interfaces: 'emscripten emscripten-dynamic' },
  { name: 'harfbuzzjs', version: '1.6.4', integrity: 'sha512-T/PyfhVt1gGR2Tkf5KJUj1DQFkVBXHw552lS1iLEEDhV1Lukb3eq1pk2ov85kgbT2YUiZtJBTak9w+M7YgzUEQ==', interfaces: 'emscripten' },
  { name: 'argon2-browser', version: '1.18.0', integrity: 'sha512-ImVAGIItnFnvET1exhsQB7apRztcoC5TnlSqernMJDUjbc/DLq3UEYeXFrLPrlaIl8cVfwnXb6wX2KpFf2zxHw==', interfaces: 'emscripten' },
  { name: '@cesium/wasm-splats', version: '0.1.0-alpha.2', integrity: 'sha512-t9pMkknv31hhIbLpMa8yPvmqfpvs5UkUjgqlQv9SeO8VerCXOYnyP8/486BDaFrztM0A7FMbRjsXtNeKvqQghA==', interfaces: 'wasm-bindgen' },
  { name: '@arcjet/analyze-wasm', version: '1.13.0', integrity: 'sha512-IdPfx5JIq8yalcBh7D5PQ9WXZ+SAqLY/lWCzVPmqQhVL1oEawBFQE4WGLYncSnrwzx0Gt4cAVEtvi7lPh7ztQw==', interfaces: 'arcjet:js-req/bot-identifier arcjet:js-req/email-validator-overrides arcjet:js-req/filter-overrides arcjet:js-req/sensitive-information-identifier arcjet:js-req/verify-bot' },
  { name: 'lz4-wasm', version: '0.9.2', integrity: 'sha512-8Y/OvG/nTQNWR242NhLmjI7VzLMRKFaxg/+Pxi/vkczgFdrS4qiJ8l6n30XyNJyc0TB5C66Ncdjq345Kx5XsvQ==', interfaces: 'wasm-bindgen' },
  { name: '7z-wasm', version: '1.2.0', integrity: 'sha512-AZjtWXFleAe5nQ27JYISs70cICjO0zZr4LU45I9pXKcrhG0qiEWgq3Vjwr9JHHihFLuqgc7uSHYVn/z3vXCjdw==', interfaces: 'emscripten' },
]

/** Up to here wabt is asked once more with each feature missing. */
const withOneFewerUpTo = 1_500_000
/** Every package has at least this many bytes of modules: a module that is not found would be no test. */
const smallest = 20_000

interface Engine {
  readonly Module: {
    new (bytes: Uint8Array): object
    imports(module: object): { module: string; name: string; kind: string }[]
    exports(module: object): { name: string; kind: string }[]
  }
}
const { Module } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly

describe('modules outside of the corpus, read as V8 and wabt read them', () => {
  test.each(packages)('$name', async (pinned) => {
    const folder = await fetchPackage(pinned)
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.wasm')).map((path) => join(folder, path))
    const interfaces = new Set<string>()
    let read = 0
    for (const path of paths.sort()) {
      const bytes = new Uint8Array(readFileSync(path))
      read += bytes.length
      const module = readModule(bytes)
      expect(host.validate(bytes)).toBe(true)
      const compiled = new Module(bytes)
      expect(module.imports.map(({ module, name, kind }) => ({ module, name, kind }))).toEqual(Module.imports(compiled))
      expect(module.exports.map(({ name, kind }) => ({ name, kind }))).toEqual(Module.exports(compiled))
      for (const { id } of analyzeWasm({ path, bytes }, { shallow: true }).detail.interfaces) interfaces.add(id)
      if (!hasWabt) continue
      expect(module.bodies.count).toBe(await wabtFunctions(path))
      const switches = wabtSwitches(bytes)
      expect(await wabtAccepts(path, switches), `${path} with exactly its features`).toBe(true)
      if (bytes.length > withOneFewerUpTo) continue
      for (const name of switches) {
        // wabt lets mutable globals be exported whatever its switch says.
        if (name === 'mutable-globals') continue
        expect(await wabtAccepts(path, new Set([...switches].filter((other) => other !== name))), `${path} without ${name}`).toBe(false)
      }
    }
    expect(read).toBeGreaterThan(smallest)
    expect([...interfaces].sort().join(' ')).toBe(pinned.interfaces)
  })
})
