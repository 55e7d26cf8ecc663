import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import esbuild from 'esbuild'
import { rolldown } from 'rolldown'
import { rollup } from 'rollup'
import { expect, test, vi } from 'vitest'
import { shrinkPlugin as shrinkEsbuild } from '../../plugins/esbuild.ts'
import { shrinkPlugin as shrinkRollup } from '../../plugins/rollup.ts'
import type { Report } from '../../src/index.ts'
import { repository } from '../support/run-cli.ts'
import { tempFolder, writeTree } from '../support/temp-folder.ts'

const wasmPath = `${repository}fixtures/apps/thumbnailer/native/average-color.wasm`

async function app(): Promise<string> {
  const root = tempFolder()
  await writeTree(root, {
    'src/main.mjs': [
      "import { readFileSync } from 'node:fs'",
      "import { describeColor } from './describe.mjs'",
      'export async function main(rgba) {',
      "  const bytes = readFileSync(new URL('./average-color.wasm', import.meta.url))",
      '  const { instance } = await WebAssembly.instantiate(bytes)',
      '  new Uint8Array(instance.exports.memory.buffer, instance.exports.buffer(), rgba.length).set(rgba)',
      '  return describeColor(instance.exports.average(rgba.length / 4))',
      '}',
    ].join('\n'),
    'src/describe.mjs': "export function describeColor(packedColor) {\n  const hexadecimal = packedColor.toString(16).padStart(6, '0')\n  return `#${hexadecimal}`\n}\n",
    'src/average-color.wasm': await readFile(wasmPath),
  })
  return root
}

async function checkOutput(out: string, reports: readonly Report[]): Promise<void> {
  const files = (await readdir(out)).sort()
  expect(files).toEqual(['average-color.wasm', 'main.mjs', 'main.mjs.map'])
  const wasm = await readFile(join(out, 'average-color.wasm'))
  expect(wasm.byteLength).toBeLessThan((await readFile(wasmPath)).byteLength)
  const code = await readFile(join(out, 'main.mjs'), 'utf8')
  expect(code).not.toContain('packedColor')
  expect(code).toContain('sourceMappingURL=main.mjs.map')
  const map = JSON.parse(await readFile(join(out, 'main.mjs.map'), 'utf8')) as { sources: string[]; mappings: string }
  expect(map.sources.map((source) => source.split('/').pop()).sort()).toEqual(['describe.mjs', 'main.mjs'])
  const { main } = (await import(pathToFileURL(join(out, 'main.mjs')).href)) as { main(rgba: Uint8Array): Promise<string> }
  expect(await main(Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 255))).toBe('#800080')
  expect(reports).toHaveLength(1)
  const changed = reports[0]!.outputs.filter((output) => output.changes.length > 0).map((output) => output.path)
  expect(changed.sort()).toEqual(['average-color.wasm', 'main.mjs'])
  expect(reports[0]!.outputs[0]!.changes.map((change) => change.transform)).toEqual(['wasm/strip', 'wasm/optimize'])
  expect(reports[0]!.outputs.map((output) => output.path)).toEqual(files)
}

test('esbuild: what it writes is optimised, runs, and keeps its source map', async () => {
  const root = await app()
  const reports: Report[] = []
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: { main: 'src/main.mjs', 'average-color': 'src/average-color.wasm' },
    outdir: 'out',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    sourcemap: true,
    loader: { '.wasm': 'copy' },
    logLevel: 'silent',
    plugins: [shrinkEsbuild({ report: (report) => reports.push(report) })],
  })
  await checkOutput(join(root, 'out'), reports)
})

test('esbuild with write: false leaves the writing to its caller', async () => {
  const root = await app()
  const result = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/main.mjs'],
    outfile: 'out/main.mjs',
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
    plugins: [shrinkEsbuild({ report: false })],
  })
  expect(await readdir(root)).toEqual(['src'])
  expect(result.outputFiles[0]!.text).not.toContain('packedColor')
})

