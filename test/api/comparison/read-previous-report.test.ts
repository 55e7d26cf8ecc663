import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readPreviousReport } from '../../../src/api/comparison/read-previous-report.ts'
import { UsageError } from '../../../src/core/errors.ts'
import { runCli } from '../../support/run-cli.ts'
import { tempFolder, writeTree } from '../../support/temp-folder.ts'

const { signal } = new AbortController()
const sizes = { raw: 1, gzip: null, brotli: null }
const artifact = { path: 'a.js', sizes, sha256: 'x', requirements: [], findings: [], changes: [], properties: {} }
const requirement = { kind: 'libc', name: 'glibc', version: '2.28', need: 'required', evidence: [] }
const report = {
  schemaVersion: 1,
  tool: { name: 'shrink', version: '0.0.1' },
  command: 'analyze',
  artifacts: [artifact],
  treeFindings: [],
  outputs: [],
  packages: [],
  portability: [{ artifact: 'a.js', target: 'node22', verdict: 'runs', reasons: [] }],
  diagnostics: [],
}

async function read(text: string | Uint8Array): Promise<unknown> {
  const root = tempFolder()
  writeFileSync(join(root, 'old.json'), text)
  return readPreviousReport('old.json', root, signal)
}

test('what a later tool added to version 1 is no mistake, nor is the mark that editors put first', async () => {
  const later = { ...report, news: 1, artifacts: [{ ...artifact, requirements: [{ ...requirement, kind: 'phase-of-the-moon', news: 1 }], properties: { cpuAnalysis: 'complete', news: [] } }] }
  expect(await read(`\ufeff${JSON.stringify(later)}`)).toMatchObject({ artifacts: [{ requirements: [{ kind: 'phase-of-the-moon' }], properties: { cpuAnalysis: 'complete' } }] })
})

test.each([
  ['', /^old\.json: is not JSON: Unexpected end/],
  ['{"a":\n[1,', /^old\.json: is not JSON: [^\n]+$/],
  [new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff]), /^old\.json: is not JSON/],
  ['[]', /^old\.json is no report of shrink/],
  ['{"name": "something"}', /^old\.json is no report of shrink: it has no schemaVersion/],
  [{ schemaVersion: 2 }, /^old\.json: schemaVersion is 2, and this version reads 1$/],
  [{ schemaVersion: '1' }, /^old\.json: schemaVersion is "1"/],
  [{ tool: undefined }, /^old\.json: tool: an object/],
  [{ command: 'explain' }, /^old\.json: command: analyze or build/],
  [{ artifacts: {} }, /^old\.json: artifacts: a list/],
  [{ artifacts: [artifact, null] }, /^old\.json: artifacts\[1\]: an object/],
  [{ artifacts: [{ ...artifact, path: 1 }] }, /^old\.json: artifacts\[0\]\.path: a text/],
  [{ artifacts: [{ ...artifact, path: 'x'.repeat(70_000) }] }, /^old\.json: artifacts\[0\]\.path: 70000 characters/],
  [{ artifacts: [{ ...artifact, sizes: { ...sizes, raw: 1.5 } }] }, /^old\.json: artifacts\[0\]\.sizes\.raw: a whole number/],
  [{ artifacts: [{ ...artifact, sizes: { ...sizes, raw: 2 ** 40 } }] }, /^old\.json: artifacts\[0\]\.sizes\.raw: a whole number of bytes is needed, \d+ at most/],
  [{ artifacts: [{ ...artifact, sizes: { ...sizes, gzip: -1 } }] }, /^old\.json: artifacts\[0\]\.sizes\.gzip/],
  [{ artifacts: [{ ...artifact, requirements: [{ ...requirement, need: 'maybe' }] }] }, /^old\.json: artifacts\[0\]\.requirements\[0\]\.need: one of required/],
  [{ outputs: [{ ...artifact, requirements: [{ ...requirement, name: null }] }] }, /^old\.json: outputs\[0\]\.requirements\[0\]\.name/],
  [{ artifacts: [{ ...artifact, findings: [{ ruleId: 'elf/a', severity: 'fatal', message: '' }] }] }, /^old\.json: artifacts\[0\]\.findings\[0\]\.severity: one of error/],
  [{ treeFindings: [{ ruleId: 'tree/a', severity: 'info', message: 1 }] }, /^old\.json: treeFindings\[0\]\.message: a text/],
  [{ treeFindings: [{ ruleId: 'tree/a', severity: 'info', message: '', location: { path: 'a', line: -1 } }] }, /^old\.json: treeFindings\[0\]\.location\.line: a whole number/],
  [{ outputs: [{ ...artifact, changes: [{}] }] }, /^old\.json: outputs\[0\]\.changes\[0\]\.transform: a text/],
  [{ packages: [{ path: 'a.zip', size: '1' }] }, /^old\.json: packages\[0\]\.size: a whole number/],
  [{ portability: [{ artifact: 'a', target: 'b', verdict: 'c' }] }, /^old\.json: portability\[0\]\.verdict/],
  [{ diagnostics: [{ severity: 'error', location: 1 }] }, /^old\.json: diagnostics\[0\]\.location/],
  ['['.repeat(200_000), /nests deeper than 100 levels/],
  [`"\\"${'['.repeat(200)}"`, /is no report of shrink/],
])('what is no report is told: %#', async (text, message) => {
  const whole = typeof text === 'string' || text instanceof Uint8Array ? text : JSON.stringify({ ...report, ...text })
  const error: unknown = await read(whole).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(UsageError)
  expect((error as UsageError).message).toMatch(message)
  expect((error as UsageError).hint).toMatch(/^(?:Name a|Write it)/)
})

test('what does not end is not read to its end', async () => {
  await expect(readPreviousReport('/dev/zero', '/', signal)).rejects.toThrow(/^\/dev\/zero: longer than 64 MiB/)
})

test('a report that is not there ends the command with 2, before anything is written', async () => {
  const root = tempFolder()
  await writeTree(root, { 'dist/a.mjs': 'export const a = 1\n' })
  for (const command of ['analyze', 'build']) {
    const { code, stdout, stderr } = await runCli([command, 'dist', '--against', 'none.json'], { cwd: root })
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe('shrink: none.json: the report to compare with cannot be read: ENOENT\n  → Write one first: `shrink analyze … --reporter json=FILE`.\n')
  }
})
