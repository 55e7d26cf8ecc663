import { expect, test } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { sarifReport } from '../../src/index.ts'
import { sarifLog } from '../../src/reporters/sarif.ts'
import { runCli } from '../support/run-cli.ts'
import { writeSampleTree } from '../support/sample-tree.ts'
import { tempFolder } from '../support/temp-folder.ts'

const sizes = { raw: 100, gzip: 60, brotli: 50 }
const artifact = {
  path: 'lib/a b:%.js',
  format: 'js' as const,
  architecture: null,
  sizes,
  sha256: '0'.repeat(64),
  properties: {},
  requirements: [],
  findings: [
    { ruleId: 'js/inlined-asset', severity: 'info' as const, message: '40000 bytes of base64', advice: 'Ship it', data: { bytes: 40_000 }, location: { path: 'lib/a b:%.js', line: 3, column: 7 }, wastedBytes: 10_000 },
    { ruleId: 'js/not-minified', severity: 'warning' as const, message: 'is not minified', fix: { transform: 'js/minify' } },
  ],
}
const report: Report = {
  schemaVersion: 1,
  tool: { name: 'shrink', version: '1.2.3' },
  command: 'analyze',
  totals: { files: 1, artifacts: 1, sizes },
  artifacts: [artifact],
  treeFindings: [{ ruleId: 'tree/native-packages', severity: 'error', message: 'builds for linux/x64' }],
  portability: [
    {
      artifact: 'bin/tool',
      target: 'debian-11@x64',
      verdict: 'fails',
      reasons: [{ message: 'needs glibc 2.38', hint: 'build on Debian 11', requirement: { kind: 'libc', name: 'glibc', version: '2.38', need: 'required', evidence: [{ text: 'fn', offset: 64 }] } }],
    },
    { artifact: 'bin/tool', target: 'debian-13@x64', verdict: 'runs', reasons: [] },
  ],
  outputs: [],
  packages: [],
  diagnostics: [{ severity: 'error', code: 'artifact/malformed', message: 'e_shoff\u001b: 8 bytes needed', location: { path: 'bad\ud800\n', offset: 40 } }],
}
const options = { ruleHelp: { 'js/inlined-asset': 'Base64 is a third larger.' }, targetsAsked: true, exitCode: 3 }

interface Result {
  readonly ruleId: string
  readonly ruleIndex: number
  readonly level: string
  readonly message: { readonly text: string }
  readonly locations: readonly { readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly uriBaseId?: string }; readonly region?: Readonly<Record<string, number>> } }[]
  readonly partialFingerprints: { readonly primaryLocationLineHash: string }
}
interface Run {
  readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string; readonly help: { readonly text: string } }[] } }
  readonly invocations: readonly unknown[]
  readonly originalUriBaseIds: Readonly<Record<string, unknown>>
  readonly results: readonly Result[]
}

