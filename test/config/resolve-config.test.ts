import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { configSchema } from '../../src/config/config-schema.ts'
import type { UserConfig } from '../../src/config/config.ts'
import { optionSections } from '../../src/config/options.ts'
import { resolveConfig } from '../../src/config/resolve-config.ts'

const resolve = (values: unknown) => resolveConfig([{ from: 'test', values }])

test('defaults are complete and later layers win', () => {
  const config = resolveConfig([
    { from: 'file', values: { level: 'max', arch: ['arm64'], elf: { strip: 'debug' } } },
    { from: 'flags', values: { level: 'fast', arch: 'x64' } },
  ])
  expect(config.level).toBe('fast')
  expect(config.architectures).toEqual(['x86-64'])
  expect(config.formats.elf['strip']).toBe('debug')
  expect(config.measure).toBe('gzip')
})

test.each([
  [{ lebel: 'max' }, /lebel: no such option/, /Did you mean `level`/],
  [{ elf: { stripp: 'all' } }, /elf\.stripp: no such option/, /`strip`/],
  [{ level: 'balancd' }, /`balancd` is none of fast, balanced, max/, /`balanced`/],
  [{ jobs: 0 }, /0 is below 1/, undefined],
  [{ jobs: '2' }, /a number is needed, not `2`/, undefined],
  [{ arch: 'arm65' }, /`arm65` is not an architecture/, /arm/],
  [{ elf: true }, /an object is needed, not a boolean/, undefined],
  [{ rules: { 'elf/x': 'fatal' } }, /`fatal` is none of off, info, warning, error/, undefined],
  [{ maxSize: 'dist' }, /`dist` is no limit of files/, /PATTERN=SIZE/],
  [{ maxSize: ['*.js=2 kb bzip2'] }, /no limit of files/, /gzip/],
  ['level', /must be an object/, undefined],
])('%j is refused with what is wrong', (values, message, hint) => {
  let thrown: { message: string; hint?: string } | undefined
  try {
    resolve(values)
  } catch (error) {
    thrown = error as { message: string; hint?: string }
  }
  expect(thrown?.message).toMatch(message)
  if (hint !== undefined) expect(thrown?.hint).toMatch(hint)
})

test.each([
  [[{}], ['text']],
  [[{ json: true }], ['json']],
  [[{ reporter: 'markdown' }], ['markdown']],
  [[{ reporter: ['sarif=out/a.sarif', 'json=a.json'] }], ['text', 'sarif out/a.sarif', 'json a.json']],
  [[{ json: true, reporter: ['sarif=a.sarif'] }], ['json', 'sarif a.sarif']],
  [[{ json: true }, { reporter: ['markdown'] }], ['markdown']],
  [[{ json: true }, { json: false }], ['text']],
  [[{ reporter: ['sarif=a.sarif', 'markdown'] }, { json: true }], ['json', 'sarif a.sarif']],
  [[{ reporter: ['sarif=a.sarif', 'markdown'] }, { reporter: ['json=b'] }], ['markdown', 'json b']],
])('of %j the reports are %j', (layers, reports) => {
  const config = resolveConfig(layers.map((values, index) => ({ from: `layer ${index}`, values })))
  expect(config.reports.map(({ reporter, file: path }) => (path === null ? reporter : `${reporter} ${path}`))).toEqual(reports)
})

test.each([
  [{ reporter: ['markdown', 'sarif'] }, /--reporter markdown and --reporter sarif would both be printed/],
  [{ json: true, reporter: 'sarif' }, /--json and --reporter sarif/],
  [{ reporter: 'sarf=a' }, /`sarf` is none of text, json, markdown, sarif/],
  [{ reporter: 'sarif=' }, /names no file/],
  [{ reporter: ['sarif=a', 'json=a'] }, /two reports would be written into a/],
])('reports %j are refused', (values, message) => {
  expect(() => resolve(values)).toThrow(message)
})

test('a configuration file may be typed with every option that there is', () => {
  const typed: Record<keyof UserConfig, true> = {
    out: true, arch: true, target: true, level: true, measure: true, failOn: true, maxSize: true, reporter: true, against: true, json: true, quiet: true, jobs: true,
    compressedSizes: true, by: true, code: true, cpu: true, rules: true, targets: true, elf: true, wasm: true, js: true, bundle: true, package: true,
  }
  const known = optionSections.flatMap((section) => (section.key === '' ? section.options.map(({ key }) => key) : [section.key]))
  expect(Object.keys(typed).sort()).toEqual(known.sort())
})

test('every default of the table passes its own check', () => {
  const all: Record<string, unknown> = {}
  for (const section of optionSections) {
    const values = Object.fromEntries(section.options.filter((option) => option.default !== null).map((option) => [option.key, option.default]))
    if (section.key === '') Object.assign(all, values)
    else all[section.key] = values
  }
  expect(() => resolve(all)).not.toThrow()
})

test('flags are unique', () => {
  const flags = optionSections.flatMap((section) => section.options.flatMap((option) => [option.flag, option.alias])).filter((flag) => flag !== undefined)
  expect(new Set(flags).size).toBe(flags.length)
})

test('schema/config.schema.json is what the table says (UPDATE=1 rewrites it)', () => {
  const file = new URL('../../schema/config.schema.json', import.meta.url)
  const text = `${JSON.stringify(configSchema(), null, 2)}\n`
  if (process.env['UPDATE'] === '1') writeFileSync(file, text)
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('limits are read with units and measures', () => {
  const { budgets } = resolve({ maxSize: ['a=b/*.js=200kB gzip', '*=1.5 MiB', '**=0', 'x= 10 B  Brotli'] })
  expect(budgets.map(({ pattern, limit, measure }) => [pattern, limit, measure])).toEqual([
    ['a=b/*.js', 200_000, 'gzip'],
    ['*', 1_572_864, 'raw'],
    ['**', 0, 'raw'],
    ['x', 10, 'brotli'],
  ])
})