test.each([
  ['rollup', rollup],
  ['rolldown', rolldown as unknown as typeof rollup],
])('%s: what it writes is optimised, runs, and keeps its source map', async (_name, bundler) => {
  const root = await app()
  const reports: Report[] = []
  const bundle = await bundler({
    input: join(root, 'src/main.mjs'),
    external: ['node:fs'],
    plugins: [
      {
        name: 'emit-wasm',
        async buildStart() {
          this.emitFile({ type: 'asset', fileName: 'average-color.wasm', source: await readFile(wasmPath) })
        },
      },
      shrinkRollup({ report: (report) => reports.push(report) }),
    ],
  })
  await bundle.write({ dir: join(root, 'out'), format: 'es', sourcemap: true, entryFileNames: '[name].mjs' })
  await checkOutput(join(root, 'out'), reports)
})

test('esbuild: what esbuild takes care of when it writes itself', async () => {
  const root = tempFolder()
  await writeTree(root, { 'src/tool.js': '#!/usr/bin/env node\nconst greeting = "hello"\nconsole.log(greeting + " " + greeting)\n' })
  const common: esbuild.BuildOptions = { absWorkingDir: root, bundle: true, logLevel: 'silent', plugins: [shrinkEsbuild({ report: false })] }
  const before = await readFile(join(root, 'src/tool.js'), 'utf8')
  await expect(esbuild.build({ ...common, entryPoints: ['src/tool.js'], outdir: 'src' })).rejects.toThrow('Refusing to overwrite input file "src/tool.js"')
  expect(await readFile(join(root, 'src/tool.js'), 'utf8')).toBe(before)

  const result = await esbuild.build({ ...common, entryPoints: ['src/tool.js'], outdir: 'out' })
  expect(result.metafile).toBeUndefined()
  expect((await stat(join(root, 'out/tool.js'))).mode & 0o111).not.toBe(0)
  expect((await esbuild.build({ ...common, entryPoints: ['src/tool.js'], outdir: 'out', metafile: true })).metafile!.inputs).toHaveProperty(['src/tool.js'])

  const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const { warnings } = await esbuild.build({ ...common, stdin: { contents: 'console.log(1)' } })
  expect(Buffer.from(printed.mock.calls[0]![0]).toString()).toContain('console.log(1)')
  printed.mockRestore()
  expect(warnings).toMatchObject([{ text: expect.stringContaining('needs `outfile` or `outdir`') }])
  expect((await readdir(root)).sort()).toEqual(['out', 'src'])

  const { outputFiles } = await esbuild.build({ ...common, entryPoints: ['src/tool.js'], outdir: 'out', write: false })
  expect(outputFiles![0]!.hash).toMatch(/^[\w+/]{11}$/)
})

test('what is above its limit is a warning of the bundler', async () => {
  const root = await app()
  const options = { config: { maxSize: ['*.js=10', '*.mjs=1MB'] }, report: false } as const
  const input = join(root, 'src/describe.mjs')
  const { warnings } = await esbuild.build({ absWorkingDir: root, entryPoints: [input], outdir: 'out', write: false, logLevel: 'silent', plugins: [shrinkEsbuild(options)] })
  expect(warnings.map(({ text }) => text)).toEqual([expect.stringMatching(/^\*\.js: 1 file, .* above the limit of 10 B/)])
  const heard: string[] = []
  const bundle = await rollup({ input, plugins: [shrinkRollup(options)], onwarn: ({ message }) => heard.push(message) })
  await bundle.generate({ entryFileNames: '[name].js' })
  expect(heard).toEqual([expect.stringContaining('above the limit of 10 B')])
})

