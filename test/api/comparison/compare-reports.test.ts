import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build as esbuild } from 'esbuild'
import { expect, test } from 'vitest'
import { analyze } from '../../../src/api/analyze.ts'
import { build } from '../../../src/api/build.ts'
import { compareReports } from '../../../src/api/comparison/compare-reports.ts'
import { optimizeFiles } from '../../../src/api/optimize-files.ts'
import type { UserConfig } from '../../../src/config/config.ts'
import { compareVersions } from '../../../src/core/compare-versions.ts'
import type { ArtifactReport, Comparison, Report, Verdict } from '../../../src/core/report.ts'
import type { Need, Requirement } from '../../../src/core/requirement.ts'
import { markdownReport } from '../../../src/reporters/markdown.ts'
import { textReport } from '../../../src/reporters/text.ts'
import { schemaErrors } from '../../support/report-schema.ts'
import { runCli } from '../../support/run-cli.ts'
import { tempFolder, writeTree } from '../../support/temp-folder.ts'
import { isInstalled } from '../../truth/programs.ts'

/** The report of `path`, compared with one that is written as JSON first. */
async function since(root: string, before: Report, path: string, config: UserConfig = {}): Promise<{ report: Report; comparison: Comparison }> {
  writeFileSync(join(root, 'before.json'), JSON.stringify(before))
  const report = await analyze([path], { cwd: root, configFile: false, config: { ...config, against: 'before.json' } })
  expect(await schemaErrors(report)).toEqual([])
  const { comparison } = report
  sumsAddUp(comparison!)
  return { report, comparison: comparison! }
}

function sumsAddUp({ artifacts, totals: { before, after, difference } }: Comparison): void {
  for (const measure of ['raw', 'gzip', 'brotli'] as const) {
    const differences = artifacts.map((artifact) => artifact.difference[measure])
    if (differences.includes(null)) expect(difference[measure]).toBe(null)
    else expect(differences.reduce<number>((sum, each) => sum + each!, 0)).toBe(difference[measure])
    if (before[measure] !== null && after[measure] !== null) expect(before[measure] + difference[measure]!).toBe(after[measure])
  }
}

const textOf = (report: Report): string => textReport(report, { color: false, width: 120 })
const blockOf = (report: Report): string => textOf(report).split('\n\n').find((block) => block.startsWith('Since '))!.trimEnd()

