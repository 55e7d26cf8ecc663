import { describe, expect, test } from 'vitest'
import type { CapabilityKind, Requirement } from '../../src/core/requirement.ts'
import { featureIds, runtimeFeature } from '../../src/formats/wasm/features.ts'
import { wasmRuntimes } from '../../src/targets/data/wasm-runtimes.ts'
import { findTarget, match } from '../../src/targets/index.ts'

function need(kind: CapabilityKind, name: string, version?: string): Requirement {
  return { kind, name, ...(version === undefined ? {} : { version }), need: 'required', evidence: [] }
}

function verdict(target: string, ...requirements: Requirement[]): string {
  return match(requirements, findTarget(target)).verdict
}

describe('WebAssembly runtimes', () => {
  test('every entry says where it is from, and names features that exist', () => {
    const known = new Set(featureIds.map(runtimeFeature))
    for (const [id, runtime] of Object.entries(wasmRuntimes)) {
      expect(runtime.source, id).not.toBe('')
      expect(runtime.date, id).toMatch(/^\d{4}-\d\d-\d\d$/)
      for (const [feature, since] of Object.entries(runtime.features)) {
        expect(known.has(feature as never), `${id} ${feature}`).toBe(true)
        if (typeof since === 'string') expect(since).toMatch(/^\d+(\.\d+)*$/)
      }
    }
    // Only what was inferred may leave features out.
    for (const [id, runtime] of Object.entries(wasmRuntimes)) {
      if (runtime.how !== 'inferred') expect(Object.keys(runtime.features).sort(), id).toEqual([...known].sort())
    }
  })

  test('Node lines got exnref out of order', () => {
    const exnref = need('wasm-feature', 'exceptions-final')
    expect(verdict('node22.18', exnref)).toBe('fails')
    expect(verdict('node22.19', exnref)).toBe('runs')
    expect(verdict('node24.14', exnref)).toBe('fails')
    expect(verdict('node24.15', exnref)).toBe('runs')
    expect(verdict('node26.0', exnref)).toBe('runs')
  })

  test('lines that were not probed follow their V8', () => {
    expect(verdict('node25', need('wasm-feature', 'exceptions-final'))).toBe('runs')
    expect(verdict('node25', need('wasm-feature', 'custom-page-sizes'))).toBe('fails')
  })

  test('runtimes without JavaScript', () => {
    expect(verdict('wasmtime49', need('wasm-feature', 'gc'))).toBe('runs')
    expect(verdict('wasmtime40', need('wasm-feature', 'gc'))).toBe('fails')
    expect(verdict('wasmtime49', need('wasm-feature', 'exceptions'))).toBe('fails')
    expect(verdict('wasmtime49', need('wasm-import', 'wasi_snapshot_preview1.fd_write'))).toBe('runs')
    expect(verdict('wasmtime49', need('wasm-import', 'env.log'))).toBe('fails')
    expect(verdict('wasmtime49', need('wasm-interface', 'emscripten'))).toBe('fails')
    expect(verdict('wasmtime49', need('wasm-interface', 'wasi:http/types', '0.2.3'))).toBe('runs')
    expect(verdict('wasmtime49', need('wasm-import', 'wasi:http/types@0.2.3.[constructor]fields'))).toBe('runs')
    expect(verdict('wasmedge0.14', need('wasm-interface', 'wasi:http/types', '0.2.3'))).toBe('fails')
    expect(verdict('wasmer7.1', need('wasm-import', 'wasix_32v1.sock_open'))).toBe('runs')
    expect(verdict('wasmtime49', need('wasm-import', 'wasix_32v1.sock_open'))).toBe('fails')
    expect(verdict('fastly-compute', need('wasm-import', 'fastly_http_req.send'))).toBe('runs')
    expect(verdict('wasm3-0.9', need('wasm-feature', 'simd'))).toBe('fails')
  })

  test('what was measured of one version is not claimed of older ones', () => {
    expect(verdict('bun1.4.5', need('wasm-feature', 'gc'))).toBe('runs')
    expect(verdict('bun1.0', need('wasm-feature', 'gc'))).toBe('unknown')
  })

  test('Workers take features without a version, and no threads', () => {
    expect(verdict('cloudflare-workers', need('wasm-feature', 'simd'))).toBe('runs')
    expect(verdict('cloudflare-workers', need('wasm-feature', 'threads'))).toBe('fails')
  })

  test('128 MiB at the start leave nothing of an isolate of 128 MiB', () => {
    const initial = (pages: number): Requirement => ({ ...need('wasm-memory', 'initial'), value: pages * 65536 })
    expect(verdict('cloudflare-workers', initial(2048))).toBe('fails')
    expect(verdict('cloudflare-workers', initial(1024))).toBe('runs')
    expect(verdict('node22', initial(2048))).toBe('runs')
  })

  test('JavaScript answers what the runtime does not, but WASI needs a shim', () => {
    expect(verdict('chrome140', need('wasm-interface', 'wasm-bindgen'), need('wasm-import', 'env.log'))).toBe('runs')
    expect(verdict('chrome140', need('wasm-interface', 'wasi-preview1'))).toBe('unknown')
    expect(verdict('node22', need('wasm-interface', 'wasi-preview1'))).toBe('runs')
  })
})
