import { createHash } from 'node:crypto'
import { chmod, mkdir, open, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { analyze } from '../../src/api/analyze.ts'
import { build } from '../../src/api/build.ts'
import { fileHost } from '../../src/node/file-host.ts'
import { readStable } from '../../src/node/read-stable.ts'
import { inFolder } from '../packaging/support.ts'

const elfStart = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1)

/** A file with a hole: its length costs no disk. */
async function sparse(path: string, start: Uint8Array, length: number): Promise<void> {
  await writeFile(path, start)
  const file = await open(path, 'r+')
  await file.truncate(length)
  await file.close()
}

test('a large file that is no artifact is counted, hashed and copied without being held', async () => {
  await inFolder(async (folder) => {
    const bytes = Buffer.alloc(64 * 2 ** 20 + 5)
    bytes.set([1, 2, 3])
    bytes[bytes.length - 1] = 9
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await mkdir(join(folder, 'in'))
    await writeFile(join(folder, 'in/model.bin'), bytes)
    await chmod(join(folder, 'in/model.bin'), 0o750)
    const sizes = { raw: bytes.length, gzip: null, brotli: null }
    const report = await analyze([join(folder, 'in')])
    expect(report.artifacts).toMatchObject([{ path: 'model.bin', format: 'other', sizes, sha256 }])
    const built = await build([join(folder, 'in')], { config: { out: join(folder, 'out') } })
    expect(built.outputs).toMatchObject([{ path: 'model.bin', format: 'other', sizes, sha256 }])
    expect(bytes.equals(await readFile(join(folder, 'out/model.bin')))).toBe(true)
    expect((await stat(join(folder, 'out/model.bin'))).mode & 0o777).toBe(0o750)
  })
})

test('files of 2 GiB and more, which no single read of Node takes, are refused with a reason', async () => {
  await inFolder(async (folder) => {
    await sparse(join(folder, 'huge.so'), elfStart, 2 ** 31)
    expect(() => readStable(join(folder, 'huge.so'))).toThrow(expect.objectContaining({ code: 'artifact/limit', message: expect.stringContaining('2147483648 bytes') as string }))
    const opened = await fileHost(folder, null, new AbortController().signal).open('huge.so')
    expect(opened).toMatchObject({ size: 2 ** 31 })
    await expect('whole' in opened && opened.whole()).rejects.toMatchObject({ code: 'artifact/limit' })
  })
})

test('going over a large file ends when it is interrupted', async () => {
  await inFolder(async (folder) => {
    await sparse(join(folder, 'huge.bin'), elfStart, 2 ** 33)
    const controller = new AbortController()
    const opened = await fileHost(folder, null, controller.signal).open('huge.bin')
    const digest = 'digest' in opened ? opened.digest() : Promise.resolve('')
    controller.abort()
    await expect(digest).rejects.toThrow('abort')
  })
})
