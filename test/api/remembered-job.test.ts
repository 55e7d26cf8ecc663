import { chmod, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it, test } from 'vitest'
import { rememberedJob } from '../../src/api/remembered-job.ts'
import { LocalCache } from '../../src/cache/local-cache.ts'
import { formats } from '../../src/formats/index.ts'
import { analyze, jsonReport, optimizeFiles } from '../../src/index.ts'
import { fileHost } from '../../src/node/file-host.ts'
import type { Job, JobResult } from '../../src/pipeline/job.ts'
import { type JobHost, runJob } from '../../src/pipeline/run-job.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const longNames = Array.from({ length: 40 }, (_, index) => `function name${index}(someArgument) {\n  const twice = someArgument + ${index}\n  return twice * twice\n}\nconsole.log(name${index})\n`).join('')
const script = `const text = 'once more'\n${'console.log(text, "and once more")\n'.repeat(200)}`

afterEach(() => {
  delete process.env['SHRINK_CACHE']
})

interface Runs {
  readonly folder: string
  /** Analyses the file, and says whether that was done anew. */
  of(path: string, more?: Partial<Job>, host?: Partial<JobHost>): Promise<{ readonly anew: boolean; readonly result: JobResult }>
  write(files: Readonly<Record<string, string>>): Promise<void>
}

async function runsIn(files: Readonly<Record<string, string | Uint8Array>>): Promise<Runs> {
  const folder = tempFolder()
  const root = join(folder, 'tree')
  await writeTree(root, files)
  const { signal } = new AbortController()
  return {
    write: (changed) => writeTree(root, changed),
    folder,
    async of(path, more = {}, host = {}) {
      let anew = false
      const job = { kind: 'analyze', root, path, settings: {}, rules: {}, compressedSizes: 'auto', ...more } as Job
      const cache = new LocalCache({ folder: join(folder, 'cache'), limit: 1 << 24, generation: 'test' })
      const outRoot = job.kind === 'optimize' ? job.outRoot : null
      const result = await rememberedJob(job, { ...fileHost(root, outRoot, signal), ...host }, cache, (recording) => {
        anew = true
        return runJob(job, formats, recording)
      })
      return { anew, result }
    },
  }
}

test('an analysis is found again, as it was', async () => {
  const runs = await runsIn({ 'a.js': script, 'short.js': 'let a' })
  const first = await runs.of('a.js')
  const again = await runs.of('a.js')
  expect([first.anew, again.anew]).toEqual([true, false])
  expect(again.result).toEqual(first.result)
  expect((await runs.of('short.js')).result.artifact.format).toBe('js')
})

test('what is broken is told again', async () => {
  const runs = await runsIn({ 'a.js': `${script}const = 1` })
  const told = [await runs.of('a.js'), await runs.of('a.js')].map(({ anew, result }) => [anew, result.diagnostics.map(({ code }) => code)])
  expect(told).toEqual([[true, ['artifact/syntax']], [false, ['artifact/syntax']]])
})

test.each<[string, Readonly<Record<string, string>>, Partial<Job>]>([
  ['the file is another', { 'src/a.js': `${script};` }, {}],
  ['package.json above it says another kind', { 'package.json': '{"type":"module"}' }, {}],
  ['a package.json is nearer', { 'src/package.json': '{"type":"module"}' }, {}],
  ['its source map is there', { 'src/a.js.map': '{"version":3,"sources":["b.ts"],"names":[],"mappings":"AAAA"}' }, {}],
  ['it lies elsewhere', {}, { path: 'src/copy.js' }],
  ['a rule is off', {}, { rules: { 'js/native-load': 'off' } }],
  ['something else is asked', {}, { settings: { by: 'package' } }],
  ['other sizes are measured', {}, { compressedSizes: 'none' }],
])('it is made anew when %s', async (_why, files, more) => {
  const text = `${script}//# sourceMappingURL=a.js.map`
  const runs = await runsIn({ 'package.json': '{}', 'src/a.js': text, 'src/copy.js': text })
  await runs.of('src/a.js')
  await runs.write({ 'unrelated.json': '{}' })
  expect((await runs.of('src/a.js')).anew).toBe(false)
  await runs.write(files)
  expect((await runs.of('src/a.js', more)).anew).toBe(true)
})

test('the report is the same with it and without, and nothing is kept for who wants no cache', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.js': script, 'dist/b.txt': 'text '.repeat(2000) })
  process.env['SHRINK_CACHE'] = join(root, 'cache')
  const report = async (cache: boolean): Promise<string> => jsonReport(await analyze(['dist'], { cwd: root, configFile: false, config: { bundle: { cache } } }))
  const without = await report(false)
  expect(await readdir(root)).toEqual(['dist'])
  expect([await report(true), await report(true)]).toEqual([without, without])
  expect((await readdir(root)).sort()).toEqual(['cache', 'dist'])
})

