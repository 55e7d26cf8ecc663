import { execFileSync } from 'node:child_process'
import { link, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pack } from 'tar-stream'
import { expect, test } from 'vitest'
import { archiveKind, unpackArchive } from '../../src/node/archive.ts'
import { openInputs } from '../../src/api/open-input.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

async function unpacked(path: string, limits?: { maxBytes: number; maxEntries: number }) {
  const into = tempFolder()
  const kind = await archiveKind(path)
  return { into, kind, diagnostics: await unpackArchive(path, kind!, into, limits) }
}

test('a tar.gz made by tar keeps files, modes and inner links', async () => {
  const root = tempFolder()
  await writeTree(root, { 'tree/bin/run': '#!/bin/sh\n', 'tree/a.txt': 'hello' })
  execFileSync('chmod', ['755', join(root, 'tree/bin/run')])
  await symlink('bin/run', join(root, 'tree/link'))
  execFileSync('tar', ['-czf', 'tree.tgz', 'tree'], { cwd: root })
  const { into, kind, diagnostics } = await unpacked(join(root, 'tree.tgz'))
  expect(kind).toBe('tar.gz')
  expect(diagnostics).toEqual([])
  expect(await readFile(join(into, 'tree/a.txt'), 'utf8')).toBe('hello')
  expect((await stat(join(into, 'tree/bin/run'))).mode & 0o111).toBe(0o111)
  expect(await readlink(join(into, 'tree/link'))).toBe('bin/run')
})

test('a zip made by Python unpacks the same', async () => {
  const root = tempFolder()
  await writeTree(root, { 'a/b.txt': 'zip me', 'empty.txt': '' })
  execFileSync('python3', ['-c', 'import zipfile;z=zipfile.ZipFile("t.zip","w",8);z.write("a/b.txt");z.write("empty.txt");z.close()'], { cwd: root })
  const { into, kind } = await unpacked(join(root, 't.zip'))
  expect(kind).toBe('zip')
  expect(await readFile(join(into, 'a/b.txt'), 'utf8')).toBe('zip me')
  expect(await readFile(join(into, 'empty.txt'), 'utf8')).toBe('')
})

/** Writes a tar with entries that no honest tool makes. */
async function hostileTar(path: string, entries: readonly { name: string; type?: 'symlink' | 'link' | 'fifo' | 'directory'; linkname?: string; content?: string }[]): Promise<void> {
  const tar = pack()
  for (const { name, type, linkname, content } of entries) {
    if (type !== undefined) tar.entry({ name, type, ...(linkname === undefined ? {} : { linkname }) })
    else tar.entry({ name }, content ?? '')
  }
  tar.finalize()
  const chunks: Buffer[] = []
  for await (const chunk of tar) chunks.push(chunk as Buffer)
  await writeFile(path, Buffer.concat(chunks))
}

test('entries that leave the archive are reported and nothing is written outside', async () => {
  const root = tempFolder()
  const path = join(root, 'evil.tar')
  await hostileTar(path, [
    { name: '../escape.txt', content: 'x' },
    { name: '/absolute.txt', content: 'x' },
    { name: 'dir', type: 'symlink', linkname: root },
    { name: 'dir/through-link.txt', content: 'x' },
    { name: 'good.txt', content: 'y' },
  ])
  const { into, diagnostics } = await unpacked(path)
  expect(diagnostics.map((d) => d.code)).toEqual(['input/archive-path', 'input/archive-path', 'input/archive'])
  expect((await readdir(root)).sort()).toEqual(['evil.tar'])
  expect(await readFile(join(into, 'good.txt'), 'utf8')).toBe('y')
  expect(await readFile(join(into, 'dir/through-link.txt'), 'utf8')).toBe('x')
})

test('links behind links are reported and nothing is made outside', async () => {
  const root = tempFolder()
  const outside = tempFolder()
  const path = join(root, 'evil.tar')
  await hostileTar(path, [
    { name: 'a', type: 'symlink', linkname: outside },
    { name: 'a/evil', type: 'symlink', linkname: '/etc/hosts' },
    { name: 'a/sub/evil', type: 'symlink', linkname: 'x' },
    { name: 'good.txt', content: 'y' },
  ])
  const { into, diagnostics } = await unpacked(path)
  expect(await readdir(outside)).toEqual([])
  expect((await readdir(into)).sort()).toEqual(['a', 'good.txt'])
  expect(diagnostics.map(({ code }) => code)).toEqual(['input/archive-path', 'input/archive-path'])
})

test('a zip with entries that leave it gives the others, too', async () => {
  const root = tempFolder()
  execFileSync('python3', ['-c', "import zipfile;z=zipfile.ZipFile('t.zip','w');[z.writestr(n,'x') for n in ('../up.txt','/root.txt','..\\\\back.txt','good.txt')];z.close()"], { cwd: root })
  const { into, diagnostics } = await unpacked(join(root, 't.zip'))
  expect(diagnostics.map((d) => d.code)).toEqual(['input/archive-path', 'input/archive-path', 'input/archive-path'])
  expect(await readdir(into)).toEqual(['good.txt'])
})

test('other names of a file have its content', async () => {
  const root = tempFolder()
  await writeTree(root, { 'tree/a.txt': 'once', 'tree/tool': '#!/bin/sh\n' })
  await link(join(root, 'tree/a.txt'), join(root, 'tree/b.txt'))
  await link(join(root, 'tree/tool'), join(root, 'tree/u'))
  execFileSync('chmod', ['755', join(root, 'tree/tool')])
  execFileSync('tar', ['-cf', 'tree.tar', '--sort=name', 'tree'], { cwd: root })
  const { into, diagnostics } = await unpacked(join(root, 'tree.tar'))
  expect(diagnostics).toEqual([])
  for (const name of ['a.txt', 'b.txt']) expect(await readFile(join(into, 'tree', name), 'utf8')).toBe('once')
  expect((await stat(join(into, 'tree/u'))).mode & 0o111).toBe(0o111)
})

