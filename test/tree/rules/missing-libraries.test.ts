import { expect, test } from 'vitest'
import type { Context } from '../../../src/core/context.ts'
import type { JsonValue } from '../../../src/core/json.ts'
import type { ArtifactReport } from '../../../src/core/report.ts'
import { missingLibraries } from '../../../src/tree/rules/missing-libraries.ts'

const artifact = (path: string, properties: { readonly [key: string]: JsonValue }): ArtifactReport => ({
  path,
  format: 'elf',
  architecture: 'x86-64',
  sizes: { raw: 1, gzip: null, brotli: null },
  sha256: '',
  properties,
  requirements: [],
  findings: [],
})

const check = async (...artifacts: ArtifactReport[]): Promise<string[]> =>
  (await missingLibraries.check({ files: [], artifacts }, {} as Context)).map((finding) => `${finding.severity}: ${finding.message}`)

const addon = (runpath: string[]): ArtifactReport =>
  artifact('node_modules/@img/sharp-linux-x64/lib/sharp.node', { needed: ['libvips-cpp.so.8', 'libc.so.6'], hardening: { runpath, rpath: [] } })
const library = artifact('node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7', { needed: [], soname: 'libvips-cpp.so.8' })

test('a library that the run path leads to is fine', async () => {
  expect(await check(addon(['$ORIGIN/../../sharp-libvips-linux-x64/lib']), library)).toEqual([])
})

test('a library beside the run path', async () => {
  expect(await check(addon(['$ORIGIN']), library)).toEqual([
    'warning: needs libvips-cpp.so.8; node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8.18.7 is in the tree, but the run path leads to node_modules/@img/sharp-linux-x64/lib',
  ])
})

test('a library of another machine does not count', async () => {
  expect(await check(addon(['$ORIGIN/../../sharp-libvips-linux-x64/lib']), { ...library, architecture: 'aarch64' })).toEqual([
    'info: needs libvips-cpp.so.8, which is not in the tree: the system must have it',
  ])
})

test('a run path that leads out of the tree finds nothing in it', async () => {
  expect(await check(addon(['$ORIGIN/../../../../../../../lib', '/opt/vips/lib']), library)).toEqual([
    expect.stringContaining('the file has no run path that leads there'),
  ])
})

test('a run path through folders that are links leads where they lead', async () => {
  const at = (path: string, from: ArtifactReport): ArtifactReport => ({ ...from, path })
  const store = 'node_modules/.pnpm'
  const artifacts = [
    at(`${store}/a@1/node_modules/@img/sharp-linux-x64/lib/sharp.node`, addon(['$ORIGIN/../../sharp-libvips-linux-x64/lib'])),
    at(`${store}/b@1/node_modules/@img/sharp-libvips-linux-x64/lib/libvips-cpp.so.8`, library),
  ]
  const found = async (...links: [string, string][]): Promise<number> => {
    const files = links.map(([path, link]) => ({ path, link, size: 0, mode: 0o777 }))
    return (await missingLibraries.check({ files, artifacts }, {} as Context)).length
  }
  const link = `${store}/a@1/node_modules/@img/sharp-libvips-linux-x64`
  expect(await found()).toBe(1)
  expect(await found([link, '../../../b@1/node_modules/@img/sharp-libvips-linux-x64'])).toBe(0)
  expect(await found([link, '../../../c/x'], [`${store}/c`, 'b@1/node_modules/@img'], [`${store}/b@1/node_modules/@img/x`, 'sharp-libvips-linux-x64'])).toBe(0)
  expect(await found([link, '../../../gone'])).toBe(1)
  expect(await found([link, '../../../../../../outside'])).toBe(1)
  expect(await found([link, 'sharp-libvips-linux-x64'])).toBe(1)
  expect(await found([link, '../@img/sharp-libvips-linux-x64/deeper'])).toBe(1)
})
