import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyze, build, explain } from '../../../src/index.ts'
import { adviseBundle } from '../../../src/bundling/why/advise.ts'
import { explainModule } from '../../../src/bundling/why/explain-module.ts'
import { project } from '../project.ts'

const words = (name: string, count: number): string =>
  `{ ${Array.from({ length: count }, (_, i) => `${name}${i}: "${name} number ${i} of many words"`).join(', ')} }`

const files = {
  'package.json': '{"type":"module"}',
  'src/handler.ts': `import { used } from './middle.ts'\nimport { a } from 'flagless'\nexport const handler = async (): Promise<unknown> => [used(), a]`,
  'src/middle.ts': `// a comment\nimport { deep } from 'legacy'\nexport const used = (): unknown => deep`,
  'node_modules/legacy/package.json': '{"name":"legacy","version":"1.2.3","main":"index.js","sideEffects":false}',
  'node_modules/legacy/index.js': `const table = require('./table')\nexports.deep = table.t1; exports.unused = require('helper')`,
  'node_modules/legacy/table.js': `module.exports = ${words('t', 200)}`,
  'node_modules/helper/package.json': '{"name":"helper","version":"4.0.0"}',
  'node_modules/helper/index.js': `module.exports = ${words('h', 50)}`,
  'node_modules/flagless/package.json': '{"name":"flagless","version":"2.0.0","type":"module","exports":"./index.js"}',
  'node_modules/flagless/index.js': `export { a } from './a.js'\nexport { b } from './b.js'`,
  'node_modules/flagless/a.js': 'export const a = 1',
  'node_modules/flagless/b.js': `export class Registry { static { globalThis.registry = ${words('r', 100)} } }\nexport const b = 2`,
}
const context = { signal: new AbortController().signal, report: (): void => undefined }

test('a package: the chain from the entry, what keeps it, what it costs and takes with it', async () => {
  const root = project(files)
  const { summary, lines, data } = await explainModule(['src/handler.ts'], 'legacy', { root }, context)
  const facts = data as { minified: number; wholeMinified: number; chain: { from: string; line: number }[]; goesWithIt: string[]; reasons: { kind: string }[] }
  expect(summary).toMatch(/^legacy 1\.2\.3 costs \d+ of \d+ bytes minified/)
  // the table alone is more than 6 KB of text; helper goes too
  expect(facts.minified).toBeGreaterThan(6000)
  expect(facts.minified).toBeLessThan(facts.wholeMinified)
  expect(facts.chain.map(({ from, line }) => `${from}:${line}`)).toEqual(['src/handler.ts:1', 'src/middle.ts:2'])
  expect(facts.goesWithIt).toEqual(['helper'])
  expect(facts.reasons.map(({ kind }) => kind)).toContain('commonjs')
  expect(lines.join('\n')).toContain(`src/middle.ts:2: import { deep } from 'legacy'`)
})

test('a package without the flag: the statement that has the side effect', async () => {
  const root = project(files)
  const { data } = await explainModule(['src/handler.ts'], 'flagless', { root }, context)
  const { reasons } = data as { reasons: { kind: string; module: string; line: number | null; message: string }[] }
  expect(reasons).toContainEqual(expect.objectContaining({ kind: 'no-side-effects-flag', module: 'node_modules/flagless/package.json' }))
  expect(reasons).toContainEqual(expect.objectContaining({
    kind: 'side-effect-statement', module: 'node_modules/flagless/b.js', line: 1, message: expect.stringMatching(/static block/),
  }))
})

test('a module of the project, by path; the entry itself; a name that is nowhere', async () => {
  const root = project(files)
  const { data } = await explainModule(['src/handler.ts'], 'src/middle.ts', { root }, context)
  expect((data as { minified: number }).minified).toBeGreaterThan(6000)
  expect((await explainModule(['src/handler.ts'], 'src/handler.ts', { root }, context)).summary).toContain('is an entry')
  await expect(explainModule(['src/handler.ts'], 'legcy', { root }, context)).rejects.toMatchObject({ hint: 'Did you mean legacy?' })
})

test('advice before anything is deployed: measured, the largest first', async () => {
  const root = project(files)
  const findings = await adviseBundle(['src/handler.ts'], { root }, context)
  expect(findings.map(({ ruleId, data }) => `${ruleId} ${String(data?.['package'])}`)).toEqual([
    'bundle/package-cost legacy', 'bundle/no-side-effects-flag flagless', 'bundle/package-cost flagless', 'bundle/package-cost helper',
  ])
  expect(findings[0]!.location).toEqual({ path: 'src/middle.ts', line: 2 })
  const report = await analyze(['src/handler.ts'], { cwd: root })
  expect(report.treeFindings.map(({ ruleId }) => ruleId)).toContain('bundle/no-side-effects-flag')
  expect(report.artifacts.map(({ path }) => path)).toEqual(['handler.mjs'])
})

test('explain finds the sources of a bundle that build made', async () => {
  const root = project(files)
  await build(['src/handler.ts'], { cwd: root, config: { out: 'dist' } })
  const question = { kind: 'module', name: 'legacy' } as const
  const fromBundle = await explain(join(root, 'dist/handler.mjs'), question, { cwd: root })
  const fromSource = await explain('src/handler.ts', question, { cwd: root })
  expect(fromBundle).toEqual(fromSource)
  expect(fromBundle.summary).toMatch(/^legacy 1\.2\.3 costs/)
})
