import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { LocalCache } from '../../src/cache/local-cache.ts'

const key = (digit: string): string => digit.repeat(64)
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shrink-cache-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

function filesBelow(path: string): string[] {
  return (readdirSync(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('gives back what was written, and nothing for other keys', async () => {
  const cache = new LocalCache({ folder: folder(), limit: 1e6 })
  expect(await cache.read(key('a'))).toBeUndefined()
  await cache.write(key('a'), text('one'))
  await cache.write(key('b'), text(''))
  await cache.write(key('a'), text('two'))
  expect(Buffer.from((await cache.read(key('a')))!).toString()).toBe('two')
  expect((await cache.read(key('b')))!.byteLength).toBe(0)
  await expect(cache.read('../../etc/passwd')).rejects.toThrow('not a cache key')
})

test('damage of any kind is a miss, and the file goes', async () => {
  const path = folder()
  const cache = new LocalCache({ folder: path, limit: 1e6 })
  for (let at = 0; at < 70; at += 3) {
    await cache.write(key('c'), text('content'))
    const [file] = filesBelow(path)
    if (at % 2 === 0) truncateSync(file!, at)
    else {
      const bytes = readFileSync(file!)
      bytes[at] = bytes[at]! ^ 1
      writeFileSync(file!, bytes)
    }
    expect(await cache.read(key('c'))).toBeUndefined()
    expect(filesBelow(path)).toEqual([])
  }
})

test('what was used longest ago goes first when the limit is passed', async () => {
  const path = folder()
  const cache = new LocalCache({ folder: path, limit: 3000 })
  for (const [age, name] of ['1', '2', '3', '4', '5'].entries()) {
    await cache.write(key(name), new Uint8Array(900))
    const file = filesBelow(path).find((candidate) => candidate.endsWith(key(name)))!
    utimesSync(file, 1000 + age, 1000 + age)
  }
  await cache.read(key('3')) // used now
  await cache.prune()
  const kept = filesBelow(path).map((file) => file.slice(-1)).sort()
  expect(kept).toContain('3')
  expect(kept).not.toContain('1')
  expect(kept.length).toBe(3)
})

test('a folder that cannot be written to is a cache that is always empty', async () => {
  const path = folder()
  writeFileSync(join(path, 'v1'), 'a file in the way')
  const cache = new LocalCache({ folder: path, limit: 1e6 })
  await cache.write(key('d'), text('x'))
  expect(await cache.read(key('d'))).toBeUndefined()
})
