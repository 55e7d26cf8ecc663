import fc from 'fast-check'
import { chmod, lstat, mkdir, readFile, readlink, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ShrinkError } from '../../src/core/errors.ts'
import { wholeFileLimit } from '../../src/packaging/deflate.ts'
import { bytesEntry, directoryEntries, sortEntries } from '../../src/packaging/entry.ts'
import type { PackageEntry } from '../../src/packaging/entry.ts'
import { layerEntries } from '../../src/packaging/layer.ts'
import { centralHeader, endOfCentralDirectory } from '../../src/packaging/zip-records.ts'
import { writeZip } from '../../src/packaging/zip.ts'
import { has, inFolder, run } from './support.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const library = fileURLToPath(new URL('../../node_modules/terser/dist/bundle.min.js', import.meta.url))

/** Reads an archive with an implementation that is not ours. */
const pythonRead = `
import sys, zipfile, json, hashlib
z = zipfile.ZipFile(sys.argv[1])
assert z.testzip() is None
print(json.dumps([[i.filename, oct(i.external_attr >> 16), hashlib.sha256(z.read(i)).hexdigest(), list(i.date_time), i.compress_size] for i in z.infolist()]))
`

async function readWithPython(path: string): Promise<[string, string, string, number[], number][]> {
  const { stdout } = await run('python3', ['-c', pythonRead, path])
  return JSON.parse(stdout) as [string, string, string, number[], number][]
}

describe('zip', () => {
  it('is read by unzip and Python, with modes, links and contents as they were', async (context) => {
    if (!(await has('unzip')) || !(await has('python3'))) return context.skip('unzip or python3 is not installed')
    await inFolder(async (folder) => {
      const tree = join(folder, 'tree')
      await mkdir(join(tree, 'node_modules', 'ü'), { recursive: true })
      await writeFile(join(tree, 'bootstrap'), '#!/bin/sh\n')
      await writeFile(join(tree, 'tool'), 'tool'.repeat(100))
      await chmod(join(tree, 'tool'), 0o700)
      await writeFile(join(tree, 'empty'), '')
      await writeFile(join(tree, 'node_modules', 'ü', 'index.js'), 'exports.x = 1\n'.repeat(50))
      await symlink('../../tool', join(tree, 'node_modules', 'ü', 'link'))
      const entries = await directoryEntries(tree)
      const zip = join(folder, 'a.zip')
      const written = await writeZip(entries, zip, { level: 'balanced' })
      expect(written.size).toBe((await stat(zip)).size)
      expect(written.files).toBe(5)

      await run('unzip', ['-tq', zip])
      const members = await readWithPython(zip)
      expect(members.map(([name, mode]) => [name, mode])).toEqual([
        ['bootstrap', '0o100755'],
        ['empty', '0o100644'],
        ['node_modules/ü/index.js', '0o100644'],
        ['node_modules/ü/link', '0o120777'],
        ['tool', '0o100755'],
      ])
      expect(members.every(([, , , date]) => JSON.stringify(date) === '[1980,1,1,0,0,0]')).toBe(true)

      await run('unzip', ['-q', zip, '-d', join(folder, 'out')], { env: { ...process.env, LC_ALL: 'C.UTF-8' } })
      expect(await readFile(join(folder, 'out', 'tool'), 'utf8')).toBe('tool'.repeat(100))
      expect((await lstat(join(folder, 'out', 'bootstrap'))).mode & 0o777).toBe(0o755)
      expect(await readlink(join(folder, 'out', 'node_modules', 'ü', 'link'))).toBe('../../tool')
    })
  })

  it('has the same bytes in another time zone, another umask, another order of entries', async () => {
    await inFolder(async (folder) => {
      const entries = [bytesEntry('b', text('two')), bytesEntry('a', text('one'), 0o755), bytesEntry('c/d', text('x'.repeat(999)))]
      const first = await writeZip(entries, join(folder, '1.zip'), { level: 'max' })
      const zone = process.env['TZ']
      process.env['TZ'] = 'Asia/Shanghai'
      try {
        const others = [
          bytesEntry('c/d', text('x'.repeat(999)), 0o664),
          bytesEntry('a', text('one'), 0o775),
          bytesEntry('b', text('two'), 0o600),
        ]
        const second = await writeZip(others, join(folder, '2.zip'), { level: 'max', concurrency: 3 })
        expect(second).toEqual(first)
      } finally {
        if (zone === undefined) delete process.env['TZ']
        else process.env['TZ'] = zone
      }
    })
  })

  it('is at least 3 % smaller than zip -9 on a real library', async (context) => {
    if (!(await has('zip'))) return context.skip('zip is not installed')
    await inFolder(async (folder) => {
      const bytes = await readFile(library)
      await writeFile(join(folder, 'bundle.js'), bytes)
      await run('zip', ['-9qX', 'peer.zip', 'bundle.js'], { cwd: folder })
      const own = await writeZip([bytesEntry('bundle.js', bytes)], join(folder, 'own.zip'), { level: 'balanced' })
      expect(own.size).toBeLessThan((await stat(join(folder, 'peer.zip'))).size * 0.97)
    })
  })

  it('streams a file that is too large to hold', async (context) => {
    if (!(await has('python3'))) return context.skip('python3 is not installed')
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'large'), 'start')
      await truncate(join(folder, 'large'), wholeFileLimit + 4097)
      const content = { file: join(folder, 'large') }
      const entries: PackageEntry[] = [
        bytesEntry('a', text('before')),
        { kind: 'file', path: 'large', mode: 0o755, size: wholeFileLimit + 4097, content },
        bytesEntry('z', text('after')),
      ]
      const written = await writeZip(entries, join(folder, 'a.zip'), { level: 'balanced' })
      expect(written.size).toBeLessThan(100_000)
      const members = await readWithPython(join(folder, 'a.zip'))
      expect(members.map(([name]) => name)).toEqual(['a', 'large', 'z'])
      const { stdout } = await run('sha256sum', [join(folder, 'large')])
      expect(members[1]![2]).toBe(stdout.slice(0, 64))
    })
  })

  it('uses zip64 for more entries than 16 bits count', async (context) => {
    if (!(await has('python3')) || !(await has('unzip'))) return context.skip('unzip or python3 is not installed')
    await inFolder(async (folder) => {
      const entries = Array.from({ length: 65_600 }, (_, index) => bytesEntry(`f/${index}`, new Uint8Array(0)))
      await writeZip(entries, join(folder, 'many.zip'), { level: 'fast' })
      expect((await readWithPython(join(folder, 'many.zip'))).length).toBe(65_600)
      await run('unzip', ['-tqq', join(folder, 'many.zip')])
    })
  })

  it('says sizes and offsets beyond 32 bits in zip64 fields', () => {
    const far = { path: 'x', mode: 0o100644, method: 8, crc: 0, size: 5, compressedSize: 5, offset: 2 ** 33 } as const
    const record = Buffer.from(centralHeader(far))
    expect(record.readUInt32LE(42)).toBe(0xffffffff)
    expect(record.readUInt16LE(47)).toBe(1)
    expect(record.readBigUInt64LE(51)).toBe(2n ** 33n)
    const end = Buffer.from(endOfCentralDirectory(3, 2 ** 33, 100))
    expect(end.readBigUInt64LE(48)).toBe(2n ** 33n)
    expect(end.byteLength).toBe(56 + 20 + 22)
  })

  it('keeps any set of names and contents', async (context) => {
    if (!(await has('python3'))) return context.skip('python3 is not installed')
    const name = fc.stringMatching(/^[a-z\u00e4\u4e16 .-]{1,12}$/).filter((part) => part !== '.' && part !== '..')
    const file = fc.record({
      path: fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/')),
      bytes: fc.uint8Array({ maxLength: 300 }),
      mode: fc.constantFrom(0o644, 0o755, 0o600, 0o777),
    })
    const files = fc
      .uniqueArray(file, { selector: ({ path }) => path, maxLength: 8 })
      .filter((all) => !all.some((a) => all.some((b) => a !== b && b.path.startsWith(`${a.path}/`))))
    await inFolder(async (folder) => {
      await fc.assert(
        fc.asyncProperty(files, async (all) => {
          const zip = join(folder, 'a.zip')
          const written = await writeZip(
            all.map(({ path, bytes, mode }) => bytesEntry(path, bytes, mode)),
            zip,
            { level: 'balanced' },
          )
          expect(written.unpackedSize).toBe(all.reduce((sum, { bytes }) => sum + bytes.byteLength, 0))
          const names = (await readWithPython(zip)).map(([entry]) => entry)
          expect(names).toEqual(all.map(({ path }) => path).sort())
        }),
        { numRuns: 15 },
      )
    })
  })
})

