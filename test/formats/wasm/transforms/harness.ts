import type { Analysis } from '../../../../src/core/analysis.ts'
import type { Artifact } from '../../../../src/core/artifact.ts'
import type { Context } from '../../../../src/core/context.ts'
import type { Diagnostic } from '../../../../src/core/diagnostic.ts'
import type { TransformSettings } from '../../../../src/core/transform.ts'
import { wasm } from '../../../../src/formats/wasm/index.ts'
import { openTool } from '../../../../src/node/open-tool.ts'
import { type Optimized, optimizeArtifact } from '../../../../src/pipeline/optimize-artifact.ts'

interface HostWebAssembly {
  validate(bytes: Uint8Array): boolean
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports?: object) => { readonly exports: Readonly<Record<string, unknown>> }
}

/** The engine that runs the tests. (The DOM types are not loaded.) */
export const host: HostWebAssembly = (globalThis as unknown as { WebAssembly: HostWebAssembly }).WebAssembly

export interface TestContext extends Context {
  readonly diagnostics: Diagnostic[]
}

/** This machine's tools, diagnostics kept. */
export function testContext(more: Partial<Context> = {}): TestContext {
  const diagnostics: Diagnostic[] = []
  const { signal } = new AbortController()
  return {
    signal,
    diagnostics,
    report: (diagnostic) => diagnostics.push(diagnostic),
    readFile: async () => undefined,
    openTool: (name, path) => openTool(name, path, signal),
    ...more,
  }
}

export function settings(level: TransformSettings['level'], measure: TransformSettings['measure'], options: TransformSettings['options'] = {}): TransformSettings {
  return { level, measure, options }
}

/** The whole of what the pipeline does with a module. */
export function shrink(bytes: Uint8Array, how: TransformSettings, context: Context = testContext()): Promise<Optimized> {
  return optimizeArtifact(wasm as Parameters<typeof optimizeArtifact>[0], { path: 'm.wasm', bytes }, {}, how, context)
}

export async function analyzed(bytes: Uint8Array): Promise<Analysis> {
  const artifact: Artifact = { path: 'm.wasm', bytes }
  return wasm.analyze(artifact, {}, testContext())
}

export function instantiate(bytes: Uint8Array, imports: object = {}): Readonly<Record<string, (...values: number[]) => number>> {
  return new host.Instance(new host.Module(bytes), imports).exports as Readonly<Record<string, (...values: number[]) => number>>
}
