import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { analyzeWasm } from '../../../src/formats/wasm/analyze.ts'
import { binaryenFlags } from '../../../src/formats/wasm/features.ts'
import { readTargetFeatures } from '../../../src/formats/wasm/read/custom/target-features-section.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { readCorpusModule, wasmCorpus } from '../../corpus/wasm.ts'
import { binaryenAccepts } from './assemble.ts'
import { corpusFeatures } from './corpus-features.ts'
import { hasWabt, wabtAccepts, wabtSwitches } from './wabt.ts'

const folder = mkdtempSync(join(tmpdir(), 'wasm-corpus-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** wabt cannot read wasm-GC. It lets mutable globals be exported whatever its switch says. */
const beyondWabt: readonly string[] = ['dartfmt-gc', 'dartfmt-gc-unopt']
const exportsMutableGlobals: readonly string[] = ['oxipng-mt', 'pglite']
/** Larger ones are asked with exactly their features only. */
const withOneFewerUpTo = 6_000_000

describe('exact features of 57 published modules', () => {
  test.each(wasmCorpus.map((module) => [module.id, module] as const))('%s', async (id, corpusModule) => {
    const bytes = await readCorpusModule(corpusModule)
    expect(bytes.length).toBe(corpusModule.byteLength)
    const features = readModule(bytes).features.map(({ feature }) => feature)
    expect(features.join(' ')).toBe(corpusFeatures[id])
  })

  test.skipIf(!hasWabt).each(wasmCorpus.filter(({ id }) => !beyondWabt.includes(id)).map((module) => [module.id, module] as const))(
    '%s: wabt takes exactly these, and not one fewer (skipped without wasm-validate)',
    async (id, corpusModule) => {
      const bytes = await readCorpusModule(corpusModule)
      const path = join(folder, `${id}.wasm`)
      writeFileSync(path, bytes)
      const switches = wabtSwitches(bytes)
      expect(await wabtAccepts(path, switches)).toBe(true)
      if (bytes.length > withOneFewerUpTo) return
      for (const name of switches) {
        if (name === 'mutable-globals' && exportsMutableGlobals.includes(id)) continue
        const fewer = new Set([...switches].filter((other) => other !== name))
        expect(await wabtAccepts(path, fewer), `without ${name}`).toBe(false)
      }
    },
  )

  /** Binaryen reads wasm-GC. Modules with target_features are left out: it takes what the section claims as given. */
  const forBinaryen = ['dartfmt-gc', 'zigfmt', 'webp-enc-simd', 'sqlite3', 'blake3']
  test.each(forBinaryen)('%s: Binaryen takes the flags of these features, and not one fewer', async (id) => {
    const bytes = await readCorpusModule(wasmCorpus.find((module) => module.id === id)!)
    const flags = binaryenFlags(readModule(bytes).features.map(({ feature }) => feature)).slice(1)
    expect(binaryenAccepts(bytes, flags)).toBe(true)
    for (const flag of flags) {
      const fewer = flags.filter((other) => other !== flag)
      expect(binaryenAccepts(bytes, fewer), `without ${flag}`).toBe(false)
    }
  })

  test('18 have a target_features section, 17 of them claim too much, none too little', async () => {
    const found = { sections: 0, claimTooMuch: 0, claimTooLittle: 0 }
    for (const corpusModule of wasmCorpus) {
      const features = readTargetFeatures(readModule(await readCorpusModule(corpusModule)))
      if (features === undefined) continue
      found.sections++
      if (features.unused.length > 0) found.claimTooMuch++
      if (features.missing.length > 0) found.claimTooLittle++
    }
    expect(found).toEqual({ sections: 18, claimTooMuch: 17, claimTooLittle: 0 })
  })
})

describe('size maps of the corpus', () => {
  test.each(['section', 'symbol', 'package'] as const)('by %s sum to each file', async (by) => {
    for (const corpusModule of wasmCorpus) {
      if (corpusModule.byteLength > withOneFewerUpTo) continue
      const bytes = await readCorpusModule(corpusModule)
      const { ranges } = analyzeWasm({ path: corpusModule.id, bytes }, { by }).sizes
      expect(ranges.reduce((sum, { size }) => sum + size, 0)).toBe(bytes.length)
      expect(ranges.filter(({ kind }) => kind === 'gap')).toEqual([])
    }
  })
})
