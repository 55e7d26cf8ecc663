import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fetchPackage } from '../../corpus/fetch.ts'
import { truthPackage } from '../../corpus/truth.ts'

const run = promisify(execFile)

/** A binary that npm packages ship, and a little of its real work. */
export interface Workload {
  readonly name: string
  /** Package, and the file in it that is judged. */
  readonly package: string
  readonly file: string
  /** `file` is the judged one, `at` gives the path of a file of this folder, `work` is a folder with inputs. */
  readonly command: (file: string, place: { readonly work: string; readonly at: (name: string) => string }) => readonly string[]
  /** Packages that are found by `require`, beside the one judged. */
  readonly beside?: readonly string[]
  /** Takes long: only with SHRINK_TRUTH=all, or when SHRINK_TRUTH matches its name. */
  readonly long?: true
}

const node = process.execPath
const addon = (name: string, of: string, file: string, more: Partial<Workload> = {}): Workload => ({
  name,
  package: of,
  file,
  command: (path, { at }) => [node, at('addons.cjs'), name.split(' ')[0]!, ...(more.beside === undefined ? [path] : [])],
  ...more,
})

const ggmlVariants = ['x64', 'sse42', 'sandybridge', 'ivybridge', 'piledriver', 'haswell', 'alderlake', 'skylakex', 'cannonlake', 'cascadelake', 'icelake', 'cooperlake', 'zen4', 'sapphirerapids']
const lmdbParts = ['lmdb', 'msgpackr', 'weak-lru-cache', 'ordered-binary', 'node-gyp-build-optional-packages', '@harperfast/extended-iterable', '@lmdb/lmdb-linux-x64']

export const workloads: readonly Workload[] = [
  { name: 'esbuild', package: '@esbuild/linux-x64', file: 'bin/esbuild', command: (file, { work }) => [file, '--minify', '--target=es2015', join(work, 'a.js')] },
  { name: 'tsgo', package: '@typescript/native-preview-linux-x64', file: 'lib/tsgo', command: (file, { work }) => [file, '--noEmit', '--ignoreConfig', join(work, 'a.ts')] },
  { name: 'sentry-cli', package: '@sentry/cli-linux-x64', file: 'bin/sentry-cli', command: (file, { work }) => [file, 'sourcemaps', 'inject', '--dry-run', join(work, 'a.js')] },
  { name: 'biome', package: '@biomejs/cli-linux-x64', file: 'biome', command: (file, { work }) => [file, 'format', join(work, 'a.ts')], long: true },
  { name: 'workerd', package: '@cloudflare/workerd-linux-64', file: 'bin/workerd', command: (file, { work }) => [file, 'test', join(work, 'w.capnp')], long: true },
  { name: 'deno', package: '@deno/linux-x64-glibc', file: 'deno', command: (file, { work }) => [file, 'run', '--no-lock', join(work, 'a.js')], long: true },
  { name: 'bun 1.3.14', package: '@oven/bun-linux-x64@1.3.14', file: 'bin/bun', command: (file, { work }) => [file, join(work, 'a.js')] },
  { name: 'bun 1.3.14 baseline', package: '@oven/bun-linux-x64-baseline', file: 'bin/bun', command: (file, { work }) => [file, join(work, 'a.js')], long: true },
  { name: 'bun 1.4.5', package: '@oven/bun-linux-x64@1.4.5', file: 'bin/bun', command: (file, { work }) => [file, join(work, 'a.js')], long: true },
  { name: 'ffmpeg', package: '@ffmpeg-installer/linux-x64', file: 'ffmpeg', command: (file) => [file, ...'-nostdin -v error -f lavfi -i testsrc=size=64x48:rate=5:duration=0.4 -c:v mpeg4 -f null -'.split(' ')], long: true },
  { name: 'sass', package: 'sass-embedded-linux-x64', file: 'dart-sass/src/dart', command: (file) => [file, join(dirname(file), 'sass.snapshot'), '--version'] },
  { name: 'sqlite-vec', package: 'sqlite-vec-linux-x64', file: 'vec0.so', command: (file, { at }) => ['/usr/bin/python3', at('sqlite-vec.py'), file] },
  { name: 'duckdb', package: '@duckdb/node-bindings-linux-x64', file: 'libduckdb.so', command: (file, { work }) => [join(work, 'libraries'), 'duckdb', file], long: true },
  ...ggmlVariants.map((variant): Workload => ({
    name: `ggml ${variant}`,
    package: '@node-llama-cpp/linux-x64',
    file: `bins/linux-x64/libggml-cpu-${variant}.so`,
    command: (file, { work }) => [join(work, 'libraries'), 'ggml', join(dirname(file), 'libggml-base.so'), file],
  })),
  addon('rollup', '@rollup/rollup-linux-x64-gnu', 'rollup.linux-x64-gnu.node'),
  addon('swc', '@swc/core-linux-x64-gnu', 'swc.linux-x64-gnu.node', { long: true }),
  addon('lightningcss', 'lightningcss-linux-x64-gnu', 'lightningcss.linux-x64-gnu.node'),
  addon('argon2', '@node-rs/argon2-linux-x64-gnu', 'argon2.linux-x64-gnu.node'),
  addon('bcrypt', 'bcrypt', 'prebuilds/linux-x64/bcrypt.glibc.node'),
  addon('crc32', '@node-rs/crc32-linux-x64-gnu', 'crc32.linux-x64-gnu.node'),
  addon('xxhash', '@node-rs/xxhash-linux-x64-gnu', 'xxhash.linux-x64-gnu.node'),
  addon('jieba', '@node-rs/jieba-linux-x64-gnu', 'jieba.linux-x64-gnu.node'),
  addon('sodium', 'sodium-native', 'prebuilds/linux-x64/sodium-native.node'),
  addon('usearch', 'usearch', 'prebuilds/linux-x64/usearch.node'),
  addon('lmdb', '@lmdb/lmdb-linux-x64', 'node.napi.glibc.node', { beside: lmdbParts }),
  addon('canvas', '@napi-rs/canvas-linux-x64-gnu', 'skia.linux-x64-gnu.node', { beside: ['@napi-rs/canvas', '@napi-rs/canvas-linux-x64-gnu'], long: true }),
  addon('sharp', '@img/sharp-libvips-linux-x64', 'lib/libvips-cpp.so.8.18.7', { beside: ['sharp', '@img/colour', '@img/sharp-linux-x64', '@img/sharp-libvips-linux-x64'] }),
  addon('onnxruntime', 'onnxruntime-node', 'bin/napi-v6/linux/x64/libonnxruntime.so.1', {
    beside: ['onnxruntime-common'],
    command: (file, { at }) => [node, at('addons.cjs'), 'onnxruntime', join(dirname(file), 'onnxruntime_binding.node')],
    long: true,
  }),
  addon('polars', 'nodejs-polars-linux-x64-gnu', 'nodejs-polars.linux-x64-gnu.node', { beside: ['nodejs-polars', 'nodejs-polars-linux-x64-gnu'], long: true }),
  addon('zigpty 0.1.0', 'zigpty@0.1.0', 'prebuilds/zigpty.linux-x64.node'),
  addon('zigpty 0.2.1', 'zigpty@0.2.1', 'prebuilds/zigpty.linux-x64.node'),
  addon('tailwind', '@tailwindcss/oxide-linux-x64-gnu', 'tailwindcss-oxide.linux-x64-gnu.node'),
  addon('watcher', '@parcel/watcher-linux-x64-glibc', 'watcher.node'),
  addon('blst', '@chainsafe/blst-linux-x64-gnu', 'blst.linux-x64-gnu.node'),
  addon('hashtree', '@chainsafe/hashtree-linux-x64-gnu', 'hashtree.linux-x64-gnu.node'),
  addon('resvg', '@resvg/resvg-js-linux-x64-gnu', 'resvgjs.linux-x64-gnu.node'),
  addon('snappy', '@napi-rs/snappy-linux-x64-gnu', 'snappy.linux-x64-gnu.node'),
  addon('image', '@napi-rs/image-linux-x64-gnu', 'image.linux-x64-gnu.node', { long: true }),
  addon('level', 'classic-level', 'prebuilds/linux-x64/classic-level.node'),
  addon('tokenizers', '@anush008/tokenizers-linux-x64-gnu', 'tokenizers.linux-x64-gnu.node', { long: true }),
  addon('edr', '@nomicfoundation/edr-linux-x64-gnu', 'edr.linux-x64-gnu.node', { long: true }),
  addon('lancedb', '@lancedb/lancedb-linux-x64-gnu', 'lancedb.linux-x64-gnu.node', { long: true }),
]

