import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bundle } from '../../src/bundling/index.ts'
import type { BundleOptions, BundleResult } from '../../src/bundling/index.ts'
import { LocalCache } from '../../src/cache/local-cache.ts'
import { project, writeText } from './project.ts'

const files = {
  'package.json': '{"type":"module"}',
  'tsconfig.json': '{"extends":"./tsconfig.base.json"}',
  'tsconfig.base.json': '{"compilerOptions":{"baseUrl":".","paths":{"@lib":["src/lib-a.ts"]}}}',
  'src/handler.ts': `import { lib } from '@lib'; import { pkg } from 'pkg'; import { near } from './near.js'\nexport const handler = async () => [lib, pkg, near]`,
  'src/lib-a.ts': `export const lib = 'a'`,
  'src/lib-b.ts': `export const lib = 'b'`,
  'src/near.ts': `export const near = 'ts'`,
  'node_modules/pkg/package.json': '{"name":"pkg","version":"1.0.0","main":"main.js"}',
  'node_modules/pkg/main.js': `import { inner } from '@scope/inner'; export const pkg = 'main' + inner`,
  'node_modules/pkg/other.js': `export const pkg = 'other'`,
  'node_modules/pkg/node_modules/@scope/inner/package.json': '{"name":"@scope/inner","version":"1.0.0","main":"lib/i.js"}',
  'node_modules/pkg/node_modules/@scope/inner/lib/i.js': `export const inner = 'inner'`,
}

async function build(root: string, options: Partial<BundleOptions> = {}): Promise<BundleResult> {
  const cache = new LocalCache({ folder: join(root, 'the-cache.d'), limit: 1e8 })
  return bundle(['src/handler.ts'], { root, level: 'fast', ...options }, { signal: new AbortController().signal, report() {}, cache })
}

const textOf = (result: BundleResult): string => result.chunks.map((chunk) => new TextDecoder().decode(chunk.bytes)).join()

describe.each(['fast', 'balanced'] as const)('at %s', (level) => {
  test('a second build is the first one again', async () => {
    const root = project(files)
    const first = await build(root, { level, sourceMap: true })
    const second = await build(root, { level, sourceMap: true })
    expect([first.cached, second.cached]).toEqual([false, true])
    expect({ ...second, cached: false }).toEqual(first)
  })

  /** Each changes what a build from nothing would come out as. */
  const changes: Readonly<Record<string, (root: string) => void>> = {
    'a source': (root) => writeText(join(root, 'src/lib-a.ts'), `export const lib = 'changed'`),
    'a package inside a package': (root) => writeText(join(root, 'node_modules/pkg/node_modules/@scope/inner/lib/i.js'), `export const inner = 'changed'`),
    'a package': (root) => writeText(join(root, 'node_modules/pkg/main.js'), `export const pkg = 'changed'`),
    'a package.json': (root) => writeText(join(root, 'node_modules/pkg/package.json'), '{"name":"pkg","version":"1.0.0","main":"other.js"}'),
    'a tsconfig that is extended': (root) =>
      writeText(join(root, 'tsconfig.base.json'), '{"compilerOptions":{"baseUrl":".","paths":{"@lib":["src/lib-b.ts"]}}}'),
    'a nearer tsconfig': (root) => writeText(join(root, 'src/tsconfig.json'), '{"compilerOptions":{"paths":{"@lib":["./lib-b.ts"]}}}'),
    'a file that takes precedence': (root) => writeText(join(root, 'src/near.js'), `export const near = 'js'`),
    'a nearer package': (root) => writeText(join(root, 'src/node_modules/pkg/index.js'), `export const pkg = 'nearer'`),
    'a file that is gone': (root) => rmSync(join(root, 'src/near.ts')),
  }
  test.each(Object.entries(changes))('%s makes it anew', async (_, change) => {
    const root = project(files)
    const before = await build(root, { level })
    change(root)
    const after = await build(root, { level }).catch((error: Error) => error.message)
    const fresh = await bundle(['src/handler.ts'], { root, level }, { signal: new AbortController().signal, report() {} }).catch((error: Error) => error.message)
    expect(typeof after === 'string' ? after : textOf(after)).toBe(typeof fresh === 'string' ? fresh : textOf(fresh))
    expect(typeof after === 'string' ? after : textOf(after)).not.toBe(textOf(before))
  })
})

test('options make results of their own; unrelated files do not', async () => {
  const root = project(files)
  await build(root)
  expect((await build(root, { define: { X: '1' } })).cached).toBe(false)
  expect((await build(root, { nodeEnv: null })).cached).toBe(false)
  mkdirSync(join(root, 'dist'))
  writeFileSync(join(root, 'README.md'), 'unrelated')
  writeFileSync(join(root, 'src/notes.txt'), 'unrelated')
  expect((await build(root)).cached).toBe(true)
})

test('going back to an earlier state finds its result', async () => {
  const root = project(files)
  await build(root)
  writeText(join(root, 'src/lib-a.ts'), `export const lib = 'branch'`)
  expect((await build(root)).cached).toBe(false)
  writeText(join(root, 'src/lib-a.ts'), files['src/lib-a.ts'])
  expect((await build(root)).cached).toBe(true)
})
