import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { binaryenFlags, compareFeatures, type FeatureId, featureIds, findFeature } from '../../../src/formats/wasm/features.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { assemble, binaryenAccepts } from './assemble.ts'

const folder = fileURLToPath(new URL('../../../fixtures/wasm/features', import.meta.url))
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.wat'))
  .sort()

function expected(text: string): FeatureId[] {
  const list = /^;; expect: (.*)$/m.exec(text)![1]!
  return list === 'none' ? [] : (list.split(', ') as FeatureId[]).sort(compareFeatures)
}

describe('exact features', () => {
  test.each(cases)('%s', (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8')
    const module = readModule(assemble(text, expected(text)))
    expect(module.features.map(({ feature }) => feature)).toEqual(expected(text))
  })

  /** Binaryen reads these whether or not it was told to: they are encodings, or checks of engines. */
  const notChecked: readonly string[] = ['--enable-call-indirect-overlong', '--enable-compact-imports']
  /** Switches that one of the others brings with it. */
  const implied: Readonly<Record<string, readonly string[]>> = {
    'bulk-memory.wat': ['--enable-bulk-memory-opt'],
    'reference-types.wat': ['--enable-bulk-memory-opt'],
    'stack-switching.wat': ['--enable-gc', '--enable-reference-types'],
  }

  test.each(cases)('%s: Binaryen refuses it with one fewer', (name) => {
    const text = readFileSync(`${folder}/${name}`, 'utf8')
    const flags = binaryenFlags(expected(text)).slice(1)
    const bytes = assemble(text, expected(text))
    expect(binaryenAccepts(bytes, flags)).toBe(true)
    for (const flag of flags) {
      if (notChecked.includes(flag) || implied[name]?.includes(flag)) continue
      expect(binaryenAccepts(bytes, flags.filter((other) => other !== flag)), `without ${flag}`).toBe(false)
    }
  })

  test('every feature can be found by each of its names', () => {
    for (const id of featureIds) expect(findFeature(id)).toBe(id)
    expect(findFeature('simd128')).toBe('simd')
    expect(findFeature('exnref')).toBe('exceptions-final')
    expect(findFeature('nontrapping-fptoint')).toBe('saturated-float-to-int')
    expect(findFeature('no-such')).toBeUndefined()
  })
})
