import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brotliSize, gzipSize } from '../../../src/bytes/encoded-size.ts'
import { minifiers } from '../../../src/formats/js/minify/minifiers.ts'
import { minifyScript } from '../../../src/formats/js/minify/minify-script.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { scriptArtifacts } from '../../corpus/js.ts'

const run = promisify(execFile)
const probe = fileURLToPath(new URL('probe-library.mjs', import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shrink-js-'))
  for (const { name, pinned, file } of scriptArtifacts) {
    const text = await readFile(join(await fetchPackage(pinned), file), 'utf8')
    // as the benchmark does that others publish: licence comments are comments
    await writeFile(join(folder, `${name}.js`), text.replaceAll('/*!', '/*').replaceAll('* @license', '*'))
  }
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

async function digest(name: string, file: string): Promise<string> {
  const { stdout } = await run(process.execPath, [probe, name, file, folder], { maxBuffer: 1 << 26 })
  return stdout.trim()
}

describe('the twelve artifacts of privatenumber/minification-benchmarks', () => {
  it.each(scriptArtifacts.map(({ name }) => name))('%s: balanced answers as before, and is below each single minifier', async (name) => {
    const source = join(folder, `${name}.js`)
    const code = await readFile(source, 'utf8')
    const { code: short, chain } = await minifyScript(code, { level: 'balanced', measure: 'gzip', goal: 'script', target: 'es5' })
    const file = join(folder, `${name}.min.js`)
    await writeFile(file, short)
    expect(chain).toContain('rename')
    const before = await digest(name, source)
    expect(Number(before.split(' ')[0])).toBeGreaterThan(0)
    expect(await digest(name, file)).toBe(before)

    // terser takes minutes on the large ones: `npm run bench` compares with it
    const input = { code, goal: 'script', target: 'es2020', keepNames: false, keepText: undefined, topLevel: false, sourceMap: false } as const
    const measures = code.length < 1_500_000 ? [gzipSize, brotliSize] : [gzipSize]
    for (const tool of code.length < 600_000 ? (['esbuild', 'swc', 'oxc', 'terser'] as const) : (['esbuild', 'swc', 'oxc'] as const)) {
      const single = Buffer.from((await minifiers[tool](input)).code)
      for (const measure of measures) expect(measure(Buffer.from(short)), `${tool} ${measure.name}`).toBeLessThan(measure(single))
    }
  })

  it.each(['react', 'moment'])('%s: max answers as before, and is at or below uglify-js', async (name) => {
    const source = join(folder, `${name}.js`)
    const code = await readFile(source, 'utf8')
    const { code: short } = await minifyScript(code, { level: 'max', measure: 'gzip', goal: 'script', target: 'es5' })
    const file = join(folder, `${name}.max.js`)
    await writeFile(file, short)
    expect(await digest(name, file)).toBe(await digest(name, source))
    const input = { code, goal: 'script', target: 'es5', keepNames: false, keepText: undefined, topLevel: false, sourceMap: false } as const
    const single = Buffer.from((await minifiers['uglify-js'](input)).code)
    expect(gzipSize(Buffer.from(short))).toBeLessThan(gzipSize(single) * 0.985)
  })
})
