import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { elfPackage } from '../../../corpus/elf.ts'
import { fetchPackage } from '../../../corpus/fetch.ts'
import { machines, withFolder } from '../support/build.ts'
import { analyze, optimize } from '../support/optimize.ts'
import { run } from '../support/run.ts'

// GNU strip ends with exit code 0 and a program that crashes, or has lost its script. The host must be x86-64.
const isHost = process.platform === 'linux' && machines[0]!.runner.length === 0

const postject = {
  name: 'postject',
  version: '1.0.0-alpha.6',
  integrity: 'sha512-b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==',
}

interface Postject {
  inject(file: string, name: string, blob: Buffer, options: { sentinelFuse: string }): Promise<void>
}

test.skipIf(!isHost)('a Node single executable application still runs (skipped on other hosts than x86-64 Linux)', async () => {
  const { inject } = createRequire(import.meta.url)(join(await fetchPackage(postject), 'dist/api.js')) as Postject
  await withFolder(async (folder) => {
    await writeFile(join(folder, 'main.js'), `console.log('single executable', require('node:sea').isSea())`)
    await writeFile(join(folder, 'sea.json'), JSON.stringify({ main: 'main.js', output: 'app.blob', disableExperimentalSEAWarning: true }))
    await run(process.execPath, ['--experimental-sea-config', 'sea.json'], { cwd: folder })
    const program = join(folder, 'app')
    await copyFile(process.execPath, program)
    const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2'
    await inject(program, 'NODE_SEA_BLOB', await readFile(join(folder, 'app.blob')), { sentinelFuse })
    const bytes = await readFile(program)
    const { properties } = await analyze(bytes)
    expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'node-sea' })])
    const { artifact } = await optimize(bytes)
    expect(artifact.bytes.byteLength).toBeLessThanOrEqual(bytes.byteLength)
    await writeFile(program, artifact.bytes)
    expect((await run(program, [])).stdout).toBe('single executable true\n')
  })
})

test.skipIf(!isHost)('a program of `bun build --compile` still runs (skipped on other hosts than x86-64 Linux)', async () => {
  const bun = join(await fetchPackage(elfPackage('@oven/bun-linux-x64')), 'bin/bun')
  await withFolder(async (folder) => {
    await copyFile(bun, join(folder, 'bun'))
    await chmod(join(folder, 'bun'), 0o755)
    await writeFile(join(folder, 'main.ts'), `const text: string = 'compiled'; console.log(text)`)
    await run(join(folder, 'bun'), ['build', '--compile', 'main.ts', '--outfile', 'app'], { cwd: folder, env: { ...process.env, HOME: folder } })
    const program = join(folder, 'app')
    const bytes = await readFile(program)
    const { properties } = await analyze(bytes)
    expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'bun-compile' })])
    const { artifact } = await optimize(bytes)
    expect(artifact.bytes.byteLength).toBeLessThan(bytes.byteLength)
    await writeFile(program, artifact.bytes)
    expect((await run(program, [])).stdout).toBe('compiled\n')
  })
})

/** pnpm as one program, made with pkg: its payload is found by places that are written into the program. */
const pnpm = {
  name: '@pnpm/linux-x64',
  version: '10.34.7',
  integrity: 'sha512-D+RMjBPD4XZy9crgZbUfmfe6fxtBHF/s2RWWmVIjVteG9ieklq5o1ZVgtZCp/hPo/g2dW79S4tDCoqL5yCNEdw==',
}

test.skipIf(!isHost)('a program made with pkg is named, and still runs (skipped on other hosts than x86-64 Linux)', async () => {
  const bytes = await readFile(join(await fetchPackage(pnpm), 'pnpm'))
  const { properties } = await analyze(bytes)
  expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'pkg', size: properties['appendedBytes'] as number })])
  const { artifact } = await optimize(bytes)
  await withFolder(async (folder) => {
    const program = join(folder, 'pnpm')
    await writeFile(program, artifact.bytes)
    await chmod(program, 0o755)
    expect((await run(program, ['--version'], { cwd: folder, env: { ...process.env, HOME: folder } })).stdout).toBe('10.34.7\n')
  })
})

const deno = {
  name: '@deno/linux-x64-glibc',
  version: '2.9.6',
  integrity: 'sha512-3md4TKLCuzsLDmfOoC5KN7NAZaxSVkMgm64vg6foD00JBADCpYS2/5QqXfzgnP5ZQz3iLP9vBQJtEgc116OAoQ==',
}

test.skipIf(!isHost)('what `deno compile` writes is named, and its resource is kept (skipped on other hosts than x86-64 Linux)', async () => {
  const program = join(await fetchPackage(deno), 'deno')
  await withFolder(async (folder) => {
    await copyFile(program, join(folder, 'deno'))
    await chmod(join(folder, 'deno'), 0o755)
    await writeFile(join(folder, 'main.ts'), `console.log('compiled by deno')`)
    // Its runtime without the tools would have to be downloaded; any program takes the resource.
    const env = { ...process.env, HOME: folder, DENO_DIR: join(folder, 'cache'), DENORT_BIN: join(folder, 'deno'), DENO_NO_UPDATE_CHECK: '1' }
    await run(join(folder, 'deno'), ['compile', '--output', 'app', 'main.ts'], { cwd: folder, env })
    const bytes = await readFile(join(folder, 'app'))
    const { properties } = await analyze(bytes)
    expect(properties['payloads']).toEqual([expect.objectContaining({ kind: 'deno-compile', analysed: false })])
    const { artifact } = await optimize(bytes)
    expect((await analyze(artifact.bytes)).properties['payloads']).toEqual([expect.objectContaining({ kind: 'deno-compile' })])
    expect(Buffer.from(artifact.bytes).includes('compiled by deno')).toBe(true)
  })
})