test('a bundle of esbuild, built again after its sources changed: names with digests are matched', async () => {
  const root = tempFolder()
  const source = { 'src/app.ts': "import { greet } from './greet.js'\nconsole.log(greet('you'))\n", 'src/greet.ts': 'export const greet = (name: string): string => `hello ${name}`\n', 'src/admin.ts': 'console.log(1)\n' }
  const bundle = async (outdir: string): Promise<Report> => {
    await esbuild({ entryPoints: ['src/app.ts', 'src/admin.ts'].map((path) => join(root, path)), bundle: true, format: 'esm', sourcemap: 'linked', entryNames: 'assets/[name]-[hash]', outdir: join(root, outdir) })
    return analyze([outdir], { cwd: root, configFile: false })
  }
  await writeTree(root, { ...source, 'one/notes.txt': 'gone', 'two/extra.mjs': 'export {}\n' })
  const before = await bundle('one')
  await writeTree(root, { 'src/greet.ts': "import { userInfo } from 'node:os'\nexport const greet = (name: string): string => `hello ${name ?? userInfo().username}, and good morning`\n" })
  await esbuild({ entryPoints: ['src/app.ts', 'src/admin.ts'].map((path) => join(root, path)), bundle: true, platform: 'node', format: 'esm', sourcemap: 'linked', entryNames: 'assets/[name]-[hash]', outdir: join(root, 'two') })
  const { report, comparison } = await since(root, before, 'two')
  const app = comparison.artifacts.find(({ path }) => /^assets\/app-\w+\.js$/.test(path))!
  expect(app.previousPath).toMatch(/^assets\/app-\w+\.js$/)
  expect(app.previousPath).not.toBe(app.path)
  expect(comparison.artifacts.map(({ path, change }) => [path.replace(/-\w+\./, '.'), change])).toEqual([
    ['assets/app.js', 'larger'],
    ['assets/app.js.map', 'larger'],
    ['extra.mjs', 'added'],
    ['notes.txt', 'removed'],
  ])
  expect(comparison.totals.unchanged).toBe(2)
  expect(comparison.requirements.filter(({ artifact, after }) => artifact === app.path && after?.kind === 'node-builtin')).toMatchObject([{ before: null, after: { name: 'os', need: 'required' } }])
  expect(blockOf(report)).toContain(`${app.previousPath} → ${app.path}`)
  expect(blockOf(report)).toMatch(/^Since before\.json {2}1 added, 1 removed, 2 larger, 2 unchanged: \+\d+ B \(\+\d/)
  expect(blockOf(report)).toMatch(/ {4}now needs .*node:os/)
  expect(markdownReport(report)).toContain(`| larger | <code>${app.previousPath}</code> → <code>${app.path}</code> | `)
  // rows of whole bytes sum to the row of their total
  const rows = [...blockOf(report).matchAll(/([+-]?\d+) B +([+-]?\d+) B +([+-]?\d+) B$/gm)].map(([, ...cells]) => cells.map(Number))
  expect(rows.slice(0, -1).reduce((sums, row) => sums.map((sum, column) => sum + row[column]!))).toEqual(rows.at(-1))
  const same = await since(root, report, 'two')
  expect(blockOf(same.report)).toBe(`Since before.json  no file has changed (${report.artifacts.length} files)`)
})

/** From 2.34 on, which has what newer programs take. */
const glibc = (process.report.getReport() as unknown as { readonly header: { readonly glibcVersionRuntime?: string } }).header.glibcVersionRuntime
const ready = glibc !== undefined && compareVersions(glibc, '2.34') >= 0 && (await isInstalled('gcc'))

test.skipIf(!ready)('an ELF file of gcc that takes newer symbols and another library: where it runs no longer, and why (needs gcc, glibc 2.34)', async () => {
  const root = tempFolder()
  const compile = (code: string, ...flags: readonly string[]): void => {
    writeFileSync(join(root, 'addon.c'), code)
    execFileSync('gcc', ['-O2', '-shared', '-fPIC', 'addon.c', '-o', 'dist/addon.so', ...flags], { cwd: root })
  }
  await writeTree(root, { 'dist/run.mjs': 'export {}\n' })
  compile('#include <string.h>\nsize_t length(const char *s) { return strlen(s); }\n')
  const config = { target: ['debian-11', 'debian-12'] }
  const before = await analyze(['dist'], { cwd: root, configFile: false, config })
  expect(before.portability.find(({ artifact, target }) => artifact === 'addon.so' && target.startsWith('debian-11'))?.verdict).toBe('runs')
  compile('#include <math.h>\n#include <pthread.h>\ndouble power(double x) { pthread_t t; pthread_create(&t, 0, 0, 0); return pow(x, x); }\n', '-lm', '-lpthread')
  const { report, comparison } = await since(root, before, 'dist', config)
  const libc = comparison.requirements.find(({ after }) => after?.kind === 'libc')!
  expect(libc).toMatchObject({ artifact: 'addon.so', before: { version: expect.stringMatching(/^2\.\d/), evidence: [] }, after: { name: 'glibc', version: '2.34', evidence: [{ text: 'pthread_create@GLIBC_2.34' }] } })
  expect(comparison.requirements.some(({ before: was, after }) => was === null && after?.name === 'libm.so.6')).toBe(true)
  expect(comparison.verdicts).toMatchObject([{ artifact: 'addon.so', target: 'debian-11', before: 'runs', after: 'fails', reasons: [{ requirement: { version: '2.34' } }] }])
  expect(blockOf(report)).toMatch(/addon\.so\n {4}✗ no longer runs on debian-11: .*2\.34/)
  expect(blockOf(report)).toMatch(/now needs .*glibc ≥ 2\.34 \(before: glibc ≥ 2\.[\d.]+; pthread_create@GLIBC_2\.34\)/)
  expect(markdownReport(report)).toMatch(/- <code>addon\.so<\/code>: ✗ no longer runs on debian-11: /)
  const back = await since(root, report, 'dist', { target: ['debian-12', 'node22'] })
  expect(back.comparison.notCompared.targets).toEqual(['debian-11', 'node22'])
})

test('what a build wrote is compared with what a build wrote, also when it is remembered', async () => {
  const root = tempFolder()
  process.env['SHRINK_CACHE'] = join(root, 'cache.d')
  try {
    await writeTree(root, { 'src/main.ts': 'export const main = (someNumber: number): number => someNumber + 1\n', 'package.json': '{"type": "module"}' })
    const options = (config: UserConfig) => ({ cwd: root, configFile: false as const, config: { out: 'out', level: 'fast' as const, ...config } })
    const before = await build(['src/main.ts'], options({}))
    writeFileSync(join(root, 'before.json'), JSON.stringify(before))
    const again = await build(['src/main.ts'], options({ against: 'before.json' }))
    expect(again.comparison).toMatchObject({ artifacts: [], totals: { unchanged: before.outputs.length }, against: { command: 'build' } })
    expect(await build(['src/main.ts'], options({}))).toEqual(before)
    await writeTree(root, { 'src/main.ts': 'export const main = (someNumber: number): number => someNumber + 1234567\n' })
    const { comparison, outputs } = await build(['src/main.ts'], options({ against: 'before.json' }))
    sumsAddUp(comparison!)
    expect(comparison!.artifacts).toMatchObject([{ path: 'main.mjs', change: 'larger', after: outputs[0]!.sizes, difference: { raw: 6 } }])
    rmSync(join(root, 'out'), { recursive: true })
  } finally {
    delete process.env['SHRINK_CACHE']
  }
})

test('packages are compared as they are deployed', async () => {
  const root = tempFolder()
  const pack = async (code: string, config: UserConfig): Promise<Report> => {
    await writeTree(root, { 'dist/a.mjs': code, 'package.json': '{"name": "app"}' })
    return build(['dist'], { cwd: root, configFile: false, config: { out: 'out', level: 'fast', arch: 'x64', package: { kinds: 'zip' }, ...config } })
  }
  const before = await pack('export const a = 1\n', {})
  writeFileSync(join(root, 'before.json'), JSON.stringify(before))
  const report = await pack('export const a = "what does not compress, qJx8Zw"\n', { against: 'before.json' })
  expect(await schemaErrors(report)).toEqual([])
  const { path, size } = report.packages[0]!
  const was = before.packages[0]!.size
  expect(report.comparison!.packages).toEqual([{ path, before: was, after: size, difference: size - was }])
  expect(blockOf(report)).toContain(`${path}: ${was} B → ${size} B as deployed, +${size - was} B`)
  expect(markdownReport(report)).toContain(`- <code>${path}</code>: ${was} B → ${size} B as deployed, +${size - was} B`)
  expect(compareReports('x', before, reportOf([])).packages).toEqual([])
})

test('what a plugin of a bundler makes is compared, too', async () => {
  const root = tempFolder()
  const files = (code: string) => [{ path: 'a.mjs', bytes: new TextEncoder().encode(code) }]
  const { report } = await optimizeFiles(files('export const a = 1\n'), { configFile: false })
  writeFileSync(join(root, 'before.json'), JSON.stringify(report))
  const again = await optimizeFiles(files('export const a = 12345\n'), { cwd: root, configFile: false, config: { against: 'before.json' } })
  expect(again.report.comparison!.artifacts).toMatchObject([{ path: 'a.mjs', change: 'larger', difference: { raw: 4 } }])
})

test('the command reads the report before it writes a new one over it; a configuration may name it', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': 'export const a = 1\n', 'shrink.config.json': '{"reporter": "json=size.json"}' })
  expect((await runCli(['analyze', 'dist'], { cwd: root })).code).toBe(0)
  await writeTree(root, { 'dist/a.mjs': 'export const a = 123\n', 'shrink.config.json': '{"reporter": "json=size.json", "against": "size.json"}' })
  const { code, stdout } = await runCli(['analyze', 'dist'], { cwd: root })
  expect([code, stdout]).toEqual([0, expect.stringContaining('Since size.json  1 larger, 0 unchanged: +2 B (+10.5 %)')])
  expect(JSON.parse(readFileSync(join(root, 'size.json'), 'utf8'))).toMatchObject({ comparison: { totals: { difference: { raw: 2 } } } })
})

