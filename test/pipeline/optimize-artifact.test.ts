import { expect, test } from 'vitest'
import type { Artifact } from '../../src/core/artifact.ts'
import type { Context } from '../../src/core/context.ts'
import type { Diagnostic } from '../../src/core/diagnostic.ts'
import { UnsupportedError } from '../../src/core/errors.ts'
import type { Format } from '../../src/core/format.ts'
import { buildSizeMap } from '../../src/core/size-map.ts'
import type { Transform } from '../../src/core/transform.ts'
import { optimizeArtifact } from '../../src/pipeline/optimize-artifact.ts'

/** A format of text lines, whose artifacts must keep their first line. */
function lines(...transforms: Transform[]): Format {
  const first = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).split('\n')[0]!
  return {
    id: 'js',
    recognizes: () => true,
    async analyze({ path, bytes }) {
      if (bytes[0] === 0x21) throw new UnsupportedError('starts with !', { offset: 0 })
      return { format: 'js', path, byteLength: bytes.byteLength, architecture: null, sizes: buildSizeMap(bytes.byteLength, []), properties: { first: first(bytes) }, requirements: [], detail: undefined }
    },
    rules: [],
    transforms,
    verify: (before, after) => (before.properties['first'] === after.properties['first'] ? [] : ['the first line changed']),
  }
}

function transform(id: string, rewrite: (text: string) => string): Transform {
  return {
    id,
    title: id,
    safety: 'lossless',
    measure: 'raw',
    applies: () => true,
    async apply(artifact) {
      const bytes = new TextEncoder().encode(rewrite(new TextDecoder().decode(artifact.bytes)))
      return { artifact: { ...artifact, bytes }, changes: [{ transform: id, what: id, before: artifact.bytes.byteLength, after: bytes.byteLength, verifiedBy: ['test'] }] }
    },
  }
}

async function run(format: Format): Promise<{ text: string; changes: string[]; said: Diagnostic[] }> {
  const said: Diagnostic[] = []
  const context: Context = { signal: new AbortController().signal, report: (diagnostic) => said.push(diagnostic), readFile: async () => undefined }
  const artifact: Artifact = { path: 'a.txt', bytes: new TextEncoder().encode('one\ntwo\nthree') }
  const result = await optimizeArtifact(format, artifact, {}, { level: 'balanced', measure: 'gzip', options: {} }, context)
  return { text: new TextDecoder().decode(result.artifact.bytes), changes: result.changes.map((change) => change.transform), said }
}

test('what is smaller and verifies is kept, one transform after the other', async () => {
  const { text, changes, said } = await run(lines(transform('a', (all) => all.replace('\ntwo', '')), transform('b', (all) => all.replace('\nthree', ''))))
  expect([text, changes, said]).toEqual(['one', ['a', 'b'], []])
})

test.each([
  ['is larger', (all: string) => `${all}!`, /raw size would go from 13 to 14/],
  ['is as large', (all: string) => all.replace('two', 'TWO'), /raw size would go from 13 to 13/],
  ['does not verify', () => 'uno', /does not verify: the first line changed/],
  ['cannot be read back', () => '!', /cannot be read back: starts with !/],
])('what %s is thrown away and said so, and the others go on', async (_name, rewrite, message) => {
  const { text, changes, said } = await run(lines(transform('bad', rewrite), transform('good', (all) => all.replace('\ntwo', ''))))
  expect([text, changes]).toEqual(['one\nthree', ['good']])
  expect(said).toMatchObject([{ severity: 'info', code: 'transform/discarded', location: { path: 'a.txt' } }])
  expect(said[0]!.message).toMatch(message)
})

test('a transform that refuses is a warning, one that breaks is a bug report; the input stands', async () => {
  const refuse = transform('refuse', () => {
    throw new UnsupportedError('a layout that cannot be proved safe')
  })
  const crash = transform('crash', () => {
    throw new TypeError('undefined is not a function')
  })
  const { text, said } = await run(lines(refuse, crash))
  expect(text).toBe('one\ntwo\nthree')
  expect(said).toMatchObject([
    { severity: 'warning', code: 'artifact/unsupported' },
    { severity: 'error', code: 'job/failed' },
  ])
})