describe('entries', () => {
  it.each(['../x', '/x', 'a//b', 'a/./b', '', 'a\\b', 'a\0b', '..'])('refuses the path %j', (path) => {
    expect(() => sortEntries([bytesEntry(path, new Uint8Array(1))])).toThrow(ShrinkError)
  })

  it('refuses what cannot be in one tree, and links that leave it', () => {
    const empty = new Uint8Array(0)
    expect(() => sortEntries([bytesEntry('a', empty), bytesEntry('a', empty)])).toThrow(/twice/)
    expect(() => sortEntries([bytesEntry('a', empty), bytesEntry('a/b', empty)])).toThrow(/not a folder/)
    expect(() => sortEntries([{ kind: 'link', path: 'a/b', target: '../../etc/passwd' }])).toThrow(/leaves/)
    expect(() => sortEntries([{ kind: 'link', path: 'a', target: '/etc/passwd' }])).toThrow(/leaves/)
    expect(sortEntries([{ kind: 'link', path: 'a/b', target: '../c' }])).toHaveLength(1)
  })

  it('notices a file that changed after it was listed', async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, 'a'), 'one')
      const entries = await directoryEntries(folder)
      await writeFile(join(folder, 'a'), 'longer')
      await expect(writeZip(entries, join(folder, 'a.zip'), { level: 'fast' })).rejects.toThrow(/had 3 bytes and now has 6/)
    })
  })
})

describe('layer', () => {
  it('puts modules, programs and libraries where the platform looks for them', () => {
    const paths = ['handler.js', 'node_modules/a/index.js', 'bin/tool', 'lib/libx.so.1', 'package.json']
    const layer = layerEntries(paths.map((path) => bytesEntry(path, new Uint8Array(0))))
    expect(layer.map(({ path }) => path)).toEqual(['nodejs/node_modules/a/index.js', 'bin/tool', 'lib/libx.so.1'])
  })
})