test('a file that could not be processed is neither gone nor new', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': 'export const a = 1\n', 'dist/b.mjs': 'export const b = 1\n' })
  const before = await analyze(['dist'], { cwd: root, configFile: false })
  const failed: Report = { ...before, artifacts: before.artifacts.slice(1), diagnostics: [{ severity: 'error', code: 'input/unreadable', message: 'cannot be read', location: { path: 'a.mjs' } }] }
  expect(compareReports('x', before, failed)).toMatchObject({ artifacts: [], notCompared: { files: ['a.mjs'] } })
  expect(compareReports('x', failed, before)).toMatchObject({ artifacts: [], notCompared: { files: ['a.mjs'] } })
  expect(compareReports('x', { ...failed, diagnostics: [] }, before)).toMatchObject({ artifacts: [{ path: 'a.mjs', change: 'added' }], notCompared: { files: [] } })
  expect(blockOf({ ...failed, comparison: compareReports('x', { ...before, tool: { name: 'shrink', version: '0' } }, failed) })).toMatch(/written by shrink 0, this one by .*\n.*could not process it: a\.mjs$/)
  expect(readFileSync(join(root, 'dist/a.mjs'), 'utf8')).toBe('export const a = 1\n')
})

const needs = (kind: Requirement['kind'], name: string, need: Need = 'required', version?: string): Requirement => ({ kind, name, need, ...(version === undefined ? {} : { version }), evidence: [] })
const file = (path: string, requirements: readonly Requirement[], cpuAnalysis = 'complete', sizes = { raw: 10, gzip: 5 as number | null, brotli: null }): ArtifactReport => ({
  path,
  format: 'elf',
  architecture: 'x86-64',
  sizes,
  sha256: '0'.repeat(64),
  properties: { cpuAnalysis },
  requirements,
  findings: [],
})
const reportOf = (artifacts: readonly ArtifactReport[], portability: readonly Verdict[] = []): Report => ({
  schemaVersion: 1,
  tool: { name: 'shrink', version: '0.0.0' },
  command: 'analyze',
  totals: { files: artifacts.length, artifacts: artifacts.length, sizes: { raw: 0, gzip: 0, brotli: null } },
  artifacts,
  treeFindings: [],
  portability,
  outputs: [],
  packages: [],
  diagnostics: [],
})
const changed = (before: readonly ArtifactReport[], after: readonly ArtifactReport[]): unknown[] =>
  compareReports('x', reportOf(before), reportOf(after)).requirements.map(({ before: old, after: now }) => [old, now].map((each) => (each === null ? null : [each.need, each.name, each.version].filter((part) => part !== undefined).join(' '))))

