// Compiles src and plugins into dist. Every file of dist is replaced as a whole, and only if it changed: the command, its
// threads and tests may run from it meanwhile. With type errors, dist stays as it was.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')
const made = mkdtempSync(join(root, 'dist.new-'))
try {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noEmitOnError', '--outDir', made], { cwd: root, stdio: 'inherit' })
  const files = new Set(filesOf(made))
  for (const file of files) {
    const bytes = readFileSync(join(made, file))
    if (contentOf(join(dist, file))?.equals(bytes)) continue
    mkdirSync(dirname(join(dist, file)), { recursive: true })
    renameSync(join(made, file), join(dist, file))
  }
  for (const file of filesOf(dist)) if (!files.has(file)) rmSync(join(dist, file))
} catch (error) {
  if (typeof error.status !== 'number') throw error
  process.exitCode = error.status // the compiler has said what is wrong
} finally {
  rmSync(made, { recursive: true, force: true })
}

function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
}

function contentOf(file) {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}
