import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elf } from '../../../src/formats/elf/index.ts'
import { check } from '../../../src/pipeline/check.ts'
import { elfPackage } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'

async function severityOf(bytes: Buffer): Promise<string | undefined> {
  const context = { signal: new AbortController().signal, report: () => undefined, readFile: async () => undefined }
  const analysis = await elf.analyze({ path: 'a.node', bytes }, { shallow: true }, context)
  return check(analysis, elf.rules, {}).find((finding) => finding.ruleId === 'elf/not-stripped')?.severity
}

test('a file that is stripped but for a few bytes is no warning; one with its symbols is', async () => {
  const bcrypt = join(await fetchPackage(elfPackage('bcrypt')), 'prebuilds/linux-x64/bcrypt.glibc.node')
  expect(await severityOf(readFileSync(bcrypt))).not.toBe('warning')
  const duckdb = join(await fetchPackage(elfPackage('@duckdb/node-bindings-linux-x64')), 'duckdb.node')
  expect(await severityOf(readFileSync(duckdb))).toBe('warning')
})
