import { expect, test } from 'vitest'
import type { ComparedFile } from '../../../src/api/comparison/compared-files.ts'
import { pairFiles, withoutDigest } from '../../../src/api/comparison/pair-files.ts'

test.each([
  ['app-3f2a1b9c.js', 'app-*.js', 'any bundler'],
  ['assets/index-DiwrgTda.css', 'assets/index-*.css', 'Vite'],
  ['assets/index-Di-rgT_a.js.map', 'assets/index-*.js.map', 'Vite: base 64 for URLs'],
  ['chunk-3NHJPDXK.js', 'chunk-*.js', 'esbuild'],
  ['chunk-QGFNXYZA.js', 'chunk-*.js', 'esbuild, without a digit'],
  ['main.8e0d62a03ff5a2c1b0aa.chunk.js', 'main.*.chunk.js', 'webpack'],
  ['8e0d62a0.js', '*.js', 'webpack, without a name'],
  ['static/1dd3208c-2f1c5d0a9b3e4f5a.js', 'static/1dd3208c-*.js', 'Next.js'],
  ['index.html', undefined, ''],
  ['jquery-slimmest.js', undefined, 'a word'],
  ['my-cool-app.js', undefined, 'words'],
  ['node_modules/3f2a1b9c/main.js', undefined, 'folders are not looked at'],
  ['lib/libvips-cpp.so.42', undefined, ''],
  ['pages/UserProfile.js', undefined, 'a name in two cases'],
  ['UserData.js', undefined, 'the same, of eight letters'],
  ['CHANGELOG.md', undefined, ''],
  ['TEMPLATE.js', undefined, ''],
  ['book-chapter1.js', undefined, 'a word and a number'],
  ['Chapter10.js', undefined, ''],
  ['polyfills-es2015min.js', undefined, ''],
  ['addon-win32x64.node', undefined, 'a platform'],
  ['addon.x64-musl.node', undefined, ''],
  ['lib.dom.iterable.js', undefined, ''],
  ['1dd3208c-DiwrgTda.js', '1dd3208c-*.js', 'the last of two'],
  ['app.k3j9x0q2m5.js', 'app.*.js', 'base 36'],
])('%s is without its digest %s %s', (path, mask, _whose) => {
  expect(withoutDigest(path)?.replace('\0', '*')).toBe(mask)
})

test('a file is matched with the one of its path, else with the only one that differs in the digest of its name', () => {
  const files = (...paths: readonly string[]): ReadonlyMap<string, ComparedFile> =>
    new Map(paths.map((path) => [path, { path, sizes: { raw: 1, gzip: 1, brotli: 1 }, sha256: '', requirements: [], findings: [], cpuAnalysis: undefined }]))
  const pairs = (before: ReadonlyMap<string, ComparedFile>, after: ReadonlyMap<string, ComparedFile>): unknown[] =>
    pairFiles(before, after).map((pair) => [pair.before?.path, pair.after?.path])
  expect(pairs(files('a-00000001.js', 'a-00000001.js.map', 'b.js', 'x/c-00000001.js'), files('a-00000002.js', 'a-00000002.js.map', 'b.js', 'c-00000002.js'))).toEqual([
    ['a-00000001.js', 'a-00000002.js'],
    ['a-00000001.js.map', 'a-00000002.js.map'],
    ['b.js', 'b.js'],
    [undefined, 'c-00000002.js'],
    ['x/c-00000001.js', undefined],
  ])
  // one that stayed as it was is nobody's predecessor
  expect(pairs(files('a-00000001.js', 'a-00000002.js'), files('a-00000001.js', 'a-00000003.js'))).toEqual([
    ['a-00000001.js', 'a-00000001.js'],
    ['a-00000002.js', 'a-00000003.js'],
  ])
  // two of either side: which became which is not known
  expect(pairs(files('a-00000001.js', 'a-00000002.js'), files('a-00000003.js'))).toEqual([
    ['a-00000001.js', undefined],
    ['a-00000002.js', undefined],
    [undefined, 'a-00000003.js'],
  ])
  expect(pairs(files('a-00000001.js'), files('a-00000002.js', 'a-00000003.js'))).toEqual([
    ['a-00000001.js', undefined],
    [undefined, 'a-00000002.js'],
    [undefined, 'a-00000003.js'],
  ])
})
