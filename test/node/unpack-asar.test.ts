import { createHash } from 'node:crypto'
import { readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { archiveKind, unpackArchive } from '../../src/node/archive.ts'
import { asarOf, type AsarNode } from '../support/asar.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

async function unpacked(bytes: Uint8Array, beside: Record<string, string> = {}, limits?: { maxBytes: number; maxEntries: number }) {
  const root = tempFolder()
  const into = tempFolder()
  await writeTree(join(root, 'app.asar.unpacked'), beside)
  await writeFile(join(root, 'app.asar'), bytes)
  expect(await archiveKind(join(root, 'app.asar'))).toBe('asar')
  const diagnostics = await unpackArchive(join(root, 'app.asar'), 'asar', into, limits)
  return { root, into, said: diagnostics.map(({ severity, message }) => `${severity}: ${message}`) }
}

const digest = (text: string): { algorithm: string; hash: string } => ({ algorithm: 'SHA256', hash: createHash('sha256').update(text).digest('hex') })

test('files, folders, modes and links of an archive of Electron', async () => {
  const { into, said } = await unpacked(
    asarOf(
      {
        files: {
          'main.js': { size: 5, offset: '0', integrity: digest('main;') },
          bin: { files: { run: { size: 4, offset: '5', executable: true } } },
          deep: { files: { er: { files: { link: { link: 'bin/run' }, 'empty.txt': { size: 0, offset: '9' } } } } },
          nothing: { files: {} },
        },
      },
      'main;run!',
    ),
  )
  expect(said).toEqual([])
  expect(await readFile(join(into, 'main.js'), 'utf8')).toBe('main;')
  expect(await readFile(join(into, 'bin/run'), 'utf8')).toBe('run!')
  expect((await stat(join(into, 'bin/run'))).mode & 0o111).toBe(0o111)
  expect(await readlink(join(into, 'deep/er/link'))).toBe('../../bin/run')
  expect(await readFile(join(into, 'deep/er/empty.txt'), 'utf8')).toBe('')
  expect((await stat(join(into, 'nothing'))).isDirectory()).toBe(true)
})

test('what lies beside the archive is put where the application sees it, and never what a link there leads to', async () => {
  const header: AsarNode = {
    files: { 'a.node': { size: 3, unpacked: true }, 'gone.node': { size: 3, unpacked: true }, 'other.node': { size: 3, unpacked: true } },
  }
  const root = tempFolder()
  await writeTree(root, { 'app.asar.unpacked/a.node': 'ELF', secret: 'key' })
  await writeFile(join(root, 'app.asar'), asarOf(header))
  await symlink(join(root, 'secret'), join(root, 'app.asar.unpacked/other.node'))
  const into = tempFolder()
  const diagnostics = await unpackArchive(join(root, 'app.asar'), 'asar', into)
  expect(await readFile(join(into, 'a.node'), 'utf8')).toBe('ELF')
  expect(diagnostics.map(({ message }) => message)).toEqual([
    'the entry `gone.node` is said to lie beside the archive, in the folder with `.unpacked` behind its name, and does not, and is left out',
    'the entry `other.node` is said to lie beside the archive, in the folder with `.unpacked` behind its name, and does not, and is left out',
  ])
  await expect(stat(join(into, 'other.node'))).rejects.toThrow('ENOENT')
})

test('a file that is not what its integrity hash says is told', async () => {
  const { said } = await unpacked(asarOf({ files: { 'a.js': { size: 1, offset: '0', integrity: digest('b') }, 'b.js': { size: 1, offset: '0', integrity: digest('a') } } }, 'a'))
  expect(said).toEqual(['warning: the file `a.js` is not what the archive’s integrity hash says'])
})

test('names that lead out of the archive, or where others lie, are left out', async () => {
  const file = { size: 1, offset: '0' }
  const { into, said, root } = await unpacked(asarOf({ files: { '..': { files: { 'out.txt': file } }, '/abs.txt': file, 'a/../../b.txt': file, d: { files: {} }, './d': file, 'ok.txt': file } }, 'x'))
  expect(said).toEqual([
    'error: the entry `..` leaves the archive and is left out',
    'error: the entry `../out.txt` leaves the archive and is left out',
    'error: the entry `/abs.txt` leaves the archive and is left out',
    'error: the entry `a/../../b.txt` leaves the archive and is left out',
    'error: the entry `d` lies where another is, and is left out',
  ])
  expect(await readFile(join(into, 'ok.txt'), 'utf8')).toBe('x')
  await expect(stat(join(root, 'out.txt'))).rejects.toThrow('ENOENT')
})

test.each<[string, Uint8Array, string]>([
  ['a header that is cut off', asarOf({ files: { a: { size: 1, offset: '0' } } }, 'x').subarray(0, 30), 'its header ends at'],
  ['a header that is no JSON', asarOf('{"files":{"a":}}'), 'its header is not JSON'],
  ['a file behind the end', asarOf({ files: { a: { size: 2, offset: '0' } } }, 'x'), 'the file `a` ends at 2 of 1 bytes'],
  ['an offset that wraps', asarOf({ files: { a: { size: 1, offset: '99999999999999999999' } } }, 'x'), 'the file `a` has no place'],
  ['an offset below zero', asarOf({ files: { a: { size: 1, offset: '-1' } } }, 'x'), 'the file `a` has no place'],
  ['a size below zero', asarOf({ files: { a: { size: -1, offset: '0' } } }, 'x'), 'the file `a` has no size'],
  ['a size that is no number', asarOf({ files: { a: { size: '1', offset: '0' } } }, 'x'), 'the file `a` has no size'],
  ['neither file nor folder', asarOf('{"files":{"a":null}}'), '`a` is neither a file nor a folder'],
  ['a list of files that is none', asarOf('{"files":{"a":{"files":[]}}}'), 'the folder `a` has no list of files'],
])('%s is refused with what is wrong', async (_, bytes, message) => {
  await expect(unpacked(bytes)).rejects.toThrow(message)
})

test('what unpacks to more than the limits is refused: files may share their bytes', async () => {
  const files = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`f${index}`, { size: 1000, offset: '0' }]))
  await expect(unpacked(asarOf({ files }, 'x'.repeat(1000)), {}, { maxBytes: 5000, maxEntries: 1000 })).rejects.toThrow('unpacks to more than 5000 bytes')
  await expect(unpacked(asarOf({ files }, 'x'.repeat(1000)), {}, { maxBytes: 500_000, maxEntries: 10 })).rejects.toThrow('holds more than 10 entries')
})

test('folders nested a hundred thousand deep are refused', async () => {
  const nested = (depth: number): Uint8Array => asarOf(`${'{"files":{"a":'.repeat(depth)}{"size":0,"offset":"0"}${'}}'.repeat(depth)}`)
  await expect(unpacked(nested(100_000))).rejects.toThrow('its folders are nested more than 500 deep')
  expect((await unpacked(nested(100))).said).toEqual([])
})
