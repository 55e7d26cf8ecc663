// One minifier on one file in a process of its own, so that CPU time is its own: prints { cpu, raw, gzip, brotli }.
import { readFileSync, writeFileSync } from 'node:fs'
import { brotliSize, gzipSize } from '../dist/src/bytes/encoded-size.js'
import { minifiers } from '../dist/src/formats/js/minify/minifiers.js'
import { minifyScript } from '../dist/src/formats/js/minify/minify-script.js'

const [, , tool, file, out] = process.argv
// as the benchmark that others publish: legal comments are comments
const code = readFileSync(file, 'utf8').replaceAll('/*!', '/*').replaceAll('* @license', '*')
const input = { code, goal: 'script', target: 'es2020', keepNames: false, mangle: true, topLevel: false, sourceMap: false }
const [level, measure] = tool.split(' ')

// modules are loaded before the clock starts, for every tool
await import('@swc/core')
await import('oxc-minify')
await import('oxc-parser')
if (tool === 'terser' || level === 'max') await import('terser')
if (tool === 'uglify-js' || level === 'max') await import('uglify-js').catch(() => {})
if (tool === 'esbuild' || level === 'max') await import('esbuild')

const start = process.cpuUsage()
const result =
  tool in minifiers
    ? await minifiers[tool](input)
    : await minifyScript(code, { level, measure, goal: 'script', topLevel: false, target: 'es2020' })
const { user, system } = process.cpuUsage(start)
if (out) writeFileSync(out, result.code)
const bytes = Buffer.from(result.code)
console.log(
  JSON.stringify({
    cpu: (user + system) / 1000,
    chain: result.chain ?? tool,
    raw: bytes.length,
    gzip: gzipSize(bytes),
    brotli: brotliSize(bytes),
  }),
)
process.exit(0)
