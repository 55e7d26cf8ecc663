import { expect, test } from 'vitest'
import type { Finding } from '../../src/core/finding.ts'
import type { ArtifactReport, Report } from '../../src/core/report.ts'
import { markdownReport } from '../../src/reporters/markdown.ts'
import { markdownName, markdownSentence } from '../../src/reporters/markdown-text.ts'
import { runCli } from '../support/run-cli.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const sizes = { raw: 1_000_000, gzip: 400_000, brotli: null }
const sha256 = '0'.repeat(64)
const tool: ArtifactReport = {
  path: 'bin/tool',
  format: 'elf',
  architecture: 'x86-64',
  sizes,
  sha256,
  properties: {},
  requirements: [],
  findings: [
    { ruleId: 'elf/not-stripped', severity: 'warning', message: 'holds symbols', advice: 'strip it', wastedBytes: 1234, fix: { transform: 'elf/strip' } },
    { ruleId: 'elf/unused-needed', severity: 'info', message: 'needs libm.so.6', location: { path: 'bin/tool', offset: 16 } },
  ],
}
const report: Report = {
  schemaVersion: 1,
  tool: { name: 'shrink', version: '0.0.0' },
  command: 'analyze',
  totals: { files: 2, artifacts: 1, sizes },
  artifacts: [tool, { ...tool, path: 'readme', format: 'other', architecture: null, sizes: { raw: 10, gzip: 10, brotli: 10 }, findings: [] }],
  treeFindings: [{ ruleId: 'tree/missing-libraries', severity: 'error', message: 'no libvips' }],
  portability: [
    { artifact: 'lib/b.so', target: 'debian-11@x64', verdict: 'runs', reasons: [] },
    { artifact: 'bin/tool', target: 'debian-11@x64', verdict: 'fails', reasons: [{ message: 'needs GLIBC_2.38', hint: 'build on Debian 11' }] },
    { artifact: 'bin/tool', target: 'debian-13@x64', verdict: 'runs', reasons: [] },
  ],
  outputs: [],
  packages: [],
  diagnostics: [{ severity: 'error', code: 'artifact/malformed', message: 'e_shoff: 8 bytes needed, 0 left', location: { path: 'bad', offset: 40 } }],
}

test('sizes in the measures taken, what fails first and why, remarks by severity', () => {
  expect(markdownReport(report)).toMatchInlineSnapshot(`
    "### shrink analyze

    2 files, 1 artifact: 1.00 MB, 400 kB gzip

    | artifact | format | raw | gzip |
    | --- | --- | ---: | ---: |
    | <code>bin/tool</code> | elf x86-64 | 1.00 MB | 400 kB |
    | 1 other file |  | 10 B |  |

    #### Where it runs

    |  | <code>debian-11@x64</code> | <code>debian-13@x64</code> |
    | --- | --- | --- |
    | <code>bin/tool</code> | ✗ fails | ✓ runs |
    | <code>lib/b.so</code> | ✓ runs |  |

    <details><summary>Why not (1)</summary>

    - <code>bin/tool</code>: needs GLIBC&#95;2.38 (<code>debian-11@x64</code>)<br>→ build on Debian 11

    </details>

    #### Errors

    - no libvips (<code>tree/missing-libraries</code>)
    - <code>bad (at offset 0x28)</code>: e&#95;shoff: 8 bytes needed, 0 left (<code>artifact/malformed</code>)

    #### Warnings

    - <code>bin/tool</code>: holds symbols [1.23 kB] (<code>elf/not-stripped</code>)<br>→ strip it

    <details><summary>1 note</summary>

    - <code>bin/tool (at offset 0x10)</code>: needs libm.so.6 (<code>elf/unused-needed</code>)

    </details>
    "
  `)
})

test('a build says before and after, and not what it has mended', () => {
  const text = markdownReport({
    ...report,
    command: 'build',
    outputs: [
      { path: 'bin/tool', format: 'elf', sha256, before: sizes, sizes: { raw: 600_000, gzip: 300_000, brotli: null }, changes: [{ transform: 'elf/strip', what: '', before: 1_000_000, after: 600_000, verifiedBy: [] }] },
      { path: 'readme', format: 'other', sha256, before: { raw: 10, gzip: 10, brotli: 10 }, sizes: { raw: 10, gzip: 10, brotli: 10 }, changes: [] },
    ],
    packages: [{ kind: 'zip', path: 'app.zip', architecture: null, sha256, size: 310_000, unpackedSize: 600_010, limits: [{ target: 'aws-lambda/nodejs22.x', name: 'zip', limit: 50_000_000, used: 310_000 }] }],
  })
  expect(text).toContain('; written: **600 kB** (-40.0 %)')
  expect(text).toContain('| <code>bin/tool</code> | elf | 1.00 MB → 600 kB (-40.0 %) | 400 kB → 300 kB (-25.0 %) |')
  expect(text).toContain('| <code>app.zip</code> | zip | 310 kB | 600 kB | <code>aws-lambda/nodejs22.x</code> zip 0.6 % |')
  expect(text).not.toContain('not-stripped')
})

test.each([
  ['a|b`c`.js', '<code>a&#124;b&#96;c&#96;.js</code>'],
  ['</code><img src=x onerror=y>', '<code>&#60;/code&#62;&#60;img src=x onerror=y&#62;</code>'],
  ['@team #12 [x](y) **b** $m$ &lt;', '<code>@team #12 &#91;x&#93;(y) &#42;&#42;b&#42;&#42; &#36;m&#36; &#38;lt;</code>'],
  ['a\nb\u001b[31m\u202egpj.js', '<code>a\\nb\\x1b&#91;31m\\u202egpj.js</code>'.replaceAll('\\', '&#92;')],
])('the name %j is shown as it is', (name, shown) => {
  expect(markdownName(name)).toBe(shown)
})

test('sentences mention nobody and link nowhere', () => {
  expect(markdownSentence('see @team, #12, https://evil.example, www.evil.example, a_b')).toBe('see @\u200bteam, #\u200b12, https:\u200b//evil.example, www\u200b.evil.example, a&#95;b')
})

test('it stays below what a comment may have, with what is left out counted and nothing left open', () => {
  const message = `${'<|`@'.repeat(300)}`
  const finding = (severity: Finding['severity'], index: number): Finding => ({ ruleId: 'elf/x', severity, message: `${index}${message}`, advice: message })
  const artifacts = Array.from({ length: 200 }, (_, index) => ({ ...tool, path: `${index}/${'|'.repeat(500)}`, findings: [finding('error', index), finding('warning', index), finding('info', index)] }))
  const portability = artifacts.map(({ path }, index) => ({ artifact: path, target: 't', verdict: 'fails' as const, reasons: [{ message: `${index}${message}`, hint: message }] }))
  const text = markdownReport({ ...report, artifacts, portability })
  expect(text.length).toBeLessThan(65_536)
  expect(text).toContain('| 170 more |')
  expect(text).toMatch(/Too long to be shown whole: \d+ lines left out/)
  expect(text.match(/<details>/g)?.length ?? 0).toBe(text.match(/<\/details>/g)?.length ?? 0)
})

test('the command prints it', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a|b.mjs': 'export const a = 1\n' })
  const { stdout, code } = await runCli(['analyze', root, '--reporter', 'markdown'])
  expect(code).toBe(0)
  expect(stdout).toContain('| <code>a&#124;b.mjs</code> | js | 19 B | ')
})
