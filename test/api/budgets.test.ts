import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyze } from '../../src/api/analyze.ts'
import { build } from '../../src/api/build.ts'
import { checkBudgets } from '../../src/api/check-budgets.ts'
import { exitCode } from '../../src/api/exit-code.ts'
import { optimizeFiles } from '../../src/api/optimize-files.ts'
import type { UserConfig } from '../../src/config/config.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'
import type { PackageReport, Report } from '../../src/core/report.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const script = (name: string): string => `export function ${name}(firstArgument) {\n  return firstArgument + 1\n}\n`
const config = (values: UserConfig) => resolveConfig([{ from: 'test', values }])
const found = ({ treeFindings }: Pick<Report, 'treeFindings'>) => treeFindings.filter(({ ruleId }) => ruleId.startsWith('budget/'))
const file = (path: string, raw: number, gzip: number | null = null) => ({ path, sizes: { raw, gzip, brotli: null } })

test('files of a pattern are summed; at the limit is not above it', () => {
  const files = [file('a.js', 600), file('lib/b.js', 500), file('c.node', 10_000)]
  const [finding, ...more] = checkBudgets(files, [], config({ maxSize: '**/*.js=1099' }))
  expect(more).toEqual([])
  expect(finding).toEqual({
    ruleId: 'budget/exceeded',
    severity: 'error',
    message: '**/*.js: 2 files, 1.10 kB, 1 B above the limit of 1.10 kB: a.js 600 B, lib/b.js 500 B',
    data: { pattern: '**/*.js', measure: 'raw', limit: 1099, size: 1100, over: 1, files: ['a.js', 'lib/b.js'] },
    location: { path: 'a.js' },
  })
  expect(checkBudgets(files, [], config({ maxSize: ['**/*.js=1.1kB', '*.js=600', '**=11100 B'] }))).toEqual([])
})

test('what is built for several architectures is held against a limit one by one', () => {
  const files = [file('x64/app.js', 600), file('x64/lib/a.node', 500), file('arm64/app.js', 600), file('arm64/lib/a.node', 800)]
  const packed = (path: string, architecture: PackageReport['architecture']): PackageReport => ({ kind: 'zip', path, architecture, sha256: '', size: 400, unpackedSize: 900, limits: [] })
  const over = (maxSize: string): unknown[] =>
    checkBudgets(files, [packed('app-x64.zip', 'x86-64'), packed('app-arm64.zip', 'aarch64')], config({ maxSize }), ['x64', 'arm64']).map(({ ruleId, location }) => [ruleId, location?.path])
  expect(over('**=1400')).toEqual([])
  expect(over('**=1300')).toEqual([['budget/exceeded', 'arm64/lib/a.node']])
  expect(over('lib/=600')).toEqual([['budget/exceeded', 'arm64/lib/a.node']])
  expect(over('arm64/**=1399')).toEqual([['budget/exceeded', 'arm64/lib/a.node']])
  expect(over('{x64,arm64}/lib/**=1299')).toEqual([['budget/exceeded', 'arm64/lib/a.node']])
  expect(over('*.zip=400')).toEqual([])
  expect(over('*.zip=399')).toEqual([['budget/exceeded', 'app-x64.zip'], ['budget/exceeded', 'app-arm64.zip']])
  expect(over('dist/=1')).toEqual([['budget/no-files', undefined]])
})

test('what cannot be held against a limit is said', () => {
  const files = [file('a.js', 600, 300), file('big.js', 30_000_000)]
  const rules = (values: UserConfig): unknown[] => checkBudgets(files, [], config(values)).map(({ ruleId, severity }) => [ruleId, severity])
  expect(rules({ maxSize: 'nothing/=1MB' })).toEqual([['budget/no-files', 'warning']])
  expect(rules({ maxSize: '*.js=1MB gzip' })).toEqual([['budget/not-measured', 'error']])
  // what was measured is above it already
  expect(rules({ maxSize: '*.js=299 gzip' })).toEqual([['budget/exceeded', 'error']])
  expect(rules({ maxSize: ['*.js=1', 'x=1'], rules: { 'budget/exceeded': 'info', 'budget/no-files': 'off' } })).toEqual([['budget/exceeded', 'info']])
})

test('a pattern that no file is of is one of packages', () => {
  const zip: PackageReport = { kind: 'zip', path: 'app.zip', architecture: null, sha256: '', size: 2000, unpackedSize: 3000, limits: [] }
  const check = (maxSize: string) => checkBudgets([file('a.js', 100)], [zip], config({ maxSize })).map(({ ruleId }) => ruleId)
  expect(check('*.zip=1999')).toEqual(['budget/exceeded'])
  expect(check('**=1999')).toEqual([])
})

test('analyze looks at what is there, build at what it writes', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': script('a'), 'dist/lib/b.mjs': script('b'), 'dist/notes.txt': 'notes' })
  const run = { cwd: root, configFile: false as const, config: { maxSize: ['**/*.mjs=120', 'notes.txt=4'], out: 'out' } }
  const before = await analyze(['dist'], run)
  expect(found(before).map(({ data }) => [data!['pattern'], data!['size']])).toEqual([['**/*.mjs', 2 * script('a').length], ['notes.txt', 5]])
  expect(exitCode(before, config(run.config))).toBe(1)
  expect(exitCode(before, config({ ...run.config, failOn: 'never' }))).toBe(0)
  const after = await build(['dist'], run)
  expect(found(after).map(({ data }) => data!['pattern'])).toEqual(['notes.txt'])
  expect(after.outputs.reduce((sum, { path, sizes }) => (path.endsWith('.mjs') ? sum + sizes.raw : sum), 0)).toBeLessThan(120)
  rmSync(join(root, 'out'), { recursive: true })
})

test('a limit of brotli has it measured, also where nobody else would', async () => {
  const files = [{ path: 'a.mjs', bytes: new TextEncoder().encode(script('a')) }]
  const { report } = await optimizeFiles(files, { configFile: false, config: { maxSize: '*.mjs=10 brotli' } })
  expect(found(report).map(({ ruleId, data }) => [ruleId, data!['size']])).toEqual([['budget/exceeded', report.outputs[0]!.sizes.brotli]])
})
