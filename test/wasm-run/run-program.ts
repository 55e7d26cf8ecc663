import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { encodeInlineWasm, findInlineWasm } from '../../src/bytes/base64-wasm.ts'
import { fetchPackage } from '../corpus/fetch.ts'
import type { PinnedPackage } from '../corpus/packages.ts'
import type { CorpusModule } from '../corpus/wasm.ts'

const execute = promisify(execFile)
const script = fileURLToPath(new URL('programs.mjs', import.meta.url))

/** What packages need beside them to run. */
const companions: Readonly<Record<string, readonly PinnedPackage[]>> = {
  quickjs: [
    {
      name: 'quickjs-emscripten-core',
      version: '0.32.0',
      integrity: 'sha512-QFnPfjFey8EqknSrSxe1hZrf1/8z7/6s1QzGOmKo6++02r7QRRX7ZoyNaZh7JuVjWsVW87KnQrbZqnHkOAzUyg==',
    },
    {
      name: '@jitl/quickjs-ffi-types',
      version: '0.32.0',
      integrity: 'sha512-v9T+GQpmk43VDJ7d72sf0Nexhk+ArvtUihW27dy7lqAl0zBObFKtSBBIm5RBjwIhE8VwsPPm9PNuvPvNqLWUEg==',
    },
  ],
  'tree-sitter': [
    {
      name: 'tree-sitter-rust',
      version: '0.24.0',
      integrity: 'sha512-NWemUDf629Tfc90Y0Z55zuwPCAHkLxWnMf2RznYu4iBkkrQl2o/CHGB7Cr52TyN5F1DAx8FmUnDtCy9iUkXZEQ==',
    },
  ],
  'tree-sitter-dbg': [
    {
      name: 'tree-sitter-rust',
      version: '0.24.0',
      integrity: 'sha512-NWemUDf629Tfc90Y0Z55zuwPCAHkLxWnMf2RznYu4iBkkrQl2o/CHGB7Cr52TyN5F1DAx8FmUnDtCy9iUkXZEQ==',
    },
  ],
  'tree-sitter-rust': [
    {
      name: 'web-tree-sitter',
      version: '0.27.1',
      integrity: 'sha512-qtx0VyUyNRHtL3ze7+v0hCKB/sLcAmY7ZAVp/ZK/bCj0yED8ptvNrr7Vd7DwDyKDWN9baqcUx4uaD2r2ql+6IA==',
    },
  ],
}

/** The corpus modules that have a program. */
export async function programIds(): Promise<ReadonlySet<string>> {
  const { stdout } = await execute(process.execPath, [script, '--list'])
  return new Set(stdout.trim().split(' '))
}

/** Runs the program of a package with `bytes` in the place of its module; returns a digest of what it observed. */
export async function runProgram(module: CorpusModule, bytes: Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shrink-run-'))
  try {
    await cp(await fetchPackage(module.package), folder, { recursive: true })
    for (const companion of companions[module.id] ?? []) {
      const link = join(folder, 'node_modules', companion.name)
      await mkdir(dirname(link), { recursive: true })
      await symlink(await fetchPackage(companion), link)
    }
    await replaceModule(join(folder, module.path), module, bytes)
    // The companions are found beside the package, not beside where their links lead.
    const { stdout } = await execute(process.execPath, ['--preserve-symlinks', script, module.id, folder], { timeout: 120_000 })
    return stdout.trim()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function replaceModule(path: string, module: CorpusModule, bytes: Uint8Array): Promise<void> {
  if (module.inline === undefined) return writeFile(path, bytes)
  const text = await readFile(path, 'utf8')
  const [inline] = findInlineWasm(text).sort((a, b) => b.bytes.length - a.bytes.length)
  return writeFile(path, text.slice(0, inline!.start) + encodeInlineWasm(bytes, inline!.encoding) + text.slice(inline!.end))
}