/** Packages that hold no binary of their own and are installed for the product itself. */
const installed = ['detect-libc', 'semver']

const capnp = `using Workerd = import "/workerd/workerd.capnp";
const tests :Workerd.Config = (services = [(name = "t", worker = (compatibilityDate = "2024-01-01", modules = [(name = "w.js",
  esModule = "export default { test() { if (JSON.stringify([1].map((x) => x * 2)) !== '[2]') throw 1 } }")]))]);
`

export interface Prepared {
  /** The file that is judged. */
  readonly file: string
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Fetches what a workload needs; `work` is a folder that the workloads share. */
export async function prepare(workload: Workload, work: string): Promise<Prepared> {
  const file = join(await fetchPackage(truthPackage(workload.package)), workload.file)
  const modules = await mkdtemp(join(work, 'modules-'))
  const link = async (name: string, target: string): Promise<void> => {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(target, join(modules, name))
  }
  for (const name of workload.beside ?? []) await link(name, await fetchPackage(truthPackage(name)))
  const repository = fileURLToPath(new URL('../../../node_modules', import.meta.url))
  for (const name of installed) await link(name, join(repository, name))
  return {
    file,
    command: workload.command(file, { work, at: (name) => fileURLToPath(new URL(name, import.meta.url)) }),
    env: {
      NODE_PATH: modules,
      LD_LIBRARY_PATH: workload.beside?.includes('@img/sharp-libvips-linux-x64') === true ? dirname(file) : '',
      DENO_DIR: join(work, 'deno'),
      DENO_NO_UPDATE_CHECK: '1',
    },
  }
}

/** The folder that the workloads share: their inputs, and the driver of shared libraries, which takes a C compiler. */
export async function workFolder(): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'shrink-truth-npm-'))
  await writeFile(join(work, 'a.js'), 'console.log(JSON.stringify([1, 2, 3].map((x) => x * 2.5)), "abc".repeat(100).replace(/b+/g, "x").length)\n')
  await writeFile(join(work, 'a.ts'), 'const a: number[] = [1, 2];\nexport const b = a[0];\n')
  await writeFile(join(work, 'w.capnp'), capnp)
  await run('gcc', ['-O1', '-w', fileURLToPath(new URL('libraries.c', import.meta.url)), '-o', join(work, 'libraries'), '-ldl', '-lm'])
  return work
}
