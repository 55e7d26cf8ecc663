import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Context } from '../../src/core/context.ts'
import { analyzeCpu } from '../../src/formats/elf/cpu/index.ts'
import { readElf } from '../../src/formats/elf/read/elf-file.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { guardedPackages } from '../corpus/guarded.ts'

const context: Context = { signal: new AbortController().signal, report: () => {}, readFile: async () => undefined }

/** What does not hold yet. May only get shorter. */
const knownPossible = ['@pydantic/monty-linux-x64-gnu']

test('binaries that choose their kernels by a check: nothing above x86-64-v1 is required or possible, and each verdict ends', { timeout: 300_000 }, async () => {
  const possible: string[] = []
  for (const { file, ...pinned } of guardedPackages) {
    const { properties } = await analyzeCpu(readElf(await readFile(join(await fetchPackage(pinned), file))), {}, context)
    const { required, possible: level } = properties['cpuLevel'] as { required: string; possible: string | null }
    expect([pinned.name, required]).toEqual([pinned.name, 'x86-64-v1'])
    if (level !== null) possible.push(pinned.name)
  }
  expect(possible).toEqual(knownPossible)
})
