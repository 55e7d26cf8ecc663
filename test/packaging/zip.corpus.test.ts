import { randomFillSync } from 'node:crypto'
import { open, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { wholeFileLimit } from '../../src/packaging/deflate.ts'
import { bytesEntry, fileEntry } from '../../src/packaging/entry.ts'
import { writeZip } from '../../src/packaging/zip.ts'
import { has, inFolder, run } from './support.ts'

const note = bytesEntry('z', new TextEncoder().encode('after'))

it('holds a file beyond 4 GiB in little memory', async (context) => {
  if (!(await has('unzip')) || !(await has('python3'))) return context.skip('unzip or python3 is not installed')
  await inFolder(async (folder) => {
    const size = 2 ** 32 + 5
    await writeFile(join(folder, 'large'), 'start')
    await truncate(join(folder, 'large'), size)
    const before = process.memoryUsage().rss
    await writeZip([await fileEntry('large', join(folder, 'large')), note], join(folder, 'a.zip'), { level: 'balanced' })
    expect(process.memoryUsage().rss - before).toBeLessThan(256 << 20)
    await run('unzip', ['-tq', join(folder, 'a.zip')])
    const read = 'import sys, zipfile; print([[i.filename, i.file_size] for i in zipfile.ZipFile(sys.argv[1]).infolist()])'
    const { stdout } = await run('python3', ['-c', read, join(folder, 'a.zip')])
    expect(stdout.trim()).toBe(`[['large', ${size}], ['z', 5]]`)
  })
})

it('stores a large file that does not shrink', async (context) => {
  if (!(await has('unzip'))) return context.skip('unzip is not installed')
  await inFolder(async (folder) => {
    const file = await open(join(folder, 'noise'), 'w')
    const chunk = new Uint8Array(1 << 20)
    for (let at = 0; at <= wholeFileLimit; at += chunk.byteLength) await file.write(randomFillSync(chunk))
    await file.close()
    const entry = await fileEntry('noise', join(folder, 'noise'))
    const written = await writeZip([entry, note], join(folder, 'a.zip'), { level: 'balanced' })
    expect(written.size - entry.size).toBeLessThan(500)
    expect((await stat(join(folder, 'a.zip'))).size).toBe(written.size)
    await run('unzip', ['-tq', join(folder, 'a.zip')])
  })
})
