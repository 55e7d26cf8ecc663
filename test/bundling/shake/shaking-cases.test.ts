import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { minify as minifySwc } from '@swc/core'
import { minify as minifyTerser } from 'terser'
import { describe, expect, test } from 'vitest'
import { build, project } from '../project.ts'
import { shakingCases } from '../shaking-cases.ts'

/** What is still there at `max`: each needs knowledge of the whole program that the text does not give. */
const keptAtMax = new Set([
  'CJS require destructure',
  'CJS __esModule defineProperty getters (tsc barrel)',
  'CJS esbuild __export output',
  'TS decorators legacy unused class',
  'side-effect module, no sideEffects flag',
  'unused class method (instance)',
])

async function minified(code: string): Promise<string> {
  const first = await minifyTerser(code, { module: true, toplevel: true, compress: { passes: 3 } })
  const second = await minifySwc(first.code!, { module: true, compress: { toplevel: true, passes: 3 }, mangle: { toplevel: true } })
  return second.code
}

describe('dead code at max', () => {
  test.each(Object.entries(shakingCases))('%s', { timeout: 60_000 }, async (name, files) => {
    const root = project({ 'package.json': '{"type":"module"}', ...files })
    const plain = await build(['e.js'], { root, level: 'fast', nodeEnv: null, outFolder: 'plain' })
    const shaken = await build(['e.js'], { root, level: 'max' })
    const answer = (folder: string): string =>
      execFileSync(process.execPath, [join(folder, 'e.mjs')], { encoding: 'utf8', env: { ...process.env, NODE_ENV: 'production' } })
    expect(answer(shaken.folder)).toBe(answer(plain.folder))
    const codes = await Promise.all(shaken.chunks.map((chunk) => minified(new TextDecoder().decode(chunk.bytes))))
    expect(codes.join('').includes('DEADBEEF')).toBe(keptAtMax.has(name))
  })
})
