import { execFile } from 'node:child_process'
import { readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, test } from 'vitest'
import { readElf } from '../../../src/formats/elf/read/elf-file.ts'
import { planRewrite, writeRewrite } from '../../../src/formats/elf/write/rewrite.ts'
import { elfPackages } from '../../corpus/elf.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { withFolder } from './support/build.ts'
import { complaints } from './support/complaints.ts'
import { optimize } from './support/optimize.ts'
import { hasTool } from './support/run.ts'

const run = promisify(execFile)

/** GNU strip by e_machine; llvm-strip takes them all. */
const gnuStrip: Readonly<Record<number, string>> = {
  3: 'strip',
  62: 'strip',
  40: 'arm-linux-gnueabihf-strip',
  183: 'aarch64-linux-gnu-strip',
  243: 'riscv64-linux-gnu-strip',
  22: 's390x-linux-gnu-strip',
  21: 'powerpc64le-linux-gnu-strip',
}

const table: string[][] = [['file', 'input', 'shrink', 'GNU strip -s', 'llvm-strip --strip-all', 'eu-strip']]
afterAll(() => {
  const widths = table[0]!.map((_, column) => Math.max(...table.map((row) => row[column]!.length)))
  console.log(table.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  ')).join('\n'))
})

test.each(elfPackages.map((pinned) => ({ name: `${pinned.name}@${pinned.version}`, pinned })))(
  '$name: no larger than any other strip makes it, idempotent, a no-op rewrite is byte-identical, nothing new to complain of',
  async ({ pinned, name }) => {
    const root = await fetchPackage(pinned)
    for (const path of await elfFiles(root)) {
      const bytes = await readFile(join(root, path))
      const { artifact, diagnostics } = await optimize(bytes)
      expect(diagnostics.filter((diagnostic) => diagnostic.severity === 'error')).toEqual([])
      const again = await optimize(artifact.bytes)
      expect(again.artifact.bytes).toBe(artifact.bytes)
      // A rewrite in which nothing changes: all headers, names and contents go through the writer and come out the same.
      const rewritten = writeRewrite(planRewrite(readElf(artifact.bytes), { removed: new Set() }))
      expect(Buffer.from(artifact.bytes).equals(rewritten)).toBe(true)
      expect((await optimize(bytes, { strip: 'none' })).artifact.bytes).toBe(bytes)
      await withFolder(async (folder) => {
        const machine = bytes[5] === 1 ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18)
        const gnu = await sizeAfter(folder, gnuStrip[machine], ['-s'], join(root, path))
        const llvm = await sizeAfter(folder, 'llvm-strip', ['--strip-all'], join(root, path))
        const elfutils = await sizeAfter(folder, 'eu-strip', [], join(root, path))
        const sizes = [bytes.byteLength, artifact.bytes.byteLength, gnu, llvm, elfutils]
        table.push([`${name} ${path}`.slice(-70), ...sizes.map((size) => (size === undefined ? 'fails' : String(size)))])
        expect(artifact.bytes.byteLength).toBeLessThanOrEqual(Math.min(bytes.byteLength, gnu ?? Infinity, llvm ?? Infinity))
        if (bytes.byteLength > 40e6) return // the readers' turn would take minutes
        const stripped = join(folder, 'stripped')
        await run('cp', [join(root, path), join(folder, 'original')])
        await writeFile(stripped, artifact.bytes)
        expect(await complaints(join(folder, 'original'))).toEqual(expect.arrayContaining(await complaints(stripped)))
      })
    }
  },
)

async function sizeAfter(folder: string, command: string | undefined, flags: readonly string[], input: string): Promise<number | undefined> {
  if (command === undefined || !hasTool(command)) return undefined
  const result = join(folder, command)
  return run(command, [...flags, '-o', result, input]).then(
    async () => (await stat(result)).size,
    () => undefined,
  )
}

async function elfFiles(root: string): Promise<string[]> {
  const found: string[] = []
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const head = (await readFile(path)).subarray(0, 4)
    if (head.equals(Buffer.from('\x7fELF', 'latin1'))) found.push(path.slice(root.length + 1))
  }
  return found.sort()
}
