import { expect, test } from 'vitest'
import type { Report } from '../../src/core/report.ts'
import { cpuVerdicts } from '../../src/reporters/cpu-verdicts.ts'
import { summarizeRequirements } from '../../src/reporters/requirement-summary.ts'
import { createPaint } from '../../src/reporters/paint.ts'
import { targetDetails } from '../../src/reporters/targets.ts'
import { textReport } from '../../src/reporters/text.ts'
import { formatBytes, formatChange } from '../../src/reporters/units.ts'

const sizes = { raw: 1_000_000, gzip: 400_000, brotli: null }

const report: Report = {
  schemaVersion: 1,
  tool: { name: 'shrink', version: '0.0.0' },
  command: 'analyze',
  totals: { files: 2, artifacts: 1, sizes },
  artifacts: [
    {
      path: 'bin/tool',
      format: 'elf',
      architecture: 'x86-64',
      sizes,
      sha256: '0'.repeat(64),
      properties: { type: 'executable', cpuLevel: { required: 'x86-64-v1', possible: 'x86-64-v3' }, cpuAnalysis: 'bounded' },
      requirements: [
        { kind: 'architecture', name: 'x86-64', need: 'required', evidence: [] },
        { kind: 'cpu-feature', name: 'avx2', need: 'guarded', evidence: [] },
        { kind: 'cpu-feature', name: 'fma', need: 'possible', evidence: [] },
        { kind: 'libc', name: 'glibc', version: '2.38', need: 'required', evidence: [{ text: 'symbol __isoc23_strtol' }] },
      ],
      findings: [{ ruleId: 'elf/not-stripped', severity: 'warning', message: 'holds symbols', advice: 'strip it', wastedBytes: 1234 }],
      sizeMap: { view: 'section', totals: [{ label: '.text', kind: 'section', size: 900_000, count: 1 }, { label: '[gap]', kind: 'gap', size: 100_000, count: 2 }] },
    },
    { path: 'readme', format: 'other', architecture: null, sizes: { raw: 10, gzip: 10, brotli: 10 }, sha256: '0'.repeat(64), properties: {}, requirements: [], findings: [] },
  ],
  treeFindings: [],
  portability: [
    { artifact: 'bin/tool', target: 'aws-lambda/nodejs22.x@x64', verdict: 'fails', reasons: [{ message: 'needs GLIBC_2.38', hint: 'build on Debian 11' }] },
    { artifact: 'bin/tool', target: 'debian-13@x64', verdict: 'runs', reasons: [] },
  ],
  outputs: [],
  packages: [],
  diagnostics: [{ severity: 'error', code: 'artifact/malformed', message: 'e_shoff: 8 bytes needed, 0 left', location: { path: 'bad', offset: 40 } }],
}

test('the report for a terminal', () => {
  expect(textReport(report, { color: false, width: 100 })).toMatchInlineSnapshot(`
    "shrink analyze  2 files, 1 artifact: 1.00 MB, 400 kB gzip

      artifact      format                     raw    gzip  brotli
      bin/tool      elf x86-64 executable  1.00 MB  400 kB       –
      1 other file                            10 B

      bin/tool
        cpu         x86-64 · possible: fma · guarded: avx2
        cpu level   x86-64-v1 · possible: x86-64-v3 (the search for checks was cut off)
        runs on     ? x86-64-v1, x86-64-v2: possibly no fma · ✓ x86-64-v3, haswell (AWS Lambda), x86-64-v4
        system      glibc ≥ 2.38
        warning     elf/not-stripped: holds symbols [1.23 kB]
                    → strip it
        by section
           900 kB   90.0 %  .text  section
           100 kB   10.0 %  [gap]  gap
          1.00 MB  100.0 %  total

    Where it runs
                aws-lambda/nodejs22.x@x64  debian-13@x64
      bin/tool  ✗ fails                    ✓ runs
      bin/tool
        needs GLIBC_2.38 (aws-lambda/nodejs22.x@x64)
          → build on Debian 11

    Notes
      error     bad (at offset 0x28): e_shoff: 8 bytes needed, 0 left (artifact/malformed)
    "
  `)
})

test('names cannot paint or break the lines of the terminal', () => {
  const path = 'a\nb\u001b[31m\u009bc.js'
  const artifact = { ...report.artifacts[0]!, path }
  const diagnostic = { ...report.diagnostics[0]!, location: { path }, hint: 'one\ntwo\u0007' }
  const text = textReport({ ...report, artifacts: [artifact], diagnostics: [diagnostic] }, { color: false, width: 100 })
  expect(text).not.toMatch(/(?!\n)\p{Cc}/u)
  expect(text).toContain('  a\\nb\\x1b[31m\\x9bc.js')
  expect(text).toMatch(/→ one\n +two\\x07/)
  expect(textReport(report, { color: true, width: 100 })).toContain('\u001b[1m')
})

