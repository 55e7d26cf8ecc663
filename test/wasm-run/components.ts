import { execFile, spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { elfPackage } from '../corpus/elf.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import type { PinnedPackage } from '../corpus/packages.ts'
import { wasmCorpus } from '../corpus/wasm.ts'
import { repository } from '../support/run-cli.ts'

const execute = promisify(execFile)
const script = fileURLToPath(new URL('component.mjs', import.meta.url))
const programs = join(repository, 'fixtures/wasm/programs')

/** What makes, checks and runs components: wasm-tools and the transpiler of jco, its WASI, and a compiler of JavaScript. */
const packages: readonly PinnedPackage[] = [
  wasmCorpus.find(({ package: { name } }) => name === '@bytecodealliance/jco-transpile')!.package,
  {
    name: '@bytecodealliance/preview2-shim',
    version: '0.26.0',
    integrity: 'sha512-oYekIJYroM1yJygziKpuMGmL2XDKZ4XspkdxfKCQqF/E0tVkCxyRRT+gFP0dFzhrSL8oh6obRCv84bBf1sYmAA==',
  },
  {
    name: '@bytecodealliance/jco-node-fs',
    version: '0.3.2',
    integrity: 'sha512-yxvqQreNcOQdMsEKZomkSqThtkxrAz3f1Cmy8BsV0UHi9saa2/D1KDB14IAXPYwDq/maS6lCzS+MuMQx6QkUgA==',
  },
  {
    name: 'componentize-qjs',
    version: '0.4.5',
    integrity: 'sha512-/Brt+/Ps7DQ1mYuUsDISTQTFSaZfCSoRHkHnh9Dm5WHCO6arc/vzVdD8TXssfyNex2Iv3UR8NHdahsqABPDh0w==',
  },
  {
    name: '@andreiltd/componentize-qjs-binding-linux-x64-gnu',
    version: '0.4.5',
    integrity: 'sha512-Xec4O4sy/xHlhPPhf7GAV41D+AT7f9vxxjBpE7lUIElZNhX/kc+Ty6AQG50xbHsT5Mi4XQvSmtJJqhnB6xi8Vw==',
  },
]

/** A folder with the tools; gone with `close`. */
export interface ComponentTools {
  /** A component of a WASI preview 1 program. */
  fromCommand(module: Uint8Array): Promise<Uint8Array>
  /** A component of a module that implements the world of library.wit. */
  fromLibrary(module: Uint8Array): Promise<Uint8Array>
  /** A component of library.component.js. */
  fromScript(): Promise<Uint8Array>
  /** Its world, as WIT. @throws when wasm-tools finds the component invalid */
  wit(component: Uint8Array): Promise<string>
  /** Transpiles and runs it; what it printed, and how it ended. */
  run(component: Uint8Array, how: 'command' | 'library', engine?: 'node' | 'bun', args?: readonly string[]): Promise<string>
  close(): Promise<void>
}

export async function openComponentTools(): Promise<ComponentTools> {
  const cwd = await mkdtemp(join(tmpdir(), 'shrink-component-'))
  for (const pinned of packages) {
    const into = join(cwd, 'node_modules', pinned.name)
    await mkdir(into, { recursive: true })
    await cp(await fetchPackage(pinned), into, { recursive: true })
  }
  const jco = await fetchPackage(wasmCorpus.find(({ package: { name } }) => name === '@bytecodealliance/jco')!.package)
  const bun = join(await fetchPackage(elfPackage('@oven/bun-linux-x64')), 'bin/bun')
  const input = join(cwd, 'input.wasm')
  const made = async (verb: string, source: string, ...more: string[]): Promise<Uint8Array> => {
    const out = join(cwd, 'component.wasm')
    await execute(process.execPath, [script, verb, source, out, ...more], { cwd })
    return new Uint8Array(await readFile(out))
  }
  return {
    async fromCommand(module) {
      await writeFile(input, module)
      return made('new', input, join(jco, 'lib/wasi_snapshot_preview1.command.wasm'))
    },
    async fromLibrary(module) {
      await writeFile(input, module)
      return made('embed', input, join(programs, 'library.wit'))
    },
    fromScript: () => made('script', join(programs, 'library.component.js'), join(programs, 'library.wit')),
    async wit(component) {
      await writeFile(input, component)
      return (await execute(process.execPath, [script, 'wit', input], { cwd })).stdout
    },
    async run(component, how, engine = 'node', args = []) {
      await writeFile(input, component)
      const { stdout, stderr, status } = spawnSync(engine === 'bun' ? bun : process.execPath, [script, how, input, ...args], { cwd, encoding: 'utf8' })
      return `${stdout}${stderr}ended with ${status}`
    },
    close: () => rm(cwd, { recursive: true, force: true }),
  }
}
