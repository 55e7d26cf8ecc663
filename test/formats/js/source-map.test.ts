import { decodedMappings, originalPositionFor, sourceContentFor, TraceMap } from '@jridgewell/trace-mapping'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { totalsByLabel } from '../../../src/core/size-map.ts'
import type { Level } from '../../../src/core/transform.ts'
import { js } from '../../../src/formats/js/index.ts'
import { optimizeArtifact } from '../../../src/pipeline/optimize-artifact.ts'
import { artifact, memoryContext } from './context.ts'

/** Two of the application's modules and one package in two versions, bundled with a map. */
const sources: Readonly<Record<string, string>> = {
  'src/index.ts': `import { total as sumOfAll, uniqueMarkerInIndex } from './sum.ts'
import first from '../node_modules/left/index.js'
import second from '../node_modules/right/node_modules/left/index.js'
export interface Order { readonly price: number }
export function describeOrder(orders: readonly Order[], currencyName: string): string {
  const prices = orders.map((order) => order.price)
  if (prices.length === 0) throw new RangeError('no orders: ' + currencyName)
  return \`\${currencyName} \${sumOfAll(prices)} \${first(prices)} \${second(prices)} \${uniqueMarkerInIndex}\`
}
console.log(describeOrder([{ price: 3 }, { price: 4 }], 'EUR'))
`,
  'src/sum.ts': `export const uniqueMarkerInIndex = 'marker-é-\\u2028-ünique'
export function total(values: readonly number[]): number {
  let runningTotal = 0
  for (const value of values) runningTotal += 1000003 * value
  return runningTotal
}
`,
  'node_modules/left/index.js': `module.exports = function leftOne(list) { return 'left one ' + list.length }\n`,
  'node_modules/right/node_modules/left/index.js': `module.exports = function leftTwo(list) { return 'left two ' + list.join('-') }\n`,
}

async function bundle(options: Parameters<typeof build>[0]): Promise<{ code: string; map: string; metafile: string }> {
  const { outputFiles, metafile } = await build({
    entryPoints: ['src/index.ts'],
    bundle: true,
    write: false,
    format: 'esm',
    outfile: 'dist/index.js',
    metafile: true,
    logLevel: 'silent',
    ...options,
    plugins: [
      {
        name: 'memory',
        setup(build) {
          build.onResolve({ filter: /.*/ }, ({ path, importer }) => ({
            path: new URL(path, `file:///${importer || ''}`).pathname.slice(1),
            namespace: 'm',
          }))
          build.onLoad({ filter: /.*/, namespace: 'm' }, ({ path }) => ({ contents: sources[path]!, loader: path.endsWith('.ts') ? 'ts' : 'js' }))
        },
      },
    ],
  })
  const text = (name: string): string => outputFiles!.find(({ path }) => path.endsWith(name))?.text ?? ''
  return { code: text('index.js'), map: text('.map'), metafile: JSON.stringify(metafile) }
}

/** The identifier, string or number that begins at a place, or undefined. */
function tokenAt(text: string, line: number, column: number): string | undefined {
  const rest = text.split('\n')[line - 1]?.slice(column) ?? ''
  return /^(?:[A-Za-z_$][\w$]*|\d+|'[^']*'|"[^"]*")/.exec(rest)?.[0]
}