test('what several files, or their names, tell is found in what a bundler writes; what else may be deployed beside it is not asked for', async () => {
  const root = tempFolder()
  await writeTree(root, {
    'src/main.js': "import addon from './addon.node'\nimport module from './module.wasm'\nexport default [addon, module]\n",
    'src/addon.node': await readFile(`${repository}fixtures/apps/thumbnailer/native/average-color.wasm`),
    'src/module.wasm': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n',
  })
  let found: Report | undefined
  await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['src/main.js'],
    outdir: 'out',
    bundle: true,
    assetNames: '[name]',
    loader: { '.wasm': 'file', '.node': 'file' },
    logLevel: 'silent',
    plugins: [shrinkEsbuild({ report: (report) => void (found = report) })],
  })
  expect(found!.treeFindings.map(({ ruleId, location }) => `${ruleId} ${location!.path}`)).toEqual(['tree/misnamed-file addon.node', 'tree/misnamed-file module.wasm'])
  expect(found!.treeFindings[1]!.message).toContain('a pointer of Git LFS')
})

test('what Vite builds for pages is judged on browsers only, a library and a server’s code where it was asked for', async () => {
  const judged = async (environment: object | undefined): Promise<string[]> => {
    let report: Report | undefined
    const plugin = shrinkRollup({ config: { target: ['chrome120', 'cloudflare-workers'] }, report: (made) => (report = made) })
    const context = { environment, warn: () => undefined, error: (message: string): never => { throw new Error(message) }, emitFile: () => '' }
    await plugin.generateBundle.handler.call(context as never, {}, { 'a.js': { type: 'chunk', code: 'document.title = "x"\n' } })
    return report!.portability.map(({ target, verdict }) => `${target} ${verdict}`)
  }
  expect(await judged({ config: { consumer: 'client', build: { lib: false } } })).toEqual(['chrome120 runs'])
  expect(await judged({ config: { consumer: 'server' } })).toEqual(['cloudflare-workers fails'])
  for (const other of [undefined, {}, { config: { consumer: 'client', build: { lib: { entry: 'a.ts' } } } }]) expect(await judged(other)).toEqual(['chrome120 runs', 'cloudflare-workers fails'])
})

test('options that would be passed over are errors that say what to do', async () => {
  for (const plugin of [shrinkEsbuild, shrinkRollup]) expect(() => plugin({ level: 'max' } as object)).toThrow('shrinkPlugin: level: no such option')
  const root = await app()
  const wrong = { config: { levle: 'max' }, report: false } as object
  const input = join(root, 'src/describe.mjs')
  const failed: { errors: { text: string; notes: { text: string }[] }[] } = await esbuild
    .build({ entryPoints: [input], write: false, outdir: 'out', logLevel: 'silent', plugins: [shrinkEsbuild(wrong)] })
    .then(() => expect.unreachable(), (error) => error)
  expect(failed.errors).toMatchObject([{ text: expect.stringContaining('levle'), notes: [{ text: 'Did you mean `level`?' }] }])
  const bundle = await rollup({ input, plugins: [shrinkRollup(wrong)] })
  await expect(bundle.generate({})).rejects.toThrow(/levle.*\n.*`level`/)
})

test('what error trackers find a source map by is in the script and in its map, as Rollup and Sentry write it', async () => {
  const root = await app()
  const bundle = await rollup({
    input: join(root, 'src/describe.mjs'),
    plugins: [
      {
        name: 'as-sentry',
        generateBundle(_options, files) {
          const map = files['describe.js.map'] as { source: string }
          const { debugId } = JSON.parse(map.source) as { debugId: string }
          map.source = JSON.stringify({ ...JSON.parse(map.source), debug_id: debugId })
        },
      },
      shrinkRollup({ report: false }),
    ],
  })
  for (const sourcemap of [true, 'hidden'] as const) {
    const { output } = await bundle.generate({ format: 'es', sourcemap, sourcemapDebugIds: true })
    const text = ({ type, ...rest }: (typeof output)[number]): string => Buffer.from(type === 'chunk' ? (rest as { code: string }).code : (rest as { source: Uint8Array }).source).toString()
    const code = text(output[0])
    expect(code).not.toContain('packedColor')
    const [, id] = /^\/\/# debugId=([0-9a-f-]{36})$/m.exec(code) ?? []
    expect(JSON.parse(text(output.find(({ fileName }) => fileName.endsWith('.map'))!))).toMatchObject({ debugId: id, debug_id: id })
    expect(code.includes('sourceMappingURL')).toBe(sourcemap === true)
  }
})
