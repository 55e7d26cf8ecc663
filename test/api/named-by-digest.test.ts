import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { rollup } from 'rollup'
import { shrinkPlugin } from '../../plugins/rollup.ts'
import { build, type Report } from '../../src/index.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const script = (name: string): string => `export function ${name}(someArgument) {\n  const twice = someArgument + someArgument\n  return twice\n}\n`
const digest = (algorithm: string, text: string): string => createHash(algorithm).update(text).digest('base64')
const integrity = (algorithm: string, text: string): string => `${algorithm}-${digest(algorithm, text)}`
/** A script whose digest has letters that JSON and HTML may write in other ways. */
const withSigns = Array.from({ length: 200 }, (_, index) => script(`name${index}`)).find((text) => /\+.*\/|\/.*\+/.test(digest('sha256', text)))!

const kept: Readonly<Record<string, string>> = {
  'assets/page.js': script('page'),
  'assets/worker.js': script('worker'),
  'framework/boot.js': withSigns,
  'assets/slashes.js': script('slashes') + '// another',
  'public/nitro.js': script('nitro'),
}
const pages: Readonly<Record<string, string>> = {
  'server/index.mjs': `export const assets = {"/nitro.js":{etag:'"${script('nitro').length.toString(16)}-${digest('sha1', script('nitro')).slice(0, 27)}"',size:${script('nitro').length}}}`,
  'index.html': `<!doctype html><script type="module" src="assets/page.js" integrity="${integrity('sha384', kept['assets/page.js']!)}" crossorigin></script>`,
  'ngsw.json': JSON.stringify({ hashTable: { '/assets/worker.js': createHash('sha1').update(kept['assets/worker.js']!).digest('hex') } }, null, 2),
  'framework/boot.json': JSON.stringify({ resources: { 'boot.js': integrity('sha256', withSigns) } }).replaceAll('+', '\\u002B'),
  'manifest.json': JSON.stringify({ a: integrity('sha512', kept['assets/slashes.js']!) }).replaceAll('/', '\\/'),
}

async function built(files: Readonly<Record<string, string>>): Promise<{ readonly root: string; readonly report: Report }> {
  const root = tempFolder()
  await writeTree(join(root, 'dist'), files)
  return { root, report: await build(['dist'], { cwd: root, configFile: false, config: { out: 'out' } }) }
}

test('what a page, a service worker or a loader holds the digest of keeps its bytes, which is said', async () => {
  const { root, report } = await built({ ...kept, ...pages, 'assets/free.js': script('free') })
  for (const [path, text] of Object.entries(kept)) expect(await readFile(join(root, 'out', path), 'utf8'), path).toBe(text)
  expect((await readFile(join(root, 'out/assets/free.js'), 'utf8')).length).toBeLessThan(script('free').length)
  const told = report.diagnostics.filter(({ severity }) => severity === 'warning')
  expect(told).toMatchObject([{ code: 'transform/skipped', message: expect.stringMatching(/^5 files are left as they are, .*assets\/page\.js \(SHA-384 in index\.html\)/) }])
})

test('without the digests all of them are made smaller; a list that an earlier build wrote is no reason', async () => {
  const { root } = await built({ ...kept, 'assets/free.js': script('free') })
  for (const [path, text] of Object.entries(kept)) expect((await readFile(join(root, 'out', path), 'utf8')).length, path).toBeLessThan(text.length)
  const again = await build(['out'], { cwd: root, configFile: false, config: { out: 'again' } })
  expect(again.diagnostics.filter(({ severity }) => severity === 'warning')).toEqual([])
})

test('a plugin that comes after the one that wrote the digests leaves what they are of alone', async () => {
  const root = tempFolder()
  await writeTree(root, { 'main.js': script('main') })
  const heard: string[] = []
  const bundle = await rollup({
    input: join(root, 'main.js'),
    onwarn: ({ message }) => heard.push(message),
    plugins: [
      {
        name: 'page-with-integrity',
        generateBundle(_options, files) {
          const { code } = files['main.js'] as { code: string }
          this.emitFile({ type: 'asset', fileName: 'index.html', source: `<script src="main.js" integrity="${integrity('sha384', code)}"></script>` })
        },
      },
      shrinkPlugin({ report: false }),
    ],
  })
  const { output } = await bundle.generate({ format: 'es' })
  const page = output.find(({ fileName }) => fileName === 'index.html') as { source: Uint8Array | string }
  expect(Buffer.from(page.source as string).toString()).toContain(integrity('sha384', output[0].code))
  expect(heard).toEqual([expect.stringContaining('main.js (SHA-384 in index.html)')])
})
