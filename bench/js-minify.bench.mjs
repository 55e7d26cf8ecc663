// The twelve artifacts of privatenumber/minification-benchmarks: sizes and CPU beside the single minifiers, in one run.
// SHRINK_BENCH=full takes all twelve and level max; without it the five smallest (minutes instead of an hour).
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { corpusFolder } from './corpus-folder.mjs'

export const title = 'minified JavaScript, gzip / brotli bytes, and CPU as a share of terser’s'

const full = process.env.SHRINK_BENCH === 'full'
const artifacts = [
  ['react@17.0.2', 'cjs/react.development.js'],
  ['moment@2.29.1', 'moment.js'],
  ['jquery@3.5.1', 'dist/jquery.js'],
  ['vue@2.6.12', 'dist/vue.js'],
  ['lodash@4.17.21', 'lodash.js'],
  ['d3@6.3.1', 'dist/d3.js'],
  ['terser@5.30.3', 'dist/bundle.min.js'],
  ['three@0.124.0', 'build/three.js'],
  ['victory@35.8.4', 'dist/victory.js'],
  ['echarts@5.1.1', 'dist/echarts.js'],
  ['antd@4.16.1', 'dist/antd.js'],
  ['typescript@4.9.5', 'lib/typescript.js'],
].slice(0, full ? 12 : 5)

const worker = fileURLToPath(new URL('js-minify-worker.mjs', import.meta.url))

function measure(tool, file) {
  const stdout = execFileSync(process.execPath, ['--max-old-space-size=4096', worker, tool, file], { encoding: 'utf8' })
  return JSON.parse(stdout.trim().split('\n').at(-1))
}

export async function bench() {
  const singles = ['esbuild', 'swc', 'oxc', 'terser']
  const all = [...singles, ...(full ? ['uglify-js'] : [])]
  const tools = [...all, 'fast gzip', 'balanced gzip', ...(full ? ['max gzip', 'max brotli'] : [])]
  const rows = []
  const notes = []
  let product = 1
  const max = { gzip: 1, brotli: 1 }
  for (const [name, path] of artifacts) {
    const file = join(corpusFolder, name, path)
    if (!existsSync(file)) {
      notes.push(`${name} is not there: npm run test:corpus fetches it`)
      continue
    }
    const results = Object.fromEntries(tools.map((tool) => [tool, measure(tool, file)]))
    const best = (key) => Math.min(...singles.map((tool) => results[tool][key]))
    const balanced = results['balanced gzip']
    for (const key of full ? ['gzip', 'brotli'] : []) max[key] *= results[`max ${key}`][key] / Math.min(...all.map((tool) => results[tool][key]))
    product *= balanced.gzip / best('gzip')
    rows.push([
      name,
      ...tools.map((tool) => `${results[tool].gzip} / ${results[tool].brotli}`),
      `${((balanced.gzip / best('gzip') - 1) * 100).toFixed(2)} % / ${((balanced.brotli / best('brotli') - 1) * 100).toFixed(2)} %`,
      (balanced.cpu / results.terser.cpu).toFixed(2),
    ])
  }
  if (rows.length > 0) notes.push(`balanced against the best single, gzip, geometric mean: ${((product ** (1 / rows.length) - 1) * 100).toFixed(2)} %`)
  for (const key of full && rows.length > 0 ? ['gzip', 'brotli'] : []) {
    notes.push(`max against the best single, uglify-js among them, ${key}, geometric mean: ${((max[key] ** (1 / rows.length) - 1) * 100).toFixed(2)} %`)
  }
  return { columns: ['artifact', ...tools, 'balanced − best single', 'CPU ÷ terser'], rows, notes }
}
