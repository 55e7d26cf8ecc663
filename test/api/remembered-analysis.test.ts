import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { rememberedAnalysis } from '../../src/api/remembered-analysis.ts'
import { LocalCache } from '../../src/cache/local-cache.ts'
import { formats } from '../../src/formats/index.ts'
import { analyze, jsonReport } from '../../src/index.ts'
import { fileHost } from '../../src/node/file-host.ts'
import type { Job, JobResult } from '../../src/pipeline/job.ts'
import { runJob } from '../../src/pipeline/run-job.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const script = `const text = 'once more'\n${'console.log(text, "and once more")\n'.repeat(200)}`

afterEach(() => {
  delete process.env['SHRINK_CACHE']
})

interface Runs {
  /** Analyses the file, and says whether that was done anew. */
  of(path: string, more?: Partial<Job>): Promise<{ readonly anew: boolean; readonly result: JobResult }>
  write(files: Readonly<Record<string, string>>): Promise<void>
}

async function runsIn(files: Readonly<Record<string, string>>): Promise<Runs> {
  const folder = tempFolder()
  const root = join(folder, 'tree')
  await writeTree(root, files)
  const { signal } = new AbortController()
  return {
    write: (changed) => writeTree(root, changed),
    async of(path, more = {}) {
      let anew = false
      const job = { kind: 'analyze', root, path, settings: {}, rules: {}, compressedSizes: 'auto', ...more } as Job & { kind: 'analyze' }
      const cache = new LocalCache({ folder: join(folder, 'cache'), limit: 1 << 24, generation: 'test' })
      const result = await rememberedAnalysis(job, fileHost(root, null, signal), cache, (host) => {
        anew = true
        return runJob(job, formats, host)
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