test('needs become surer, or less; what a new file needs is told where nothing needed it before', () => {
  const avx2 = (need: Need): Requirement => needs('cpu-feature', 'avx2', need)
  expect(changed([file('a', [avx2('guarded')])], [file('a', [avx2('required')])])).toEqual([['guarded avx2', 'required avx2']])
  expect(changed([file('a', [needs('page-size', '4096')])], [file('a', [needs('page-size', '65536')])])).toEqual([['required 4096', 'required 65536']])
  const node = (need: Need, version: string): Requirement => needs('node', 'node', need, version)
  expect(changed([file('a', [node('required', '15'), node('possible', '18')])], [file('a', [node('required', '15'), node('possible', '20')])])).toEqual([['possible node 18', 'possible node 20']])
  const glibc = (version: string): Requirement => needs('libc', 'glibc', 'required', version)
  expect(changed([file('a', [glibc('2.28')])], [file('a', [glibc('2.28')]), file('b', [glibc('2.17')])])).toEqual([])
  expect(changed([file('a', [glibc('2.28')])], [file('a', [glibc('2.28')]), file('b', [glibc('2.35'), needs('abi', 'float-abi', 'required', 'hard')])])).toEqual([[null, 'required glibc 2.35'], [null, 'required float-abi hard']])
  expect(changed([file('a', [glibc('2.28')]), file('b', [glibc('2.35')])], [file('a', [glibc('2.28')])])).toEqual([['required glibc 2.35', null]])
})