/** What of the SARIF 2.1.0 schema is used: `key: true` for what must be there, a pattern for texts. Nothing else may be. */
const text = { text: /^[^\p{Cc}]|\n/u }
const shape: unknown = {
  $schema: /^https:.*sarif-2\.1\.0\.json$/,
  version: /^2\.1\.0$/,
  runs: [
    {
      tool: { driver: { name: /./, version: /./, rules: [{ id: /^[\w-]+\/[\w-]+$/, shortDescription: text, fullDescription: text, help: text }] } },
      automationDetails: { id: /^shrink\/(analyze|build)\/$/ },
      invocations: [{ executionSuccessful: Boolean, exitCode: Number }],
      originalUriBaseIds: { 'INPUT?': { description: text }, '%SRCROOT%?': { description: text } },
      columnKind: /^utf16CodeUnits$/,
      results: [
        {
          ruleId: /^[\w-]+\/[\w-]+$/,
          ruleIndex: Number,
          level: /^(error|warning|note)$/,
          message: text,
          locations: [
            {
              physicalLocation: {
                // RFC 3986: a relative reference, whose first segment holds no colon
                artifactLocation: { uri: /^(?:[\w.~!*'()/-]|%[\dA-F]{2})+$/, uriBaseId: /^(?:INPUT|%SRCROOT%)$/ },
                'region?': { 'startLine?': Number, 'startColumn?': Number, 'byteOffset?': Number },
              },
            },
          ],
          partialFingerprints: { primaryLocationLineHash: /^[\da-f]{16}:[1-9]\d*$/ },
          'properties?': Object,
        },
      ],
    },
  ],
}

/** Where `value` is not of the shape. */
function mismatches(value: unknown, expected: unknown, at: string): string[] {
  if (expected instanceof RegExp) return typeof value === 'string' && expected.test(value) ? [] : [`${at}: ${JSON.stringify(value)}`]
  if (typeof expected === 'function') return Object(value) instanceof expected && (expected !== Number || (Number.isInteger(value) && (value as number) >= 0)) ? [] : [`${at}: ${JSON.stringify(value)}`]
  if (Array.isArray(expected)) return Array.isArray(value) ? value.flatMap((item, index) => mismatches(item, expected[0], `${at}[${index}]`)) : [`${at}: no list`]
  const rest = new Set(Object.keys(value as object))
  const own = Object.entries(expected as object).flatMap(([key, inner]) => {
    const name = key.replace('?', '')
    if (rest.delete(name)) return mismatches((value as Record<string, unknown>)[name], inner, `${at}.${name}`)
    return key === name ? [`${at}.${name}: missing`] : []
  })
  return [...own, ...[...rest].map((key) => `${at}.${key}: not known`)]
}

function runOf(sarif: string): Run {
  const log = JSON.parse(sarif) as { readonly runs: readonly [Run] }
  expect(mismatches(log, shape, '')).toEqual([])
  const [run] = log.runs
  for (const { ruleId, ruleIndex } of run.results) expect(run.tool.driver.rules[ruleIndex]!.id).toBe(ruleId)
  const prints = run.results.map((result) => result.partialFingerprints.primaryLocationLineHash)
  expect(new Set(prints).size).toBe(prints.length)
  return run
}

test('findings, verdicts on named targets and diagnostics are results, each with its place', () => {
  const run = runOf(sarifLog(report, options))
  expect(run.results.map(({ ruleId, level, message, locations }) => [ruleId, level, message.text, locations[0]!.physicalLocation.artifactLocation.uri, locations[0]!.physicalLocation.region])).toEqual([
    ['js/inlined-asset', 'note', '40000 bytes of base64\n→ Ship it', 'lib/a%20b%3A%25.js', { startLine: 3, startColumn: 7 }],
    ['js/not-minified', 'warning', 'is not minified', 'lib/a%20b%3A%25.js', undefined],
    ['tree/native-packages', 'error', 'builds for linux/x64', './', undefined],
    ['target/fails', 'error', 'debian-11@x64: needs glibc 2.38\n→ build on Debian 11', 'bin/tool', { byteOffset: 64 }],
    ['artifact/malformed', 'error', 'e_shoff\\x1b: 8 bytes needed', 'bad%EF%BF%BD%0A', { byteOffset: 40 }],
  ])
  expect(run.invocations).toEqual([{ executionSuccessful: false, exitCode: 3 }])
  expect(run.tool.driver.rules.map(({ id, help }) => [id, help.text.slice(0, 25)])).toEqual([
    ['artifact/malformed', 'The file says it is of a '],
    ['js/inlined-asset', 'Base64 is a third larger.'],
    ['js/not-minified', 'not minified'],
    ['target/fails', 'The artifact requires som'],
    ['tree/native-packages', 'native packages'],
  ])
})

test('what was judged unasked, and what a build has mended, is no alert', () => {
  const change = { transform: 'js/minify', what: 'minified', before: 100, after: 50, verifiedBy: [] }
  const built: Report = { ...report, command: 'build', outputs: [{ path: artifact.path, format: 'js', sha256: artifact.sha256, sizes, before: sizes, changes: [change] }] }
  const run = runOf(sarifLog(built, { ...options, targetsAsked: false, exitCode: 0 }))
  expect(run.results.map(({ ruleId }) => ruleId)).toEqual(['js/inlined-asset', 'tree/native-packages', 'artifact/malformed'])
})

test('a fingerprint stays when figures and places change, and equals are told apart', () => {
  const prints = (messages: readonly string[], line: number): string[] => {
    const findings = messages.map((message) => ({ ...artifact.findings[0]!, message, location: { path: artifact.path, line } }))
    return runOf(sarifLog({ ...report, artifacts: [{ ...artifact, findings }] }, options)).results.map((result) => result.partialFingerprints.primaryLocationLineHash)
  }
  const first = prints(['40000 bytes at 0x1f', '500 bytes at 0x20', 'other'], 3)
  expect(prints(['41 bytes at 0xabc', '7 bytes at 0x0', 'other'], 9)).toEqual(first)
  expect(first[0]!.replace(/:1$/, ':2')).toBe(first[1])
})

test('the command prints it, the same each time, with help from the rules', async () => {
  const root = tempFolder()
  await writeSampleTree(root)
  const args = ['analyze', root, '--reporter', 'sarif', '--target', 'alpine-3.22']
  const { stdout, stderr, code } = await runCli(args)
  expect([stderr, code]).toEqual(['', 1])
  expect((await runCli([...args, '--jobs', '1'])).stdout).toBe(stdout)
  expect(stdout).not.toContain(root)
  const run = runOf(stdout)
  expect(run.results.filter(({ ruleId }) => ruleId === 'target/fails').length).toBeGreaterThan(0)
  for (const { id, help } of run.tool.driver.rules) expect([id, help.text]).not.toEqual([id, id.slice(id.indexOf('/') + 1).replaceAll('-', ' ')])
})

test('every rule that a report can name has help of its own', async () => {
  const ids = ['bundle/package-cost', 'bundle/no-side-effects-flag', 'bundle/resolution-condition', 'native/unavailable', 'package/limit', 'budget/exceeded', 'tree/client-files']
  const made = await sarifReport({ ...report, treeFindings: ids.map((ruleId) => ({ ruleId, severity: 'info', message: ruleId })) }, { failOn: 'error', targets: [] })
  for (const id of ids) {
    const { help } = runOf(made).tool.driver.rules.find((rule) => rule.id === id)!
    expect([id, help.text.length > 40]).toEqual([id, true])
  }
})

test('two formats at once are refused', async () => {
  const { code, stderr } = await runCli(['analyze', '.', '--json', '--reporter', 'sarif'])
  expect([code, stderr]).toEqual([2, expect.stringContaining('would both be printed')])
})
