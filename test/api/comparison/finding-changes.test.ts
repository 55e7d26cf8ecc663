import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyze } from '../../../src/api/analyze.ts'
import { build } from '../../../src/api/build.ts'
import { findingChanges } from '../../../src/api/comparison/finding-changes.ts'
import type { UserConfig } from '../../../src/config/config.ts'
import type { ComparedFinding, Report } from '../../../src/core/report.ts'
import { githubReport } from '../../../src/reporters/github.ts'
import { markdownReport } from '../../../src/reporters/markdown.ts'
import { textReport } from '../../../src/reporters/text.ts'
import { schemaErrors } from '../../support/report-schema.ts'
import { tempFolder, writeTree } from '../../support/temp-folder.ts'
import { isInstalled } from '../../truth/programs.ts'

const says = (ruleId: string, message: string, more: Partial<ComparedFinding> = {}): ComparedFinding => ({ ruleId, severity: 'info', message, ...more })

/** Of the tree as a whole: `new words`, `was → is`, `gone -`. */
const changes = (before: readonly ComparedFinding[], after: readonly ComparedFinding[]): string[] =>
  findingChanges([], before, after).map(({ before: old, after: now }) => `${old?.message ?? '-'} → ${now?.message ?? '-'}`)

test('figures and lines move; names with digits in them, and words, do not', () => {
  expect(changes([says('a/a', '57 bytes of 1.20 kB', { location: { path: 'x', line: 3 } })], [says('a/a', '9 bytes of 999 B', { location: { path: 'x', line: 4 } })])).toEqual([])
  expect(changes([says('a/a', 'at 0x1f of app-3f2a1b9c.js, 2 times')], [says('a/a', 'at 0x2f of app-4e5d6c7b.js, 31 times')])).toEqual([])
  expect(changes([says('a/a', 'needs avx2')], [says('a/a', 'needs avx512f')])).toEqual(['needs avx2 → needs avx512f'])
  expect(changes([says('a/a', 'libm.so.6')], [says('a/a', 'libm.so.7')])).toEqual(['libm.so.6 → libm.so.7'])
  expect(changes([says('a/a', 'it')], [says('a/b', 'it')])).toEqual(['- → it', 'it → -'])
})

test('one and several of the same are the same', () => {
  const one = '1 file is left as it is, since 1 empty function needs it'
  const two = '2 files are left as they are, since 12 empty functions need them'
  expect(changes([says('a/a', one)], [says('a/a', two)])).toEqual([])
  expect(changes([says('a/a', '1 use of the library sqlite')], [says('a/a', '2 uses of the library sqlites')])).toHaveLength(1)
  expect(changes([says('a/a', 'needs param')], [says('a/a', 'needs params')])).toEqual(['needs param → needs params'])
})

test('equals are counted; of what differs, one takes the place of one', () => {
  const [one, two, three] = [1, 2, 3].map((line) => says('a/a', 'here', { location: { path: 'x', line } }))
  expect(changes([one!], [one!, two!, three!])).toEqual(['- → here', '- → here'])
  expect(findingChanges([], [one!, three!], [two!, three!, one!]).map(({ after }) => after?.location?.line)).toEqual([2])
  expect(changes([says('a/a', 'lodash'), says('a/a', 'react')], [says('a/a', 'react'), says('a/a', 'vue'), says('a/a', 'zod')])).toEqual(['lodash → vue', '- → zod'])
})

async function since(root: string, before: Report, config: UserConfig = {}): Promise<Report> {
  writeFileSync(join(root, 'before.json'), JSON.stringify(before))
  const report = await analyze(['dist'], { cwd: root, configFile: false, config: { ...config, against: 'before.json' } })
  expect(await schemaErrors(report)).toEqual([])
  return report
}

const found = ({ comparison }: Report): string[] => comparison!.findings.map(({ artifact, before, after }) => `${artifact}: ${before?.ruleId ?? '-'} → ${after?.ruleId ?? '-'}`)

test.skipIf(!(await isInstalled('gcc')))('a program of gcc that comes with debug information and an executable stack (needs gcc)', async () => {
  const root = tempFolder()
  const compile = (...flags: readonly string[]): void => void execFileSync('gcc', ['-O2', 'main.c', '-o', 'dist/tool', ...flags], { cwd: root })
  await writeTree(root, { 'main.c': 'int main(void) { return 0; }\n', 'dist/old.mjs': 'console.log(process.env.NODE_ENV)\n', 'dist/same.mjs': 'console.log(process.env.NODE_ENV)\n' })
  compile('-s')
  const before = await analyze(['dist'], { cwd: root, configFile: false })
  compile('-g', '-z', 'execstack')
  await writeTree(root, { 'dist/old.mjs': 'export {}\n', 'dist/same.mjs': '\n\nconsole.log(process.env.NODE_ENV)\n' })
  const report = await since(root, before, { maxSize: 'dist/**=1' })
  expect(found(report)).toEqual(['.: - → budget/no-files', 'old.mjs: js/development-code → -', 'tool: - → elf/not-stripped', 'tool: - → elf/executable-stack'])
  const text = textReport(report, { color: false, width: 120 })
  expect(text).toMatch(/^Since before\.json .*; 3 new findings, 1 finding gone$/m)
  expect(text).toMatch(/ {2}tool\n(?: {4}.*\n)*? {4}new: warning elf\/executable-stack: PT_GNU_STACK/)
  expect(text).toMatch(/ {2}old\.mjs\n(?: {4}.*\n)*? {4}no longer: \w+ js\/development-code: /)
  expect(markdownReport(report)).toMatch(/- <code>tool<\/code>: .*new: warning elf\/executable-stack: PT&#95;GNU/)
  const github = githubReport(report, { targets: [] })
  expect(github).toMatch(/^::warning file=tool,title=elf\/executable-stack \(new\)::/m)
  expect(github).toMatch(/^::\w+ file=same\.mjs,line=3,.*title=js\/development-code::/m)
  expect(github).toMatch(/^::notice title=Since before\.json::.*; 3 new findings, 1 finding gone%0Ano longer: old\.mjs: \w+ js\/development-code: .*$/m)
  expect(found(await since(root, report, { maxSize: 'dist/**=1' }))).toEqual([])
})

test('what a build has mended is neither new nor gone', async () => {
  const root = tempFolder()
  const names = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 13, 4, 110, 97, 109, 101, 0, 6, 5, 109, 121, 109, 111, 100)
  writeFileSync(join(root, 'm.wasm'), names)
  const before = await build(['m.wasm'], { cwd: root, configFile: false, config: { out: 'out' } })
  expect(before.artifacts[0]!.findings.map(({ ruleId }) => ruleId)).toContain('wasm/names-shipped')
  writeFileSync(join(root, 'before.json'), JSON.stringify({ ...before, artifacts: before.artifacts.map((artifact) => ({ ...artifact, findings: [] })) }))
  const { comparison } = await build(['m.wasm'], { cwd: root, configFile: false, config: { out: 'out', against: 'before.json' } })
  expect(comparison!.findings).toEqual([])
})
