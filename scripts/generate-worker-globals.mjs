// Writes src/targets/data/worker-globals.generated.ts: the global names that Cloudflare Workers have with `nodejs_compat`,
// as workerd itself says (the npm package of its program for this machine, x64 Linux).
//   node scripts/generate-worker-globals.mjs
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackPackage } from './unpack-package.mjs'

const name = '@cloudflare/workerd-linux-64'
const version = '1.20261117.1'
const integrity = 'sha512-gZLA8X11m/luZwn+YA3+mDu61vdxNJzpksP/QZqjydKTQ+VUCulsK5gtn9Bqst1p3KJu2kafQpJ1nDQv4B23jA=='
const date = '2026-11-17'

const workerd = join(await unpackPackage(name, version, integrity), 'bin/workerd')
const work = mkdtempSync(join(tmpdir(), 'workerd-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))
writeFileSync(
  join(work, 'globals.mjs'),
  `export default {
  test() {
    const names = new Set()
    for (let of = globalThis; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
      for (const name of Object.getOwnPropertyNames(of)) if (name !== 'constructor' && typeof globalThis[name] !== 'undefined') names.add(name)
    }
    console.log('names:' + JSON.stringify([...names].sort()))
  },
}
`,
)
writeFileSync(
  join(work, 'config.capnp'),
  `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (services = [(name = "main", worker = (
  modules = [(name = "globals.mjs", esModule = embed "globals.mjs")],
  compatibilityDate = "${date}", compatibilityFlags = ["nodejs_compat"])
)]);
`,
)
const child = spawn(workerd, ['test', join(work, 'config.capnp')], { stdio: ['ignore', 'pipe', 'pipe'] })
let output = ''
for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
await new Promise((resolve) => child.on('close', resolve))
const line = /names:(\[.*\])/.exec(output)
if (line === null) throw new Error(`workerd said nothing of its globals:\n${output}`)

writeFileSync(
  new URL('../src/targets/data/worker-globals.generated.ts', import.meta.url),
  `// Written by scripts/generate-worker-globals.mjs. Do not edit.
export const workerGlobalsSource = '${name} ${version} with nodejs_compat'
export const workerGlobalsDate = '${date}'

export const workerGlobals: ReadonlySet<string> = new Set([
${JSON.parse(line[1]).map((global) => `  '${global}',`).join('\n')}
])
`,
)
