import { expect, test } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { githubReport } from '../../src/reporters/github.ts'
import { runCli } from '../support/run-cli.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const sizes = { raw: 1, gzip: 1, brotli: 1 }
const report: Report = {
  schemaVersion: 1,
  tool: { name: 'shrink', version: '0.0.0' },
  command: 'analyze',
  totals: { files: 1, artifacts: 1, sizes },
  artifacts: [
    {
      path: 'a,b:c%.js',
      format: 'js',
      architecture: null,
      sizes,
      sha256: '0'.repeat(64),
      properties: {},
      requirements: [],
      findings: [
        { ruleId: 'js/a', severity: 'info', message: 'saves 5 %' },
        { ruleId: 'js/b', severity: 'warning', message: 'one\n::error::two\r', advice: 'first, then\nsecond', location: { path: 'src/x.ts', line: 3, column: 7 } },
      ],
    },
  ],
  treeFindings: [{ ruleId: 'budget/exceeded', severity: 'error', message: 'too large' }],
  portability: [{ artifact: '.', target: 'node22', verdict: 'fails', reasons: [{ message: 'needs more' }] }],
  outputs: [],
  packages: [],
  diagnostics: [{ severity: 'error', code: 'artifact/malformed', message: 'e_shoff\u001b', location: { path: 'bad', offset: 40 } }],
}

test('a command an alert, the worst first, with what would end it escaped', () => {
  expect(githubReport(report, { targets: ['node22'] }).split('\n')).toEqual([
    '::error title=budget/exceeded::too large',
    '::error title=target/fails::node22: needs more',
    '::error file=bad,title=artifact/malformed::e_shoff\\x1b',
    '::warning file=src/x.ts,line=3,col=7,title=js/b::one\\n::error::two\\r%0A→ first, then%0Asecond',
    '::notice file=a%2Cb%3Ac%25.js,title=js/a::saves 5 %25',
    '',
  ])
  expect(githubReport(report, { targets: [] })).not.toContain('node22')
})

test('it is a reporter of the command line', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': 'export const a = 1\n' })
  const { code, stdout } = await runCli(['analyze', 'dist', '--reporter', 'github', '--max-size', '*.mjs=1'], { cwd: root })
  expect([code, stdout]).toEqual([1, expect.stringMatching(/^::error file=dist\/a\.mjs,title=budget\/exceeded::\*\.mjs: 1 file, 19 B/)])
})
