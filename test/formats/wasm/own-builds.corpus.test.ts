import { afterAll, describe, expect, test } from 'vitest'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { levels } from '../../../src/core/transform.ts'
import { missingTool, ownBuilds, withOwnBuild } from '../../wasm-run/own-builds.ts'
import { cachedWasmOpt } from './transforms/cached-wasm-opt.ts'
import { settings, shrink, testContext } from './transforms/harness.ts'

/** The levels, and what takes too long for a module of this many bytes of code at the highest. */
const maxBelow = 200_000
/** Seconds of wasm-opt by estimate: of a Go module -O1 is all that is run. */
const timeBudget = 30

const tool = cachedWasmOpt()
afterAll(() => tool.close())
const context = () => testContext({ openTool: async () => ({ ...tool, close: async () => undefined }) })
const table: string[] = []
afterAll(() => console.log(['build: input, fast, balanced, max, lowered', ...table].join('\n')))

/** What can be lowered of what these toolchains write. */
const lower = ['sign-extensions', 'bulk-memory', 'saturated-float-to-int', 'reference-types', 'mutable-globals']
const lowered = /sign-extensions|bulk-memory|saturated-float-to-int|call-indirect-overlong/

describe('programs of our own do the same before and after', () => {
  for (const build of ownBuilds) {
    const missing = missingTool(build)
    test.skipIf(missing !== undefined)(`${build.id}${missing === undefined ? '' : ` (skipped without ${missing})`}`, async () => {
      await withOwnBuild(build, async (bytes, run) => {
        const expected = await run(bytes)
        expect(expected.stdout.length, expected.stderr).toBeGreaterThan(40)
        const row = [bytes.length]
        let code = 0
        for (const level of build.levels ?? levels) {
          if (level === 'max' && code > maxBelow) continue
          const here = context()
          const { artifact } = await shrink(bytes, settings(level, 'brotli', { timeBudget }), here)
          if (level === 'fast') code = artifact.bytes.length
          expect(artifact.bytes.length).toBeLessThanOrEqual(bytes.length)
          expect(here.diagnostics.filter(({ code }) => code === 'transform/failed')).toEqual([])
          expect(await run(artifact.bytes), `${build.id} at level ${level}`).toEqual(expected)
          row.push(artifact.bytes.length)
        }
        if (readModule(bytes).features.some(({ feature }) => lowered.test(feature))) {
          const { artifact } = await shrink(bytes, settings('fast', 'raw', { lower }), context())
          expect(readModule(artifact.bytes).features.filter(({ feature }) => lowered.test(feature))).toEqual([])
          expect(await run(artifact.bytes), `${build.id} lowered`).toEqual(expected)
          row.push(artifact.bytes.length)
        }
        table.push(`${build.id}: ${row.join(', ')}`)
      })
    }, 600_000)
  }
})
