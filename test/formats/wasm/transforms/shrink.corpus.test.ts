import { afterAll, describe, expect, test } from 'vitest'
import { measuredSize } from '../../../../src/bytes/encoded-size.ts'
import { type Measure, measures } from '../../../../src/core/transform.ts'
import { binaryenFlags } from '../../../../src/formats/wasm/features.ts'
import { readModule } from '../../../../src/formats/wasm/read/read-module.ts'
import { type CorpusModule, readCorpusModule, wasmCorpus } from '../../../corpus/wasm.ts'
import { programIds, runProgram } from '../../../wasm-run/run-program.ts'
import { cachedWasmOpt } from './cached-wasm-opt.ts'
import { settings, shrink, testContext } from './harness.ts'

/** Modules below this are optimised and compared with -Oz; `SHRINK_WASM_CORPUS` (bytes) raises it. */
const optimizedBelow = Number(process.env['SHRINK_WASM_CORPUS'] ?? 300_000)
/** Modules below this are stripped and laid out, and run. */
const laidOutBelow = 4_000_000

const tool = cachedWasmOpt()
const context = testContext({ openTool: async () => ({ ...tool, close: async () => undefined }) })
const programs = await programIds()
const table: string[] = []
const timeout = 300_000

/** What `wasm-opt -Oz` gives with the right flags. */
async function peer(bytes: Uint8Array): Promise<Uint8Array> {
  const flags = binaryenFlags(readModule(bytes).features.map(({ feature }) => feature))
  return tool.run(bytes, [...flags, '-Oz'], { seconds: 280, memory: 4096 })
}

async function sameObservations(module: CorpusModule, before: Uint8Array, after: Uint8Array): Promise<void> {
  if (!programs.has(module.id)) return
  expect(await runProgram(module, after), `${module.id} behaves otherwise`).toBe(await runProgram(module, before))
}

describe('against wasm-opt -Oz', () => {
  afterAll(async () => {
    await tool.close()
    console.log(['module: measure input, -Oz, ours', ...table].join('\n'))
    const left = wasmCorpus.filter(({ byteLength }) => byteLength >= optimizedBelow).length
    console.log(`${left} modules of ${optimizedBelow} bytes or more are left to SHRINK_WASM_CORPUS=BYTES and to npm run bench wasm-shrink`)
  })

  test.each(wasmCorpus.filter(({ byteLength }) => byteLength < optimizedBelow))('$id', { timeout }, async (module) => {
    const bytes = await readCorpusModule(module)
    const plain = await peer(bytes)
    const sizes: Partial<Record<Measure, readonly [number, number, number]>> = {}
    for (const measure of measures) {
      const { artifact } = await shrink(bytes, settings('balanced', measure, { timeBudget: 3600 }), context)
      const row = [bytes, plain, artifact.bytes].map((one) => measuredSize(one, measure)) as [number, number, number]
      sizes[measure] = row
      if (measure === 'brotli') await sameObservations(module, bytes, artifact.bytes)
    }
    table.push(`${module.id}: ${measures.map((measure) => `${measure} ${sizes[measure]!.join(', ')}`).join('; ')}${programs.has(module.id) ? '; runs the same' : ''}`)
    for (const measure of measures) {
      const [input, oz, ours] = sizes[measure]!
      expect(ours, `${measure}: larger than the input`).toBeLessThanOrEqual(input)
      expect(ours, `${measure}: larger than -Oz`).toBeLessThanOrEqual(oz)
    }
  })
})

describe('stripped and laid out in milliseconds, the program does the same', () => {
  const modules = wasmCorpus.filter(({ id, byteLength }) => programs.has(id) && byteLength >= optimizedBelow && byteLength < laidOutBelow)

  test.each(modules)('$id', { timeout }, async (module) => {
    const bytes = await readCorpusModule(module)
    const { artifact } = await shrink(bytes, settings('fast', 'raw'), context)
    expect(artifact.bytes.length).toBeLessThanOrEqual(bytes.length)
    await sameObservations(module, bytes, artifact.bytes)
  })
})