const optimize = (outRoot: string): Partial<Job> => ({
  kind: 'optimize',
  outRoot,
  level: 'balanced',
  measure: 'gzip',
  options: { elf: {}, wasm: {}, js: {} },
})

/** A module with a custom section `x` of 5000 bytes, so that it is worth keeping. */
async function module(): Promise<Buffer> {
  const small = await readFile(new URL('../../fixtures/apps/thumbnailer/native/average-color.wasm', import.meta.url))
  return Buffer.concat([small, Buffer.of(0, 0x8a, 0x27, 1, 0x78), Buffer.alloc(5000, 7)])
}

describe('what was made smaller', () => {
  it('is written again, with its source map and its mode', async () => {
    const map = JSON.stringify({ version: 3, sources: ['b.ts'], names: [], mappings: 'AAAA' })
    const runs = await runsIn({ 'a.js': `${longNames}//# sourceMappingURL=a.js.map`, 'a.js.map': map })
    await chmod(join(runs.folder, 'tree/a.js'), 0o755)
    const [one, two] = ['one', 'two'].map((name) => join(runs.folder, name)) as [string, string]
    const first = await runs.of('a.js', optimize(one))
    const again = await runs.of('a.js', optimize(two))
    expect([first.anew, again.anew]).toEqual([true, false])
    expect(again.result).toEqual(first.result)
    for (const name of ['a.js', 'a.js.map']) expect(await readFile(join(two, name))).toEqual(await readFile(join(one, name)))
    expect((await stat(join(two, 'a.js'))).mode & 0o777).toBe(0o755)
    expect(await readdir(two)).toEqual(['a.js', 'a.js.map'])
  })

  it('is made anew with another tool, other options, and where a part of what was kept is gone', async () => {
    const runs = await runsIn({ 'a.wasm': await module() })
    const out = optimize(join(runs.folder, 'out'))
    expect((await runs.of('a.wasm', out)).anew).toBe(true)
    expect((await runs.of('a.wasm', out)).anew).toBe(false)
    const without = { openTool: async () => undefined }
    expect((await runs.of('a.wasm', out, without)).result.diagnostics).toMatchObject([{ code: 'transform/skipped' }])
    // without a tool there is a warning, which may not hold the next time
    expect((await runs.of('a.wasm', out, without)).anew).toBe(true)
    expect((await runs.of('a.wasm', { ...out, measure: 'raw' } as Partial<Job>)).anew).toBe(true)
    expect((await runs.of('a.wasm', { ...out, keepsBytes: true } as Partial<Job>)).anew).toBe(true)
    expect((await runs.of('a.wasm', out)).anew).toBe(false)
    await rm(join(runs.folder, 'cache'), { recursive: true })
    expect((await runs.of('a.wasm', out)).anew).toBe(true)
  })

  it('is not kept when it is no artifact', async () => {
    const runs = await runsIn({ 'a.txt': 'text '.repeat(2000) })
    const out = optimize(join(runs.folder, 'out'))
    expect([(await runs.of('a.txt', out)).anew, (await runs.of('a.txt', out)).anew]).toEqual([true, true])
  })

  it('is what a plugin gives its bundler, which builds again and again', async () => {
    process.env['SHRINK_CACHE'] = join(tempFolder(), 'cache')
    // enough of it that minifying takes most of the time
    const scripts = Array.from({ length: 30 }, (_, index) => ({ path: `a${index}.js`, bytes: new TextEncoder().encode(`${longNames}\nglobalThis.script = ${index}`) }))
    const files = [...scripts, { path: 'b.wasm', bytes: await module() }]
    const made = async (cache: boolean): Promise<unknown> => {
      const { files: given, report } = await optimizeFiles(files, { configFile: false, config: { bundle: { cache } } })
      return { files: given.map(({ path, bytes }) => ({ path, bytes: Buffer.from(bytes).toString('base64') })), report: jsonReport(report) }
    }
    const without = await made(false)
    // of this process, whatever else the machine does, and the least of several runs, as compilers and collectors run in it, too
    const cpu = async (cache: boolean): Promise<number> => {
      const times: number[] = []
      for (let run = 0; run < 3; run++) {
        const before = process.cpuUsage()
        expect(await made(cache)).toEqual(without)
        const { user, system } = process.cpuUsage(before)
        times.push(user + system)
      }
      return Math.min(...times)
    }
    expect(await made(true)).toEqual(without)
    expect(await cpu(true)).toBeLessThan((await cpu(false)) * 0.75)
  })
})
