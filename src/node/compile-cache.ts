import { readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { sha256 } from '../bytes/sha256.ts'
import { formatLoadTime, measureLoads, runNode } from './load-time.ts'

export interface CompileCacheOptions {
  /** Names that `import { … }` of the file may use; the loader must name them again. */
  readonly exports: readonly string[]
  /** How many `import()` the file has. */
  readonly dynamicImports: number
  readonly runs: number
  readonly signal: AbortSignal
}

/** `files`: what lies beside the loader now. */
export type CompileCacheOutcome =
  | { readonly kept: true; readonly files: readonly { readonly path: string; readonly bytes: Uint8Array }[]; readonly what: string }
  | { readonly kept: false; readonly why: string }

/** Compiles as the loader does, runs the module so that its functions are compiled, and writes what V8 knows then. */
const producer = `
const { readFileSync, writeFileSync, writeSync } = require('node:fs')
const { Script } = require('node:vm')
const Module = require('node:module')
const [path, codePath, cachePath] = process.argv.slice(1)
const source = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(codePath, 'utf8') + '\\n})'
const options = { filename: path }
const end = (text) => { writeSync(3, text); process.exit(0) }
process.on('uncaughtException', (error) => end('!' + error.message))
const script = new Script(source, options)
const module_ = new Module(path)
module_.filename = path
module_.paths = Module._nodeModulePaths(require('node:path').dirname(path))
const own = Module.createRequire(path)
script.runInThisContext().call(module_.exports, module_.exports, own, module_, path, require('node:path').dirname(path))
const cache = script.createCachedData()
writeFileSync(cachePath, cache)
const again = new Script(source, { ...options, cachedData: cache })
end(again.cachedDataRejected === false ? 'accepted' : '!V8 refuses its own cache')
`

/**
 * Puts V8's compile cache beside a CommonJS file, and a loader in its place: the code moves to `NAME.HASH.code.cjs`.
 * The cache is used by the very Node that made it (V8 checks version and flags, the loader Node's version and
 * processor); any other compiles the code as usual. The names hold the code's digest, so a cache is never stale.
 * Runs the file. Kept only where the median of loading it is lower than without.
 */
export async function addCompileCache(path: string, options: CompileCacheOptions): Promise<CompileCacheOutcome> {
  const original = await readFile(path)
  const text = original.toString('utf8')
  // Node 20 loses the callback of import() in code that comes from a cache (ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING)
  if (options.dynamicImports > 0) return { kept: false, why: 'it uses import(), which code from a cache cannot' }
  const hashbang = /^#![^\n]*\n?/.exec(text)?.[0] ?? ''
  // the line stays, so that positions do
  const code = hashbang === '' ? original : Buffer.from(`//${text.slice(2)}`)
  const stem = `${basename(path).replace(/\.[cm]?js$/, '')}.${sha256(code).slice(0, 8)}`
  const codePath = join(dirname(path), `${stem}.code.cjs`)
  const cachePath = join(dirname(path), `${stem}.cache`)
  const undo = async (why: string): Promise<CompileCacheOutcome> => {
    await writeFile(path, original)
    await rm(codePath, { force: true })
    await rm(cachePath, { force: true })
    return { kept: false, why }
  }
  await writeFile(codePath, code)
  const made = await runNode(producer, [path, codePath, cachePath], dirname(path), options.signal)
  if (made !== 'accepted') return undo(`it cannot be run here: ${made.replace(/^!/, '') || 'it ended the process'}`)
  await writeFile(path, hashbang + loader(stem, options.exports))
  const outcomes = await measureLoads([{ path: codePath, kind: 'commonjs' }, { path, kind: 'commonjs' }], options)
  const [plain, cached] = outcomes.map((outcome) => ('time' in outcome ? outcome.time : undefined))
  if (plain === undefined || cached === undefined) return undo('it cannot be loaded from its cache')
  if (cached.median >= plain.median) {
    return undo(`it loads in ${formatLoadTime(cached)} with a compile cache, in ${formatLoadTime(plain)} without`)
  }
  return {
    kept: true,
    files: [
      { path: codePath, bytes: code },
      { path: cachePath, bytes: await readFile(cachePath) },
    ],
    what: `loads in ${formatLoadTime(cached)} with the compile cache of Node ${process.version}, in ${formatLoadTime(plain)} without; median of ${cached.runs} runs`,
  }
}

function loader(stem: string, exports: readonly string[]): string {
  const names = exports.filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
  return `'use strict'
const { readFileSync } = require('node:fs')
const source = readFileSync(__dirname + ${JSON.stringify(`/${stem}.code.cjs`)}, 'utf8')
let cachedData
if (process.version === ${JSON.stringify(process.version)} && process.arch === ${JSON.stringify(process.arch)}) {
  try { cachedData = readFileSync(__dirname + ${JSON.stringify(`/${stem}.cache`)}) } catch {}
}
if (cachedData === undefined) module._compile(source, __filename)
else {
  const { Script } = require('node:vm')
  const script = new Script('(function (exports, require, module, __filename, __dirname) {' + source + '\\n})', {
    filename: __filename, cachedData,
  })
  script.runInThisContext().call(exports, exports, require, module, __filename, __dirname)
}
${names.length === 0 ? '' : `0 && (module.exports = { ${names.join(', ')} })\n`}`
}
