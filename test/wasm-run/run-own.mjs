// Runs a module that was built here: `node run-own.mjs HOST MODULE ARGUMENTS…`. HOST is `wasi` (Node's WASI), `go` (the
// wasm_exec.js of the Go toolchain, found in GO_WASM_EXEC) or `assemblyscript` (its bindings, beside the module).
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [, , host, path, ...args] = process.argv
const require = createRequire(import.meta.url)

if (host === 'wasi') {
  const { WASI } = await import('node:wasi')
  const wasi = new WASI({ version: 'preview1', args: ['report', ...args], env: {}, returnOnExit: true })
  const { instance } = await WebAssembly.instantiate(readFileSync(path), wasi.getImportObject())
  process.exitCode = wasi.start(instance)
} else if (host === 'go') {
  Object.assign(globalThis, { require, fs: require('node:fs') })
  require(process.env.GO_WASM_EXEC)
  const go = new globalThis.Go()
  go.argv = ['report', ...args]
  go.exit = (code) => (process.exitCode = code)
  const { instance } = await WebAssembly.instantiate(readFileSync(path), go.importObject)
  await go.run(instance)
} else {
  const { report } = await import(pathToFileURL(path.replace(/\.wasm$/, '.js')).href)
  for (const count of args.map(Number)) console.log(report(count))
}