test('what was not decoded for one of the reports does not need less of the CPU', () => {
  const avx2 = needs('cpu-feature', 'avx2')
  const unknown = needs('cpu-feature', 'unknown-code', 'possible')
  expect(changed([file('a', [avx2])], [file('a', [unknown], 'skipped')])).toEqual([])
  expect(changed([file('a', [unknown], 'skipped')], [file('a', [avx2])])).toEqual([])
  expect(changed([file('a', [avx2])], [file('a', [])])).toEqual([['required avx2', null]])
})

test('a size that one of the reports did not take is known where the bytes are the same, and else not', () => {
  const untaken = { raw: 10, gzip: null, brotli: null }
  const { artifacts, totals } = compareReports('x', reportOf([file('a', [], 'complete', untaken), file('b', [], 'complete', untaken)]), reportOf([file('a', []), { ...file('b', []), sha256: '1'.repeat(64) }]))
  expect(artifacts).toMatchObject([{ path: 'b', change: 'same-size', difference: { raw: 0, gzip: null } }])
  expect(totals).toMatchObject({ difference: { raw: 0, gzip: null }, unchanged: 1 })
})

test('verdicts that are new or gone, the tree as a whole among them, on what both reports judged', () => {
  const verdict = (artifact: string, target: string, kind: Verdict['verdict']): Verdict => ({ artifact, target, verdict: kind, reasons: kind === 'runs' ? [] : [{ message: `${artifact} is not for it` }] })
  const before = reportOf([file('a', []), file('b', []), file('old', [])], [verdict('a', 't', 'runs'), verdict('b', 't', 'fails'), verdict('old', 't', 'unknown'), verdict('a', 'only-before', 'fails')])
  const after = reportOf([file('a', []), file('b', []), file('new', [])], [verdict('.', 't', 'fails'), verdict('a', 't', 'unknown'), verdict('b', 't', 'runs'), verdict('new', 't', 'fails'), verdict('a', 'only-after', 'fails')])
  const comparison = compareReports('x', before, after)
  expect(comparison.verdicts.map(({ artifact, before: old, after: now }) => [artifact, old, now])).toEqual([
    ['.', null, 'fails'],
    ['a', 'runs', 'unknown'],
    ['b', 'fails', 'runs'],
    ['new', null, 'fails'],
    ['old', 'unknown', null],
  ])
  expect(comparison.notCompared.targets).toEqual(['only-after', 'only-before'])
  expect(blockOf({ ...after, comparison }).split('\n').slice(3)).toEqual([
    '  removed  old      10 B         -10 B  -5 B       –',
    '           total    30 B   30 B    0 B   0 B       –',
    '  the tree as a whole',
    '    ✗ fails on t: . is not for it',
    '  new',
    '    ✗ fails on t: new is not for it',
    '  a',
    '    ? no longer known to run on t: a is not for it',
    '  b',
    '    ✓ now runs on t',
    '  old',
    '    ✓ no longer in doubt on t',
    '  not compared, since one of the runs did not judge it: only-after, only-before',
  ])
})

test('much that changed is summed into a row, and names cannot break the lines', () => {
  const many = Array.from({ length: 40 }, (_, index) => file(`f${index}`, [needs('library', `lib${index}`)], 'complete', { raw: index + 1, gzip: null, brotli: null }))
  const report = reportOf([])
  const text = blockOf({ ...report, comparison: compareReports('a\nb\u001b[31m', reportOf([file('x\n\u001b[31m|<b>`', [needs('library', '\u001b[31m')]), ...many]), report) })
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u)
  expect(text).toMatch(/^Since a\\nb\\x1b\[31m/)
  expect(text).toMatch(/ 26 more +\d+ B/)
  expect(text).toContain('needs, verdicts or findings of 29 more have changed: --json')
  expect(text.split('\n').length).toBeLessThan(50)
  const markdown = markdownReport({ ...report, comparison: compareReports('a\nb', reportOf([file('x|<b>`@all', [])]), report) })
  expect(markdown).toContain('<code>x&#124;&#60;b&#62;&#96;@all</code>')
})
