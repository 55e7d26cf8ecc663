import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addCompileCache } from '../../src/node/compile-cache.ts'
import { measureLoads } from '../../src/node/load-time.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shrink-cache-'))
})
afterEach(async () => rm(folder, { recursive: true, force: true }))

const signal = new AbortController().signal
/** A megabyte of functions that are all called when it is loaded: compiling them is what takes the time. */
const heavy = Array.from(
  { length: 3000 },
  (_, i) => `function f${i}(a, b) { const c = a + b * ${i}; if (c > ${i * 7}) { for (const d of [a, b]) a += d } return { a, c, e: [a, b] } }\nf${i}(1, 2)`,
).join('\n')

describe('compile cache', () => {
  it('loads the same module, faster, and only on the Node that made it', async () => {
    const path = join(folder, 'tool.cjs')
    const text = `#!/usr/bin/env node\n${heavy}\nexports.minify = (text) => ({ code: text.replace(/ /g, '') + ';' })\nexports.place = [__filename, __dirname, require.main === module, this === exports]\nexports.later = () => require('./beside.cjs')\nif (require.main === module) console.log('ran', process.argv[2])\n`
    await writeFile(path, text)
    await writeFile(join(folder, 'beside.cjs'), 'module.exports = 7')
    const outcome = await addCompileCache(path, { exports: ['minify', 'place', 'not-a-name'], dynamicImports: 0, runs: 3, signal })
    expect(outcome).toMatchObject({ kept: true, what: expect.stringMatching(/^loads in .* without; median of 3 runs$/) })
    expect((await readdir(folder)).sort()).toEqual([
      'beside.cjs',
      expect.stringMatching(/^tool\.[0-9a-f]{8}\.cache$/),
      expect.stringMatching(/^tool\.[0-9a-f]{8}\.code\.cjs$/),
      'tool.cjs',
    ])
    const ask = `const m = await import(${JSON.stringify(path)}); const { place, later, minify } = m.default
      console.log(JSON.stringify([place, typeof m.minify, later(), (await minify('a ( 1 )')).code]))`
    const answer = (): unknown => JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', ask], { encoding: 'utf8' }))
    const expected = [[path, folder, false, true], 'function', 7, 'a(1);']
    expect(answer()).toEqual(expected)
    expect(execFileSync(process.execPath, [path, 'x'], { encoding: 'utf8' })).toBe('ran x\n')

    // another Node, or no cache: the code is compiled as usual
    const loader = await readFile(path, 'utf8')
    await writeFile(path, loader.replace(process.version, 'v0.0.0'))
    expect(answer()).toEqual(expected)
    await writeFile(path, loader)
    const cache = (await readdir(folder)).find((name) => name.endsWith('.cache'))!
    await writeFile(join(folder, cache), 'not a cache')
    expect(answer()).toEqual(expected)
    await rm(join(folder, cache))
    expect(answer()).toEqual(expected)
  })

  it('leaves alone what uses import()', async () => {
    const path = join(folder, 'a.js')
    await writeFile(path, 'exports.a = () => import("b")')
    expect(await addCompileCache(path, { exports: [], dynamicImports: 1, runs: 1, signal })).toMatchObject({ kept: false, why: expect.stringContaining('import()') })
  })

  it('leaves alone what cannot run here', async () => {
    const path = join(folder, 'a.js')
    await writeFile(path, 'throw new Error("no such service")')
    const outcome = await addCompileCache(path, { exports: [], dynamicImports: 0, runs: 1, signal })
    expect(outcome).toEqual({ kept: false, why: 'it cannot be run here: no such service' })
    expect(await readdir(folder)).toEqual(['a.js'])
    expect(await readFile(path, 'utf8')).toContain('no such service')
  })
})

describe('load times', () => {
  it('of modules of both kinds, in turn; and what does not load', async () => {
    const write = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text)
      return join(folder, name)
    }
    const slow = 'const end = Date.now() + 30; while (Date.now() < end);'
    const outcomes = await measureLoads(
      [
        { path: await write('fast.cjs', 'console.log(1)'), kind: 'commonjs' },
        { path: await write('slow.mjs', `${slow}; setTimeout(() => {}, 60000)`), kind: 'esm' },
        { path: await write('broken.cjs', 'require("./none")'), kind: 'commonjs' },
        { path: await write('exits.mjs', 'process.exit(0)'), kind: 'esm' },
      ],
      { runs: 3, signal },
    )
    expect(outcomes[0]).toMatchObject({ time: { runs: 3 } })
    expect(outcomes[1]).toMatchObject({ time: { median: expect.any(Number) } })
    const medians = outcomes.map((outcome) => ('time' in outcome ? outcome.time.median : 0))
    expect(medians[1]).toBeGreaterThan(medians[0]!)
    expect(outcomes[2]).toEqual({ problem: expect.stringMatching(/Cannot find module/) })
    expect(outcomes[3]).toEqual({ problem: 'it ended before it was loaded' })
  })
})
