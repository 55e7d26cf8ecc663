import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { levels } from '../../src/core/transform.ts'
import { installLambda, invokeLambda, lambdaEntries } from '../corpus/lambda.ts'
// @ts-expect-error the benchmark's peers are plain JavaScript
import * as peers from '../../bench/js-bundle-peers.mjs'
import { build } from './project.ts'

interface Best {
  readonly size: number
  readonly by: string
}
const { bestMinified, bestOfPeer } = peers as {
  bestMinified(codes: readonly string[], minifiers?: readonly string[]): Promise<Best>
  bestOfPeer(peer: string, entry: string, root: string, minifiers?: readonly string[]): Promise<Best>
}

/** Those that win on these entries; `npm run bench` has all four of each. */
const minifiers = ['swc', 'oxc']
const rivals = ['rollup', 'rolldown']
/** As ES modules at every level, as CommonJS at one: the levels differ before the format is chosen. */
const builds = [...levels.map((level) => [level, 'esm'] as const), ['balanced', 'cjs'] as const]
let root: string
beforeAll(async () => {
  root = await installLambda()
})
afterAll(() => rm(join(root, 'built'), { recursive: true, force: true }))

describe.each(lambdaEntries)('%s', (entry) => {
  const sizes = new Map<string, number>()
  let answer: string | undefined

  test.each(builds)(
    'answers the same at %s as %s',
    async (level, format) => {
      const outFolder = join('built', `${entry}-${level}-${format}`)
      const built = await build([`src/${entry}.ts`], { root, level, format, measure: 'raw', outFolder })
      const given = await invokeLambda(join(built.folder, built.chunks.find((chunk) => chunk.isEntry)!.path), entry)
      expect(given).not.toBe('')
      answer ??= given
      expect(given).toBe(answer)
      if (format === 'esm') {
        const codes = built.chunks.map((chunk) => new TextDecoder().decode(chunk.bytes))
        sizes.set(level, (await bestMinified(codes, minifiers)).size)
      }
    },
  )

  test('is no larger than what the best other bundlers make', async () => {
    let best = Infinity
    for (const peer of rivals) {
      best = Math.min(best, (await bestOfPeer(peer, `src/${entry}.ts`, root, minifiers)).size)
    }
    expect(sizes.get('balanced')).toBeLessThanOrEqual(best * 1.02)
    expect(sizes.get('max')).toBeLessThanOrEqual(best)
  })
})

test('the Lambda preset leaves the credential chain out and still signs', async () => {
  for (const [entry, ratio] of [['c-ddb', 0.75]] as const) {
    const plain = await build([`src/${entry}.ts`], { root, format: 'esm', outFolder: 'built/plain' })
    const preset = await build([`src/${entry}.ts`], { root, format: 'esm', outFolder: 'built/preset', awsLambdaPreset: true })
    const size = async (built: typeof plain): Promise<number> =>
      (await bestMinified(built.chunks.map((chunk) => new TextDecoder().decode(chunk.bytes)), ['swc'])).size
    expect(await size(preset)).toBeLessThan((await size(plain)) * ratio)
    expect(preset.assumptions.map(({ option }) => option)).toContain('bundle.awsLambdaPreset')
    expect(await invokeLambda(join(preset.folder, `${entry}.mjs`), entry)).toBe(await invokeLambda(join(plain.folder, `${entry}.mjs`), entry))
  }
})
