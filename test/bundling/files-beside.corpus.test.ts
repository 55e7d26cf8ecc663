import { execFileSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { fetchPackage } from '../corpus/fetch.ts'
import { wasmCorpus } from '../corpus/wasm.ts'
import { runCli } from '../support/run-cli.ts'
import { project } from './project.ts'

/** Programs whose packages read a WebAssembly module beside themselves, each in another way. */
const programs: readonly (readonly [module: string, name: string, text: string])[] = [
  ['iced-x86', 'iced-x86', `
    import { Decoder, DecoderOptions, Formatter, FormatterSyntax } from 'iced-x86'
    const decoder = new Decoder(64, new Uint8Array([0x48, 0x89, 0x5c, 0x24, 0x10, 0xc5, 0xf8, 0x57, 0xc0]), DecoderOptions.None)
    const formatter = new Formatter(FormatterSyntax.Nasm)
    for (const instruction of decoder.decodeAll()) console.log(formatter.format(instruction))`],
  ['tiktoken', 'tiktoken', `import { get_encoding } from 'tiktoken'\nconsole.log(get_encoding('gpt2').encode('hello wide world').join())`],
  ['source-map', 'source-map', `
    import { SourceMapConsumer } from 'source-map'
    const map = { version: 3, file: 'a', names: [], sources: ['b.js'], mappings: 'AAAA;AACA' }
    console.log(JSON.stringify((await new SourceMapConsumer(map)).originalPositionFor({ line: 2, column: 0 })))`],
  ['sql.js', 'sql.js', `import start from 'sql.js'\nconst { Database } = await start()\nconsole.log(JSON.stringify(new Database().exec('select 6 * 7, sqlite_version()')))`],
  ['tree-sitter', 'web-tree-sitter', `import { Parser } from 'web-tree-sitter'\nawait Parser.init()\nconsole.log(typeof new Parser().parse)`],
]

test.each(programs)('%s runs from the bundle alone', { timeout: 120_000 }, async (id, name, text) => {
  const known = wasmCorpus.find((module) => module.id === id || module.package.name === name)!
  const root = project({ 'package.json': '{"type":"module"}', 'src/app.mjs': text })
  cpSync(await fetchPackage(known.package), join(root, 'node_modules', name), { recursive: true })
  const run = (path: string): string => execFileSync(process.execPath, [join(root, path)], { encoding: 'utf8' })
  const before = run('src/app.mjs')
  const built = await runCli(['build', 'src/app.mjs', '--level', 'fast', '--out', 'out', '--json'], { cwd: root })
  expect(built.code, built.stderr).toBe(0)
  expect(built.stdout).not.toContain('bundle/file-beside')
  rmSync(join(root, 'node_modules'), { recursive: true })
  expect(run('out/app.mjs')).toBe(before)
  expect(before).not.toBe('')
})