test('a release of Node that a surer need implies is not told', () => {
  const node = (version: string, need: 'required' | 'possible' | 'guarded') => ({ kind: 'node' as const, name: 'node', version, need, evidence: [] })
  const text = (...needs: ReturnType<typeof node>[]) => summarizeRequirements(needs).map((line) => line.text)
  expect(text(node('15.0', 'required'), node('15.0', 'possible'), node('9.4', 'guarded'))).toEqual(['node ≥ 15.0'])
  expect(text(node('15.0', 'required'), node('18.0', 'possible'), node('20.1', 'guarded'))).toEqual(['node ≥ 15.0 · possible: node ≥ 18.0 · guarded: node ≥ 20.1'])
  expect(text(node('9.4', 'possible'), node('18.0', 'guarded'))).toEqual(['possible: node ≥ 9.4 · guarded: node ≥ 18.0'])
})

test('narrow terminals get a legend instead of wide columns; colours only when asked', () => {
  const narrow = textReport(report, { color: false, width: 40 })
  expect(narrow).toContain('[1] aws-lambda/nodejs22.x@x64')
  expect(narrow).not.toContain('\u001b[')
  expect(textReport(report, { color: true, width: 100 })).toContain('\u001b[31m✗ fails')
})

test.each([
  [null, '–'],
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.00 kB'],
  [12_345, '12.3 kB'],
  [999_500, '1.00 MB'],
  [262_144_000, '262 MB'],
])('%s bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

test('changes', () => {
  expect([formatChange(200, 100), formatChange(100, 101), formatChange(null, 1), formatChange(0, 1)]).toEqual(['-50.0 %', '+1.0 %', '', ''])
})

test('the CPUs that an ELF file runs on, those that lack the same together', () => {
  const feature = (name: string, need: 'required' | 'possible' | 'guarded') => ({ kind: 'cpu-feature' as const, name, need, evidence: [] })
  const arm = { ...report.artifacts[0]!, architecture: 'aarch64' as const, properties: {}, requirements: [feature('lse', 'required'), feature('dotprod', 'possible'), feature('sve', 'guarded')] }
  expect(cpuVerdicts(arm)).toEqual([
    { label: 'runs on', text: '✗ armv8-a: no lse · ✓ neoverse-n1 (Graviton2), neoverse-v1 (Graviton3), neoverse-v2 (Graviton4)' },
  ])
  const needs = ['avx', 'avx2', 'bmi2', 'fma'].map((name) => feature(name, 'required'))
  const intel = { ...report.artifacts[0]!, properties: { cpuLevel: { required: 'x86-64-v3', possible: null }, cpuAnalysis: 'complete' }, requirements: [...needs, feature('avx512f', 'possible')] }
  expect(cpuVerdicts(intel)).toEqual([
    { label: 'cpu level', text: 'x86-64-v3' },
    { label: 'runs on', text: '✗ x86-64-v1, x86-64-v2: no avx, avx2, bmi2 and 1 more · ? x86-64-v3, haswell (AWS Lambda): possibly no avx512f · ✓ x86-64-v4' },
  ])
  expect(cpuVerdicts({ ...arm, requirements: [feature('unknown-code', 'possible')] })[0]!.text).toMatch(/^\? armv8-a, .*: not all of the code was looked at$/)
  expect(cpuVerdicts({ ...arm, requirements: [] })).toEqual([])
  expect(cpuVerdicts({ ...arm, requirements: [], properties: { cpuAnalysis: 'complete' } })[0]!.text).toMatch(/^✓ armv8-a, /)
  expect(cpuVerdicts({ ...arm, format: 'wasm' })).toEqual([])
})

test('long facts of a target are folded, and stay beside their source', () => {
  const names = ['assert', 'assert/strict', 'async_hooks', 'buffer', 'console', 'constants', 'crypto', 'diagnostics_channel']
  const fact = { confidence: 'documented', date: '2026-11-20', source: 'https://example.org/', old: false }
  const text = targetDetails({ id: 'edge', title: 'Edge', notes: [] }, [{ ...fact, name: 'engine', value: 'workerd' }, { ...fact, name: 'built-in modules', value: names.join(', ') }], createPaint(false))
  expect(text).toMatchInlineSnapshot(`
    "edge  Edge
      engine            workerd                                               documented  2026-11-20  [1]
      built-in modules  assert, assert/strict, async_hooks, buffer, console,  documented  2026-11-20  [1]
                        constants, crypto, diagnostics_channel
      [1] https://example.org/
    "
  `)
})

test('artifacts of one outcome are one row when each has reasons of its own, and the common reasons come first', () => {
  const portability = Array.from({ length: 40 }, (_, index) => ({
    artifact: `chunk-${index}.js`,
    target: 'node20',
    verdict: index % 2 === 0 ? ('fails' as const) : ('runs' as const),
    reasons: index % 2 === 0 ? [{ message: `needs thing ${index}` }, { message: 'needs Node 22', hint: 'upgrade' }] : [],
  }))
  // 20 rows for what fails and one for what runs
  const lines = textReport({ ...report, portability }, { color: false, width: 100 }).split('\n')
  expect(lines.slice(lines.indexOf('Where it runs'), lines.findIndex((line) => line.startsWith('Notes')))).toEqual([
    'Where it runs',
    '                          node20',
    '  chunk-0.js and 19 more  ✗ fails',
    '  chunk-1.js and 19 more  ✓ runs',
    '  chunk-0.js and 19 more',
    '    20 of 20: needs Node 22 (node20)',
    '      → upgrade',
    '    1 of 20: needs thing 0 (node20)',
    '    1 of 20: needs thing 2 (node20)',
    '    18 more reasons (--json lists them)',
    '',
  ])
})
