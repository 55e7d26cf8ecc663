import { execFile, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Level } from '../../src/core/transform.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import type { PinnedPackage } from '../corpus/packages.ts'
import { repository } from '../support/run-cli.ts'

const execute = promisify(execFile)
const script = fileURLToPath(new URL('run-own.mjs', import.meta.url))
const sources = join(repository, 'fixtures/wasm/programs')

/** A module built from source by a toolchain of this machine. */
export interface OwnBuild {
  readonly id: string
  /** Files that are there when the toolchain is. */
  readonly needs: readonly string[]
  readonly host: 'wasi' | 'go' | 'assemblyscript'
  readonly args: readonly string[]
  /** All, when left out. */
  readonly levels?: readonly Level[]
  /** Builds `report.wasm` in the folder. */
  build(folder: string): Promise<unknown>
}

const wasiLibc = '/usr/lib/wasm32-wasi/libc.a'
const goWasmExec = '/usr/share/go-1.19/misc/wasm/wasm_exec.js'
/** Debian's, which has a standard library for wasm32-wasi. */
const rustc = '/usr/bin/rustc'

const clang = (program: string, source: string, ...flags: string[]) => (folder: string) =>
  execute(program, ['--target=wasm32-wasi', ...flags, '-o', join(folder, 'report.wasm'), join(sources, source)])
const rust = (...flags: string[]) => (folder: string) =>
  execute(rustc, ['--target', 'wasm32-wasi', '--edition', '2021', ...flags, '-o', join(folder, 'report.wasm'), join(sources, 'report.rs')])

const ofC = { needs: ['/usr/bin/clang', '/usr/bin/wasm-ld', wasiLibc], host: 'wasi', args: ['500', 'ä', 'two words'] } as const
const ofRust = { needs: [rustc, '/usr/lib/rustlib/wasm32-wasi'], host: 'wasi', args: ['b', 'ä', 'a'] } as const

export const ownBuilds: readonly OwnBuild[] = [
  { id: 'C -O2', ...ofC, build: clang('clang', 'report.c', '-O2') },
  { id: 'C -O0 -g', ...ofC, build: clang('clang', 'report.c', '-O0', '-g') },
  { id: 'C -Os with newer features', ...ofC, levels: ['fast'], build: clang('clang', 'report.c', '-Os', '-msign-ext', '-mbulk-memory', '-mnontrapping-fptoint') },
  {
    id: 'C++ -O2 -g',
    ...ofC,
    needs: [...ofC.needs, '/usr/lib/wasm32-wasi/libc++abi.a'],
    build: clang('clang++', 'report.cpp', '-std=c++17', '-fno-exceptions', '-O2', '-g'),
  },
  { id: 'Rust -O', ...ofRust, build: rust('-O') },
  { id: 'Rust with newer features', ...ofRust, levels: ['fast'], build: rust('-O', '-C', 'target-feature=+sign-ext,+nontrapping-fptoint,+bulk-memory') },
  {
    id: 'Go',
    needs: ['/usr/bin/go', goWasmExec],
    host: 'go',
    args: ['a', 'ä'],
    build: (folder) =>
      execute('go', ['build', '-trimpath', '-o', join(folder, 'report.wasm'), join(sources, 'report.go')], {
        env: { ...process.env, GOOS: 'js', GOARCH: 'wasm', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' },
      }),
  },
  { id: 'AssemblyScript', needs: [], host: 'assemblyscript', args: ['400', '5000'], build: assemblyScript },
]

export function missingTool({ needs }: OwnBuild): string | undefined {
  return needs.find((path) => !existsSync(path))
}

/** `use` gets the module and a way to run it, or another in its place; the folder is gone afterwards. */
export async function withOwnBuild(
  build: OwnBuild,
  use: (bytes: Uint8Array, run: (bytes: Uint8Array) => Promise<Observed>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-own-'))
  try {
    await build.build(folder)
    const path = join(folder, 'report.wasm')
    const run = async (bytes: Uint8Array): Promise<Observed> => {
      await writeFile(path, bytes)
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--no-warnings', script, build.host, path, ...build.args], {
        encoding: 'utf8',
        env: { ...process.env, GO_WASM_EXEC: goWasmExec },
        timeout: 60_000,
      })
      return { stdout, stderr, status }
    }
    await use(new Uint8Array(await readFile(path)), run)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface Observed {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

const compiler: readonly PinnedPackage[] = [
  {
    name: 'assemblyscript',
    version: '0.28.20',
    integrity: 'sha512-5PM7GZpvcLypHcLmi30aP8mqm5HjU+LL3BdV1xDyA3USGtL2w+iMiUnhtH+vW8+2kOuHlAyPu7M+QgyEw5he1g==',
  },
  {
    name: 'long',
    version: '5.3.2',
    integrity: 'sha512-mNAgZ1GmyNhD7AuqnTG3/VQ26o760+ZYBPKjPvugO8+nLbYfX6TVpJPseBvopbdY+qpZ/lKUnmEc1LeZYS3QAA==',
  },
]

/** The compiler beside what it needs: of Binaryen the one that is installed here, to which it is compatible. */
async function assemblyScript(folder: string): Promise<void> {
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  for (const pinned of compiler) await cp(await fetchPackage(pinned), join(modules, pinned.name), { recursive: true })
  await symlink(dirname(fileURLToPath(import.meta.resolve('binaryen'))), join(modules, 'binaryen'))
  await cp(join(sources, 'report.as.ts'), join(folder, 'report.ts'))
  await execute(process.execPath, [join(modules, 'assemblyscript/bin/asc.js'), 'report.ts', '-o', 'report.wasm', '--bindings', 'esm', '-O2'], { cwd: folder })
}
