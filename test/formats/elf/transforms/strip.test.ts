import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { optimize } from '../support/optimize.ts'

const bcrypt = await fetchPackage(elfPackage('bcrypt'))

test('a second run changes nothing', async () => {
  const bytes = await readFile(join(bcrypt, 'prebuilds/linux-arm64/bcrypt.glibc.node'))
  const once = await optimize(bytes)
  expect(once.artifact.bytes.byteLength).toBeLessThan(bytes.byteLength)
  expect(once.changes.map((change) => change.what)).toEqual([expect.stringContaining('.comment')])
  const twice = await optimize(once.artifact.bytes)
  expect(Buffer.compare(twice.artifact.bytes, once.artifact.bytes)).toBe(0)
})

test('--strip none leaves the file alone', async () => {
  const bytes = await readFile(join(bcrypt, 'prebuilds/linux-arm64/bcrypt.glibc.node'))
  const result = await optimize(bytes, { strip: 'none' })
  expect(result.artifact.bytes).toBe(bytes)
})
