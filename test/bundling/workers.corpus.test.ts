import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readModule } from '../../src/formats/wasm/read/read-module.ts'
import { elfPackages } from '../corpus/elf.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import { assemble } from '../formats/wasm/assemble.ts'
import { runCli } from '../support/run-cli.ts'
import { project, writeText } from './project.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

async function answerOf(url: string): Promise<string> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await (await fetch(url)).text()
    } catch (error) {
      if (attempt === 100) throw error
      await new Promise((done) => setTimeout(done, 100))
    }
  }
}

test('a worker with a WebAssembly module, built and run in workerd', { timeout: 60_000 }, async () => {
  const workerd = join(await fetchPackage(elfPackages.find(({ name }) => name === '@cloudflare/workerd-linux-64')!), 'bin/workerd')
  const root = project({
    'src/worker.mjs': `import mod from './add.wasm'
      export default { async fetch() { const { exports } = await WebAssembly.instantiate(mod, {}); return new Response('sum ' + exports.add(2, 3)) } }`,
  })
  writeText(join(root, 'src/add.wasm'), assemble('(module (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))) (func (export "unused") (result i32) (i32.const 7)))'))
  const built = await runCli(['build', 'src/worker.mjs', '--target', 'cloudflare-workers', '--measure', 'raw', '--out', 'out'], { cwd: root })
  expect(built.code, built.stderr).toBe(0)
  const module = readdirSync(join(root, 'out')).find((name) => name.endsWith('.wasm'))!
  expect(readModule(readFileSync(join(root, 'out', module))).exports.map(({ name }) => name)).toEqual(['add'])
  const port = await freePort()
  writeFileSync(join(root, 'out/config.capnp'), `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (compatibilityDate = "2026-01-01", modules = [
    (name = "worker.js", esModule = embed "worker.js"), (name = "${module}", wasm = embed "${module}")]))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]);
`)
  const server = spawn(workerd, ['serve', 'config.capnp'], { cwd: join(root, 'out'), stdio: 'ignore' })
  try {
    expect(await answerOf(`http://127.0.0.1:${port}`)).toBe('sum 5')
  } finally {
    server.kill()
  }
})
