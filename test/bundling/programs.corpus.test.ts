import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build as esbuild } from 'esbuild'
import { beforeAll, describe, expect, test } from 'vitest'
import { build } from '../../src/api/build.ts'
import { levels } from '../../src/core/transform.ts'
import { installApplication } from '../corpus/install.ts'
import { tempFolder } from '../support/temp-folder.ts'
// @ts-expect-error the benchmark's peers are plain JavaScript
import * as peers from '../../bench/js-bundle-peers.mjs'

const { bestOfPeer } = peers as {
  bestOfPeer(peer: string, entry: string, root: string, minifiers?: readonly string[]): Promise<{ readonly size: number }>
}

/** What each is there for; those that have a size are held against the best of Rollup and Rolldown. */
const programs = [
  ['src/schemas.ts', 'CommonJS of tsc that makes code at run time'],
  ['src/router.ts', 'ES modules, top-level await'],
  ['src/server.ts', 'CommonJS with many packages'],
  ['src/queries.ts', 'classes that are looked at by their entityKind'],
  ['src/store.ts', 'a node condition that only repeats default; lodash as a whole'],
  ['src/language/features.ts', 'enums, namespaces, decorators, private members, JSON, CSS, paths, import()'],
  ['src/own-worker.ts', 'a worker of its own file'],
] as const
/** At `max` every chain of minifiers runs: for the large ones that takes minutes, and says nothing new of the bundle. */
const small: ReadonlySet<string> = new Set(['src/router.ts', 'src/language/features.ts', 'src/own-worker.ts'])
const compared: ReadonlySet<string> = new Set(['src/schemas.ts', 'src/router.ts', 'src/store.ts'])

let root = ''
beforeAll(async () => {
  root = await installApplication(fileURLToPath(new URL('../../fixtures/apps/programs', import.meta.url)))
})

async function printed(file: string): Promise<string> {
  const env = { ...process.env, NODE_ENV: 'production' }
  const { stdout } = await promisify(execFile)(process.execPath, [file], { cwd: tmpdir(), env, timeout: 60_000 })
  return stdout
}

/** Types taken out, the program's own modules together, packages loaded by Node. */
async function plainly(entry: string): Promise<string> {
  const outfile = join(root, 'plain', `${basename(entry, '.ts')}.mjs`)
  await esbuild({
    entryPoints: [join(root, entry)], outfile, bundle: true, packages: 'external', format: 'esm', platform: 'node',
    loader: { '.css': 'text' }, banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)` },
  })
  return printed(outfile)
}

describe.each(programs)('%s: %s', (entry) => {
  let expected = ''
  const sizes = new Map<string, number>()
  beforeAll(async () => {
    expected = await plainly(entry)
    expect(expected).not.toBe('')
    await rm(join(root, 'plain'), { recursive: true })
  })

  test.each(levels.filter((level) => level !== 'max' || small.has(entry)))('prints the same at %s, far from its packages', async (level) => {
    const out = join(tempFolder(), 'out')
    const report = await build([entry], { cwd: root, config: { level, out, measure: 'raw', bundle: { cache: false } } })
    const script = report.outputs.find(({ path }) => basename(path).startsWith(`${basename(entry, '.ts')}.`))!
    expect(await printed(join(out, script.path))).toBe(expected)
    sizes.set(level, report.outputs.reduce((sum, { format, sizes: { raw } }) => sum + (format === 'js' ? raw : 0), 0))
  })

  if (compared.has(entry)) test('is no larger than what others make of it', async () => {
    let best = Infinity
    for (const peer of ['rollup', 'rolldown']) best = Math.min(best, (await bestOfPeer(peer, entry, root, ['swc', 'oxc'])).size)
    expect(sizes.get('balanced')).toBeLessThanOrEqual(best * 1.02)
  })
})
