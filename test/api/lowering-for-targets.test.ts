import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { build, optimizeFiles } from '../../src/index.ts'
import { readModule } from '../../src/formats/wasm/read/read-module.ts'
import { assemble } from '../formats/wasm/assemble.ts'

const relaxed = assemble('(module (memory 1) (func (export "f") (param v128 v128) (v128.store (i32.const 0) (f32x4.relaxed_min (local.get 0) (local.get 1)))))')

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'shrink-lowering-'))
  await writeFile(join(cwd, 'm.wasm'), relaxed)
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

const config = { out: 'out', level: 'fast', jobs: 1 } as const

describe('a build for a target', () => {
  test('lowers what the target lacks, says what it cost, and judges what it wrote', async () => {
    const report = await build(['m.wasm'], { cwd, configFile: false, config: { ...config, target: ['node20'] } })
    const [output] = report.outputs
    expect(output!.changes).toMatchObject([{ transform: 'wasm/lower', what: 'lowered relaxed-simd to simd for node20' }])
    expect(output!.requirements!.map(({ name }) => name)).not.toContain('relaxed-simd')
    expect(report.artifacts[0]!.requirements.map(({ name }) => name)).toContain('relaxed-simd')
    expect(report.portability).toMatchObject([{ artifact: 'm.wasm', target: 'node20', verdict: 'runs' }])
    const written = readModule(await readFile(join(cwd, 'out/m.wasm')))
    expect(written.features.map(({ feature }) => feature)).toEqual(['simd'])
  })

  test('without a target, and for one that has it, the module stays as it is', async () => {
    for (const target of [[], ['node22']]) {
      const report = await build(['m.wasm'], { cwd, configFile: false, config: { ...config, target } })
      expect(report.outputs[0]!.changes).toEqual([])
      expect(report.outputs[0]!.requirements).toBeUndefined()
    }
  })

  test('in a bundler’s plugin as well', async () => {
    const { files, report } = await optimizeFiles([{ path: 'm.wasm', bytes: relaxed }], { cwd, configFile: false, config: { level: 'fast', target: ['node20'] } })
    expect(readModule(files[0]!.bytes).features.map(({ feature }) => feature)).toEqual(['simd'])
    expect(report.portability).toMatchObject([{ verdict: 'runs' }])
  })
})
