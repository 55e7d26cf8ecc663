import { appendFile, chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { readElf } from '../../../../src/formats/elf/read/elf-file.ts'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { canBuild, compile, exceptions, execute, machines, sorting, withFolder } from '../support/build.ts'
import { complaints } from '../support/complaints.ts'
import { optimize } from '../support/optimize.ts'
import { hasTool, output, run } from '../support/run.ts'

const bcrypt = await fetchPackage(elfPackage('bcrypt'))

const builds = machines.flatMap((machine) => [
  { machine, title: `${machine.name} C`, compiler: 'gcc' as const, source: sorting, flags: ['-O1', '-g'] },
  { machine, title: `${machine.name} C, glibc-static`, compiler: 'gcc' as const, source: sorting, flags: ['-O1', '-static'] },
  { machine, title: `${machine.name} C++ with exceptions`, compiler: 'g++' as const, source: exceptions, flags: ['-O1'] },
])

for (const { machine, title, compiler, source, flags } of builds) {
  const buildable = canBuild(machine, compiler) && hasTool('strip')
  test.skipIf(!buildable)(`${title}: smaller than GNU strip and runs the same (skipped without its ${compiler}, qemu-user, binutils)`, async () => {
    await withFolder(async (folder) => {
      const program = await compile(folder, machine, compiler, source, flags)
      const expected = await execute(machine, program)
      expect(expected).toMatch(/exit [07]$/)
      const before = await complaints(program)
      await run(`${machine.prefix}strip`, ['-s', '-o', join(folder, 'gnu'), program])
      for (const mode of ['all', 'debug']) {
        const { artifact, changes, diagnostics } = await optimize(await readFile(program), { strip: mode })
        expect(diagnostics).toEqual([])
        expect(changes).toHaveLength(1)
        const stripped = join(folder, mode)
        await writeFile(stripped, artifact.bytes)
        await chmod(stripped, 0o755)
        expect(await execute(machine, stripped)).toBe(expected)
        expect(before).toEqual(expect.arrayContaining(await complaints(stripped)))
        if (mode === 'all') expect(artifact.bytes.byteLength).toBeLessThanOrEqual((await stat(join(folder, 'gnu'))).size)
        const again = await optimize(artifact.bytes, { strip: mode })
        expect(again.artifact.bytes).toBe(artifact.bytes)
      }
    })
  })
}

test('a second run changes nothing', async () => {
  const bytes = await readFile(join(bcrypt, 'prebuilds/linux-arm64/bcrypt.glibc.node'))
  const once = await optimize(bytes)
  expect(once.artifact.bytes.byteLength).toBeLessThan(bytes.byteLength)
  expect(once.changes.map((change) => change.what)).toEqual([expect.stringContaining('.comment')])
  const twice = await optimize(once.artifact.bytes)
  expect(twice.artifact.bytes).toBe(once.artifact.bytes)
})

const isHost = process.platform === 'linux' && process.arch === 'x64' && 'glibcVersionRuntime' in (process.report.getReport() as { header: object }).header

test.skipIf(!isHost)('a stripped addon loads in Node with the same exports (skipped on other hosts than x64 glibc Linux)', async () => {
  await withFolder(async (folder) => {
    const { artifact } = await optimize(await readFile(join(bcrypt, 'prebuilds/linux-x64/bcrypt.glibc.node')))
    await writeFile(join(folder, 'addon.node'), artifact.bytes)
    const { stdout } = await run(process.execPath, ['-p', `Object.keys(require('${join(folder, 'addon.node')}')).sort().join()`])
    expect(stdout.trim()).toBe('compare,compare_sync,encrypt,encrypt_sync,gen_salt,gen_salt_sync,get_rounds')
  })
})

test('--strip none leaves the file alone', async () => {
  const bytes = await readFile(join(bcrypt, 'prebuilds/linux-arm64/bcrypt.glibc.node'))
  const result = await optimize(bytes, { strip: 'none' })
  expect(result.artifact.bytes).toBe(bytes)
})

const host = machines[0]!

const patched = canBuild(host, 'gcc') && hasTool('patchelf') && hasTool('strip')
test.skipIf(!patched)('a program that patchelf lengthened runs: the segment behind the symbols moves by whole pages (skipped without gcc, patchelf, strip)', async () => {
  await withFolder(async (folder) => {
    const program = await compile(folder, host, 'gcc', sorting, ['-g3'])
    await run('patchelf', ['--set-rpath', `/opt/${'long'.repeat(100)}`, program])
    const expected = await execute(host, program)
    const gnu = join(folder, 'gnu')
    await run('strip', ['-s', '-o', gnu, program])
    // llvm-strip writes a file whose segment is no longer congruent to its address: it crashes at start.
    const { artifact, diagnostics } = await optimize(await readFile(program))
    expect(diagnostics).toEqual([])
    expect(artifact.bytes.byteLength).toBeLessThanOrEqual((await stat(gnu)).size)
    await writeFile(program, artifact.bytes)
    expect(await execute(host, program)).toBe(expected)
  })
})

for (const machine of machines.filter(({ name }) => ['x86-64', 'aarch64', 'ppc64le'].includes(name))) {
  test.skipIf(!canBuild(machine, 'gcc') || !hasTool('patchelf'))(`${machine.name}: padding for large pages holds what patchelf put behind it, code pages nothing new (skipped without its gcc, patchelf)`, async () => {
    await withFolder(async (folder) => {
      const program = await compile(folder, machine, 'gcc', sorting, ['-O1', '-Wl,-z,max-page-size=65536,-z,separate-code'])
      await run('patchelf', ['--set-rpath', `/opt/${'long'.repeat(200)}`, program])
      const expected = await execute(machine, program)
      const before = readElf(await readFile(program))
      const { artifact, diagnostics } = await optimize(await readFile(program))
      expect(diagnostics).toEqual([])
      const after = readElf(artifact.bytes)
      const code = after.segments.filter((segment) => segment.p_type === 1 && (segment.p_flags & 1) !== 0)
      for (const [index, segment] of after.segments.entries()) {
        if (segment.p_type !== 1) continue
        expect(Math.abs((segment.p_offset - Number(segment.p_vaddr)) % segment.p_align)).toBe(0)
        const moved = segment.p_offset !== before.segments[index]!.p_offset
        const pages = (at: number): number => Math.floor(at / 4096)
        const shares = code.some((other) => pages(segment.p_offset) <= pages(other.p_offset + other.p_filesz - 1) && pages(segment.p_offset + segment.p_filesz - 1) >= pages(other.p_offset))
        expect(moved && shares).toBe(false)
      }
      await writeFile(program, artifact.bytes)
      expect(await execute(machine, program)).toBe(expected)
    })
  })
}

const selfReader = `
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  char tail[16] = {0}; FILE *self = fopen("/proc/self/exe", "rb");
  fseek(self, -12, SEEK_END); fread(tail, 1, 12, self); puts(tail); return strcmp(tail, "PAYLOAD-HERE") != 0;
}
`
test.skipIf(!canBuild(host, 'gcc'))('appended data stays the end of the file (skipped without gcc)', async () => {
  await withFolder(async (folder) => {
    const program = await compile(folder, host, 'gcc', selfReader, ['-g'])
    await appendFile(program, `${'x'.repeat(5000)}PAYLOAD-HERE`)
    const { artifact, changes } = await optimize(await readFile(program))
    expect(changes[0]?.what).toContain('kept 5012 appended bytes')
    await writeFile(program, artifact.bytes)
    expect(await execute(host, program)).toBe('PAYLOAD-HERE\nexit 0')
  })
})

test.skipIf(!canBuild(host, 'gcc'))('refuses to move appended data whose absolute place is written down (skipped without gcc)', async () => {
  await withFolder(async (folder) => {
    const program = await compile(folder, host, 'gcc', selfReader, ['-g'])
    const trailer = Buffer.alloc(16)
    trailer.writeBigUInt64LE(BigInt((await stat(program)).size))
    await appendFile(program, Buffer.concat([Buffer.from('payload'), trailer]))
    const bytes = await readFile(program)
    const { artifact, diagnostics } = await optimize(bytes)
    expect(artifact.bytes).toBe(bytes)
    expect(diagnostics).toEqual([expect.objectContaining({ code: 'artifact/unsupported', severity: 'warning' })])
  })
})

for (const machine of machines.filter(({ name }) => ['x86-64', 'aarch64', 's390x'].includes(name))) {
  const possible = canBuild(machine, 'gcc') && hasTool('gdb-multiarch')
  test.skipIf(!possible)(`--keep-debug: gdb finds the lines of a stripped ${machine.name} program (skipped without gcc, gdb-multiarch)`, async () => {
    await withFolder(async (folder) => {
      const program = await compile(folder, machine, 'gcc', sorting, ['-g', '-Wl,--build-id=sha1'])
      const { artifact, companions } = await optimize(await readFile(program), { keepDebug: '.debug' }, 'program')
      await writeFile(program, artifact.bytes)
      expect(companions.map((companion) => companion.path)).toEqual([
        '.debug/program.debug',
        expect.stringMatching(/^\.debug\/\.build-id\/[0-9a-f]{2}\/[0-9a-f]{38}\.debug$/),
      ])
      for (const companion of companions) {
        const target = join(folder, companion.path)
        await mkdir(dirname(target), { recursive: true })
        await writeFile(target, companion.bytes)
        expect((await complaints(target)).filter((line) => line.startsWith('readelf: Error'))).toEqual([])
        const command = ['-batch', '-ex', 'info line compare', program]
        const byName = await output('gdb-multiarch', command)
        expect(byName).toMatch(/Line 4 of ".*main\.c" starts at address/)
        const byBuildId = await output('gdb-multiarch', ['-iex', `set debug-file-directory ${join(folder, '.debug')}`, ...command])
        expect(byBuildId).toBe(byName)
      }
    })
  })
}