test('what cannot be made of an entry is said', async () => {
  const root = tempFolder()
  const path = join(root, 'odd.tar')
  await hostileTar(path, [
    { name: 'a', content: 'file' },
    { name: 'a/b.txt', content: 'below a file' },
    { name: 'd/c.txt', content: 'x' },
    { name: 'd', content: 'over a folder' },
    { name: 'passwd', type: 'link', linkname: '/etc/passwd' },
    { name: 'later', type: 'link', linkname: 'z.txt' },
    { name: 'pipe', type: 'fifo' },
    { name: 'z.txt', content: 'last' },
  ])
  const { into, diagnostics } = await unpacked(path)
  expect(diagnostics.map(({ code, message, location }) => [code, location?.path ?? /`(.*?)`/.exec(message)![1]])).toEqual([
    ['input/archive', 'a/b.txt'],
    ['input/archive', 'd'],
    ['input/archive', 'passwd'],
    ['input/archive', 'later'],
    ['input/not-a-file', 'pipe'],
  ])
  expect(JSON.stringify(diagnostics)).not.toContain(into)
  expect((await readdir(into)).sort()).toEqual(['a', 'd', 'z.txt'])
})

test('a bomb of names stops at the limit', async () => {
  const root = tempFolder()
  const path = join(root, 'names.tar')
  await hostileTar(path, [{ name: 'a', content: 'x'.repeat(1000) }, ...Array.from({ length: 20 }, (_, index) => ({ name: `l${index}`, type: 'link' as const, linkname: 'a' }))])
  await expect(unpacked(path, { maxBytes: 10_000, maxEntries: 100 })).rejects.toMatchObject({ code: 'input/archive-limit' })
})

test('a bomb stops at the limit', async () => {
  const root = tempFolder()
  await writeFile(join(root, 'zeros'), Buffer.alloc(5_000_000))
  execFileSync('tar', ['-czf', 'bomb.tgz', 'zeros'], { cwd: root })
  expect((await stat(join(root, 'bomb.tgz'))).size).toBeLessThan(50_000)
  await expect(unpacked(join(root, 'bomb.tgz'), { maxBytes: 1_000_000, maxEntries: 10 })).rejects.toMatchObject({ code: 'input/archive-limit' })
})

test('a truncated archive is a typed error at every tenth of its length', async () => {
  const root = tempFolder()
  await mkdir(join(root, 't'))
  for (let index = 0; index < 30; index++) await writeFile(join(root, 't', `f${index}`), String(index).repeat(400))
  execFileSync('tar', ['-czf', 't.tgz', 't'], { cwd: root })
  execFileSync('python3', ['-c', 'import zipfile,os;z=zipfile.ZipFile("t.zip","w",8);[z.write("t/"+f) for f in sorted(os.listdir("t"))];z.close()'], { cwd: root })
  for (const name of ['t.tgz', 't.zip']) {
    const whole = await readFile(join(root, name))
    for (let tenth = 1; tenth < 10; tenth++) {
      await writeFile(join(root, 'cut'), whole.subarray(0, Math.floor((whole.length * tenth) / 10)))
      await expect(unpacked(join(root, 'cut')), `${name} at ${tenth}/10`).rejects.toMatchObject({ code: 'input/archive' })
    }
  }
})

test('a zip that says how much it unpacks to is refused before anything is', async () => {
  const root = tempFolder()
  execFileSync('python3', ['-c', "import zipfile;z=zipfile.ZipFile('t.zip','w',zipfile.ZIP_DEFLATED);z.writestr('a','x');z.writestr('b','0'*5000000);z.close()"], { cwd: root })
  const into = tempFolder()
  const unpacking = unpackArchive(join(root, 't.zip'), 'zip', into, { maxBytes: 1_000_000, maxEntries: 10 })
  await expect(unpacking).rejects.toMatchObject({ code: 'input/archive-limit', details: { hint: expect.stringContaining('Unpack it') } })
  await expect(unpackArchive(join(root, 't.zip'), 'zip', into, { maxBytes: 6_000_000, maxEntries: 1 })).rejects.toMatchObject({ code: 'input/archive-limit' })
  expect(await readdir(into)).toEqual([])
})

test('a name that no file system takes costs one entry, not the archive', async () => {
  const root = tempFolder()
  execFileSync('python3', ['-c', "import zipfile;z=zipfile.ZipFile('t.zip','w');[z.writestr(n,'x') for n in ('a'*5000,'b/'*3000+'c','d'*300+'/e','good.txt')];z.close()"], { cwd: root })
  const { into, diagnostics } = await unpacked(join(root, 't.zip'))
  expect(diagnostics.map(({ severity, message }) => [severity, message.length < 200, /name of \d+ characters/.test(message)])).toEqual(Array.from({ length: 3 }, () => ['error', true, true]))
  expect(await readdir(into)).toEqual(['good.txt'])
})

test('what is wrong with an archive names it', async () => {
  const root = tempFolder()
  await writeFile(join(root, 'cut.zip'), Buffer.from('504b030400000000', 'hex'))
  await expect(openInputs(['cut.zip'], root)).rejects.toThrow(/^cut\.zip: cannot be unpacked/)
})
