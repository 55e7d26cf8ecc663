// Components, through what jco is made of. Run in a folder whose node_modules has @bytecodealliance/jco-transpile and
// its shim of WASI 0.2:
//   node component.mjs new MODULE COMPONENT [ADAPTER]   a component of a module, WASI preview 1 through the adapter
//   node component.mjs embed MODULE COMPONENT WIT       a component of a module that implements the world of a WIT file
//   node component.mjs script SOURCE COMPONENT WIT      a component of JavaScript: QuickJS with its heap, by componentize-qjs
//   node component.mjs wit COMPONENT                    prints the world; wasm-tools validates the component for it
//   node component.mjs command COMPONENT ARGUMENTS…     transpiles and runs wasi:cli/run
//   node component.mjs library COMPONENT                transpiles and calls the world `demo`
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const [, , verb, path, ...rest] = process.argv
const installed = (name) => import(pathToFileURL(resolve('node_modules/@bytecodealliance', name)).href)
const { componentEmbed, componentNew, componentWit } = await installed('jco-transpile/dist/wasm-tools.js')

/** Writes the JavaScript that stands for a component and loads it. */
async function transpile(name) {
  const { $init, generate } = await installed('jco-transpile/vendor/js-component-bindgen-component.js')
  await $init
  const shim = (folder) => [`wasi:${folder}/*`, `@bytecodealliance/preview2-shim/${folder}#*`]
  const { files } = generate(readFileSync(name), {
    name: 'component',
    map: [...['cli', 'clocks', 'filesystem', 'io', 'random', 'sockets'].map(shim), ['local:demo/journal', './journal.js']],
    noTypescript: true,
    base64Cutoff: 0,
    noComponentErrorWrapping: true,
  })
  const folder = mkdtempSync(resolve('transpiled-'))
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'journal.js'), 'export const note = (line) => console.log(`note: ${line}`)')
  for (const [file, bytes] of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), bytes)
  }
  return import(pathToFileURL(join(folder, 'component.js')).href)
}

const verbs = {
  new: async (out, adapter) =>
    writeFileSync(out, await componentNew(readFileSync(path), adapter === undefined ? [] : [['wasi_snapshot_preview1', readFileSync(adapter)]])),
  embed: async (out, wit) => {
    const embedded = await componentEmbed({ binary: readFileSync(path), witSource: readFileSync(wit, 'utf8') })
    writeFileSync(out, await componentNew(embedded, []))
  },
  script: async (out, wit) => {
    const { componentize } = await import(pathToFileURL(resolve('node_modules/componentize-qjs/index.js')).href)
    const { component } = await componentize({ witPath: wit, jsSource: readFileSync(path, 'utf8'), sync: true })
    writeFileSync(out, component)
  },
  wit: async () => console.log(await componentWit(readFileSync(path))),
  command: async (...args) => {
    const { _setArgs } = await installed('preview2-shim/dist/nodejs/cli.js')
    _setArgs(['report', ...args])
    const { run } = await transpile(path)
    run.run()
  },
  library: async () => {
    const { greet, total } = await transpile(path)
    console.log(greet('Grüße'), greet(''), total(Uint32Array.from({ length: 1000 }, (_, i) => i * 4_294_967)))
  },
}
await verbs[verb](...rest)