describe('composed source maps', () => {
  it.each([
    ['fast', 'external'],
    ['balanced', 'external'],
    ['max', 'external'],
    ['balanced', 'inline'],
  ] as const)('lead to the same tokens at level %s, from an %s map', async (level: Level, sourcemap) => {
    const input = await bundle({ sourcemap: sourcemap === 'inline' ? 'inline' : 'linked', banner: { js: '#!/usr/bin/env node' } })
    const context = memoryContext({ 'dist/index.js.map': input.map })
    const result = await optimizeArtifact(js, artifact('dist/index.js', input.code), {}, { level, measure: 'gzip', options: {} }, context)
    const code = new TextDecoder().decode(result.artifact.bytes)
    expect(code).toMatch(/\n\/\/# sourceMappingURL=index\.js\.map$/)
    expect(result.companions).toMatchObject([{ role: 'source-map', path: 'dist/index.js.map' }])
    expect(result.changes.some(({ what }) => what.endsWith('the source map that was in the file is index.js.map'))).toBe(sourcemap === 'inline')
    const map = new TraceMap(new TextDecoder().decode(result.companions[0]!.bytes))
    expect(map.file).toBe('index.js')

    // tokens that no minifier changes, where the map has a segment for just them
    let checked = 0
    const mappings = decodedMappings(map)
    for (const [lineIndex, line] of code.split('\n').entries()) {
      for (const match of line.matchAll(/\b(?:1000003|console|log|price|length|join|map)\b/g)) {
        const segment = mappings[lineIndex]?.find(([column]) => column === match.index)
        if (segment === undefined || segment.length === 1) continue
        const original = sourceContentFor(map, map.sources[segment[1]]!)!
        expect(tokenAt(original, segment[2] + 1, segment[3]), `${match[0]} at ${match.index}`).toBe(match[0])
        checked++
      }
    }
    expect(checked).toBeGreaterThan(8)
    // a position that nothing but the right line can give
    const at = code.split('\n').findIndex((line) => line.includes('1000003'))
    const column = code.split('\n')[at]!.indexOf('1000003')
    expect(originalPositionFor(map, { line: at + 1, column })).toMatchObject({ source: expect.stringMatching(/sum\.ts$/), line: 4 })
  })

  it.each([
    ['', /^[^#]*$/],
    ['\n//# sourceMappingURL=https://cdn.example/maps/index.js.map', /\n\/\/# sourceMappingURL=https:\/\/cdn\.example\/maps\/index\.js\.map$/],
  ])('are kept beside a script that does not name them there (%j)', async (comment, end) => {
    const input = await bundle({ sourcemap: 'external' })
    const context = memoryContext({ 'dist/index.js.map': input.map })
    const result = await optimizeArtifact(js, artifact('dist/index.js', input.code + comment), {}, { level: 'fast', measure: 'raw', options: {} }, context)
    const code = new TextDecoder().decode(result.artifact.bytes)
    expect(code).toMatch(end)
    const map = new TraceMap(new TextDecoder().decode(result.companions[0]!.bytes))
    const before = code.slice(0, code.indexOf('1000003')).split('\n')
    const place = originalPositionFor(map, { line: before.length, column: before.at(-1)!.length })
    expect(place).toMatchObject({ source: expect.stringMatching(/sum\.ts$/), line: 4 })
  })

  it('of another file are left alone', async () => {
    const input = await bundle({ sourcemap: 'external' })
    const context = memoryContext({ 'dist/other.js.map': JSON.stringify({ ...JSON.parse(input.map), file: 'index.js' }), 'dist/third.js.map': '{ "tiles": [] }' })
    for (const name of ['other', 'third']) {
      const result = await optimizeArtifact(js, artifact(`dist/${name}.js`, input.code), {}, { level: 'fast', measure: 'raw', options: {} }, context)
      expect(result.companions).toEqual([])
    }
  })

  it('are left out when nobody wants them', async () => {
    const input = await bundle({ sourcemap: 'linked' })
    const context = memoryContext({ 'dist/index.js.map': input.map })
    const result = await optimizeArtifact(js, artifact('dist/index.js', input.code), {}, { level: 'fast', measure: 'raw', options: { sourceMap: 'none' } }, context)
    expect(result.companions).toEqual([])
    expect(new TextDecoder().decode(result.artifact.bytes)).not.toContain('sourceMappingURL')
    expect(context.reported).toMatchObject([{ message: expect.stringContaining('dist/index.js.map is copied as it is') }])
  })
})

describe('composition', () => {
  it.each([
    ['source-map', { sourcemap: 'linked', minify: true }],
    ['markers', { sourcemap: false }],
    ['metafile', { sourcemap: false, minify: true }],
  ] as const)('by module and package from %s', async (from, options) => {
    const input = await bundle(options)
    const files = from === 'source-map' ? { 'dist/index.js.map': input.map } : from === 'metafile' ? { 'dist/metafile.json': input.metafile } : {}
    const read = (by: 'module' | 'package') => js.analyze(artifact('dist/index.js', input.code), { by }, memoryContext(files))
    const byModule = await read('module')
    expect(byModule.properties['compositionFrom']).toBe(from)
    const modules = totalsByLabel(byModule.sizes)
    expect(modules.map(({ label }) => label)).toEqual(expect.arrayContaining(Object.keys(sources)))
    const byPackage = await read('package')
    const packages = totalsByLabel(byPackage.sizes)
    expect(packages.map(({ label }) => label)).toEqual(expect.arrayContaining(['[app]', 'left']))
    for (const { sizes, byteLength } of [byModule, byPackage]) {
      expect(sizes.ranges.reduce((sum, { size }) => sum + size, 0)).toBe(byteLength)
    }
    const findings = js.rules.flatMap((rule) => [...rule.check(byPackage)].map((finding) => ({ ...finding, ruleId: rule.id })))
    expect(findings.find(({ ruleId }) => ruleId === 'js/duplicate-package')).toMatchObject({ data: { package: 'left' } })
  })

  it('attributes bytes, not code units', async () => {
    const code = "x('ééé');y('ö')\n//# sourceMappingURL=a.map"
    const map = { version: 3, names: [], sources: ['one.js', 'two.js'], mappings: 'AAAA,SCAA', sourcesContent: ['', ''] }
    const { sizes } = await js.analyze(artifact('a.js', code), { by: 'module' }, memoryContext({ 'a.map': JSON.stringify(map) }))
    expect(sizes.ranges.map(({ label, offset, size }) => [label, offset, size])).toEqual([
      ['one.js', 0, 12],
      ['two.js', 12, 8],
      ['[bundler and unmapped]', 20, 26],
    ])
  })
})
