import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findInlineWasm } from '../../../src/bytes/base64-wasm.ts'
import { fetchPackage } from '../../corpus/fetch.ts'
import { wasmCorpus } from '../../corpus/wasm.ts'
import { runCli } from '../../support/run-cli.ts'

/** Published scripts that hold their module as base64; what a program sees of them. */
const scripts: readonly { readonly id: string; readonly level: string; readonly program: string }[] = [
  {
    id: 'es-module-lexer',
    level: 'balanced',
    program: `const { init, parse } = await import(url); await init
      console.log(JSON.stringify(parse('import a,{b} from "x";export const q=import("y");export default 3;import.meta.url').slice(0, 2)))`,
  },
  {
    id: 'llhttp',
    level: 'balanced',
    program: `const { default: bytes } = await import(url); const module = new WebAssembly.Module(bytes)
      console.log(WebAssembly.Module.exports(module).map(({ name }) => name).sort().join(), WebAssembly.Module.imports(module).length)`,
  },
  {
    id: 'swc-typescript',
    level: 'fast',
    program: `const { default: swc } = await import(url); console.log(swc.transformSync('enum A { x = 1 } const y: number = A.x as any', { mode: 'transform' }).code)`,
  },
]

describe('modules inside published scripts, through the command', () => {
  test.each(scripts)('$id', { timeout: 300_000 }, async ({ id, level, program }) => {
    const { package: pinned, path } = wasmCorpus.find((module) => module.id === id)!
    const folder = mkdtempSync(join(tmpdir(), 'shrink-test-'))
    try {
      const [name, dist] = [basename(path), join(folder, 'dist')]
      mkdirSync(dist)
      const packageFolder = await fetchPackage(pinned)
      cpSync(join(packageFolder, path), join(dist, name))
      const { type = 'commonjs' } = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { type?: string }
      writeFileSync(join(dist, 'package.json'), JSON.stringify({ type }))
      const { code, stdout } = await runCli(['build', 'dist', '--out', 'out', '--level', level, '--measure', 'raw', '--compressed-sizes', 'none'], { cwd: folder })
      expect(code, stdout).toBe(0)
      expect(stdout).toContain('inlined WebAssembly: ')
      // compressors like that; in base64 they see nothing of it
      expect(stdout).not.toContain('ordered by type')
      const sizes = ['dist', 'out'].map((root) => findInlineWasm(readFileSync(join(folder, root, name), 'utf8'))[0]!.bytes.length)
      expect(sizes[1]).toBeLessThan(sizes[0]!)
      const run = (root: string): string => {
        const url = `const url = ${JSON.stringify(`file://${join(folder, root, name)}`)}`
        return execFileSync(process.execPath, ['--input-type=module', '-e', `${url}\n${program}`], { encoding: 'utf8' })
      }
      expect(run('out')).toBe(run('dist'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
