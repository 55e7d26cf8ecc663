import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readComponent } from '../../../src/formats/wasm/read/read-component.ts'
import { allModules } from '../../../src/formats/wasm/read/component.ts'
import { repository } from '../../support/run-cli.ts'
import { type ComponentTools, openComponentTools } from '../../wasm-run/components.ts'
import { missingTool, type OwnBuild, ownBuilds, withOwnBuild } from '../../wasm-run/own-builds.ts'
import { cachedWasmOpt } from './transforms/cached-wasm-opt.ts'
import { settings, shrink, testContext } from './transforms/harness.ts'

const tool = cachedWasmOpt()
const table: string[] = []
let tools: ComponentTools
beforeAll(async () => {
  tools = await openComponentTools()
})
afterAll(async () => {
  await tools.close()
  await tool.close()
  console.log(['component: core modules; input, fast, balanced', ...table].join('\n'))
})

/** A component and what was made of it: the same world for wasm-tools, the same answers through jco. */
async function expectSame(id: string, component: Uint8Array, run: (component: Uint8Array) => Promise<string>): Promise<void> {
  const [wit, expected] = [await tools.wit(component), await run(component)]
  expect(expected.length, expected).toBeGreaterThan(60)
  const row = [component.length]
  for (const level of ['fast', 'balanced'] as const) {
    const context = testContext({ openTool: async () => ({ ...tool, close: async () => undefined }) })
    const { artifact } = await shrink(component, settings(level, 'brotli', { timeBudget: 12 }), context)
    expect(context.diagnostics.filter(({ code }) => code === 'transform/failed')).toEqual([])
    expect(artifact.bytes.length).toBeLessThan(component.length)
    expect(await tools.wit(artifact.bytes), `${id} at level ${level}`).toBe(wit)
    expect(await run(artifact.bytes), `${id} at level ${level}`).toBe(expected)
    row.push(artifact.bytes.length)
  }
  table.push(`${id}: ${allModules(readComponent(component)).length}; ${row.join(', ')}`)
}

const commands: readonly OwnBuild[] = ownBuilds.filter(({ id }) => id === 'C -O2' || id === 'Rust -O')

describe('components: valid for wasm-tools, and the same through jco', () => {
  for (const build of commands) {
    const missing = missingTool(build)
    test.skipIf(missing !== undefined)(`${build.id}, with the adapter of WASI preview 1`, async () => {
      await withOwnBuild(build, async (bytes) => {
        await expectSame(build.id, await tools.fromCommand(bytes), (component) => tools.run(component, 'command', 'node', build.args))
      })
    })
  }

  test.skipIf(missingTool(commands[0]!) !== undefined)('a library in C: strings, lists, an import', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shrink-library-'))
    try {
      const out = join(folder, 'library.wasm')
      const source = join(repository, 'fixtures/wasm/programs/library.c')
      execFileSync('clang', ['--target=wasm32', '-O1', '-g', '-nostdlib', '-Wl,--no-entry', '-o', out, source])
      await expectSame('library in C', await tools.fromLibrary(new Uint8Array(readFileSync(out))), (component) => tools.run(component, 'library'))
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  // It needs extended constant expressions, which this Node has not.
  test('JavaScript in QuickJS: linked dynamically inside of the component, run by Bun', async () => {
    await expectSame('JavaScript', await tools.fromScript(), (component) => tools.run(component, 'library', 'bun'))
  })
})
