import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { compareFeatures, type FeatureId, featureIds, findFeature } from '../../../src/formats/wasm/features.ts'
import { readModule } from '../../../src/formats/wasm/read/read-module.ts'
import { assemble } from './assemble.ts'

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

  test('every feature can be found by each of its names', () => {
    for (const id of featureIds) expect(findFeature(id)).toBe(id)
    expect(findFeature('simd128')).toBe('simd')
    expect(findFeature('exnref')).toBe('exceptions-final')
    expect(findFeature('nontrapping-fptoint')).toBe('saturated-float-to-int')
    expect(findFeature('no-such')).toBeUndefined()
  })
})
