import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elfPackages } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { executableRanges } from '../../../../src/formats/elf/read/address-space.ts'
import { analyze } from '../support/optimize.ts'

/** Go has its own table; these are of a few kilobytes and made of hand-written code. */
const chosen = elfPackages.filter(({ name }) => !/esbuild|typescript|oven/.test(name))

test.each(chosen.map((pinned) => ({ name: pinned.name, pinned })))('$name: at least 97 % of its code belongs to a function', async ({ pinned }) => {
  const root = await fetchPackage(pinned)
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isFile() || !/\.node$|\.so[.\d]*$|^(workerd|sentry-cli)$/.test(entry.name)) continue
    const bytes = await readFile(path)
    if (bytes.readUInt32BE(0) !== 0x7f454c46) continue
    const { sizes, detail } = await analyze(bytes, { by: 'symbol', skipCode: true })
    if (!detail.file.sections.some((section) => section.name === '.eh_frame' && section.sh_size > 64)) continue
    const code = executableRanges(detail.file).filter((range) => !/^\.(i?plt|init$|fini$)/.test(range.name))
    const bytesOf = { function: 0, code: 0, fill: 0, section: 0 }
    for (const range of sizes.ranges) {
      const isCode = code.some(({ offset, size }) => range.offset >= offset && range.offset < offset + size)
      if (isCode && range.kind in bytesOf) bytesOf[range.kind as keyof typeof bytesOf] += range.size
    }
    expect(bytesOf.section, `${path}: nothing is left with the section alone`).toBe(0)
    expect(bytesOf.function / (bytesOf.function + bytesOf.code), path).toBeGreaterThan(0.97)
  }
})
