// The bundlers that ours is compared with, set up as their own documentation says, each output minified by the best of
// esbuild, swc, terser and oxc.
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { typescriptLoader } from './js-bundle-webpack-loader.mjs'
import { workFolder } from './work-folder.mjs'

const production = { 'process.env.NODE_ENV': '"production"' }

export const peers = {
  async esbuild(entry, root) {
    const { build } = await import('esbuild')
    const texts = []
    for (const mainFields of [['main', 'module'], ['module', 'main']]) {
      const { outputFiles } = await build({
        entryPoints: [entry], absWorkingDir: root, bundle: true, platform: 'node', format: 'esm', charset: 'utf8', mainFields,
        define: production, write: false, outdir: 'out', logLevel: 'silent',
      })
      texts.push(outputFiles.map((file) => file.text))
    }
    return texts
  },
  async rollup(entry, root) {
    const [{ rollup }, resolve, commonjs, json, { transform }] = await Promise.all([
      import('rollup'), import('@rollup/plugin-node-resolve'), import('@rollup/plugin-commonjs'), import('@rollup/plugin-json'), import('esbuild'),
    ])
    const language = {
      name: 'language',
      async transform(code, id) {
        if (/\.tsx?$/.test(id)) return (await transform(code, { loader: 'ts', define: production })).code
        return code.includes('process.env.NODE_ENV') ? code.replaceAll('process.env.NODE_ENV', '"production"') : null
      },
    }
    const bundle = await rollup({
      input: join(root, entry), onwarn() {},
      plugins: [resolve.default({ extensions: ['.js', '.ts', '.json'], preferBuiltins: true }), language, commonjs.default(), json.default({ preferConst: true })],
    })
    const texts = []
    for (const inlineDynamicImports of [true, false]) {
      const { output } = await bundle.generate({ format: 'es', inlineDynamicImports })
      texts.push(output.map((chunk) => chunk.code))
    }
    await bundle.close()
    return texts
  },
  async rolldown(entry, root) {
    const { rolldown } = await import('rolldown')
    const texts = []
    for (const codeSplitting of [false, true]) {
      const bundle = await rolldown({ input: entry, cwd: root, platform: 'node', transform: { define: production }, logLevel: 'silent' })
      const { output } = await bundle.generate({ format: 'esm', codeSplitting })
      texts.push(output.map((chunk) => chunk.code))
      await bundle.close()
    }
    return texts
  },
  async webpack(entry, root) {
    const { default: webpack } = await import('webpack')
    const out = workFolder()
    try {
      const stats = await new Promise((done, fail) => webpack({
        mode: 'production', target: 'node20', context: root, entry: `./${entry}`, devtool: false, cache: false, performance: false,
        resolve: { extensions: ['.ts', '.js'] },
        module: { rules: [{ test: /\.ts$/, use: { loader: typescriptLoader } }] },
        optimization: { minimize: false },
        experiments: { outputModule: true },
        output: { path: out, filename: 'out.mjs', module: true, chunkFormat: 'module', library: { type: 'module' } },
      }, (error, result) => (error ? fail(error) : done(result))))
      if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }))
      return [readdirSync(out).filter((name) => /\.m?js$/.test(name)).map((name) => readFileSync(join(out, name), 'utf8'))]
    } finally {
      rmSync(out, { recursive: true, force: true })
    }
  },
}

export const minifiers = {
  async esbuild(code) {
    const { transform } = await import('esbuild')
    return (await transform(code, { minify: true, format: 'esm', charset: 'utf8', legalComments: 'none', platform: 'node' })).code
  },
  async swc(code) {
    const { minify } = await import('@swc/core')
    return (await minify(code, { module: true, compress: { toplevel: true, passes: 2 }, mangle: { toplevel: true }, format: { comments: false } })).code
  },
  async terser(code) {
    const { minify } = await import('terser')
    return (await minify(code, { module: true, toplevel: true, compress: { passes: 2 }, format: { comments: false } })).code
  },
  async oxc(code) {
    const { minify } = await import('oxc-minify')
    return (await minify('chunk.mjs', code, { compress: true, mangle: { toplevel: true } })).code
  },
}

/** Bytes after the minifier that makes the least of all files together. */
export async function bestMinified(codes, names = Object.keys(minifiers)) {
  let best = { size: Infinity, by: '' }
  for (const name of names) {
    let size = 0
    try {
      for (const code of codes) size += Buffer.byteLength(await minifiers[name](code))
    } catch {
      continue // a minifier that does not know the syntax is out of the race
    }
    if (size < best.size) best = { size, by: name }
  }
  return best
}

/** The smallest that a peer comes to, over its own variants. */
export async function bestOfPeer(peer, entry, root, names) {
  let best = { size: Infinity, by: '' }
  for (const codes of await peers[peer](entry, root)) {
    const found = await bestMinified(codes, names)
    if (found.size < best.size) best = found
  }
  return best
}
