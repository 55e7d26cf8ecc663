import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { build, type Report } from '../../src/index.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const script = Array.from({ length: 40 }, (_, index) => `export function name${index}(someArgument) {\n  const twice = someArgument + ${index}\n  return twice * twice\n}\n`).join('')
const mapped = `${script}//# sourceMappingURL=b.js.map\n`
const map = JSON.stringify({ version: 3, sources: ['b.ts'], names: [], mappings: Array.from({ length: 160 }, () => 'AACA').join(';') })

async function built(files: Readonly<Record<string, string | Uint8Array>>): Promise<{ readonly out: (path: string) => Promise<Buffer>; readonly report: Report }> {
  const root = tempFolder()
  await writeTree(join(root, 'dist'), files)
  const report = await build(['dist'], { cwd: root, configFile: false, config: { out: 'out' } })
  return { report, out: (path) => readFile(join(root, 'out', path)) }
}

test('what a server sends instead of a script holds what became of it', async () => {
  const { out, report } = await built({ 'a.js': script, 'a.js.gz': gzipSync(script), 'a.js.br': brotliCompressSync(script) })
  const after = await out('a.js')
  expect(after.length).toBeLessThan(script.length)
  expect(gunzipSync(await out('a.js.gz'))).toEqual(after)
  expect(brotliDecompressSync(await out('a.js.br'))).toEqual(after)
  const changed = report.outputs.filter(({ path }) => path !== 'a.js')
  expect(changed).toMatchObject([
    { path: 'a.js.br', from: 'a.js', before: { raw: brotliCompressSync(script).length }, changes: [{ transform: 'precompressed' }] },
    { path: 'a.js.gz', from: 'a.js', before: { raw: gzipSync(script).length }, changes: [{ transform: 'precompressed' }] },
  ])
})

test('and of its source map, which belongs to the script as it is now', async () => {
  const { out } = await built({ 'b.js': mapped, 'b.js.map': map + ' '.repeat(5000), 'b.js.map.gz': gzipSync(map + ' '.repeat(5000), { level: 0 }) })
  expect((await out('b.js.map')).toString()).not.toBe(map)
  expect(gunzipSync(await out('b.js.map.gz'))).toEqual(await out('b.js.map'))
})

test('what holds something else, is no compressed file, or would not get smaller stays', async () => {
  const other = gzipSync(`${script};`)
  const bomb = gzipSync(Buffer.alloc(64 << 20))
  // there is nothing to make smaller
  const minified = 'export let a=1;'
  const files = { 'a.js': script, 'a.js.gz': other, 'a.js.br': Buffer.from('no brotli'), 'b.js': script, 'b.js.gz': bomb, 'c.js': minified, 'c.js.gz': gzipSync(minified) }
  const { out } = await built(files)
  for (const path of ['a.js.gz', 'a.js.br', 'b.js.gz', 'c.js.gz'] as const) expect(await out(path), path).toEqual(Buffer.from(files[path]))
})
