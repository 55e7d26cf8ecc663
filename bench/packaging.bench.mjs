// Zip archives: bytes and time beside Info-ZIP's `zip -9` on the same files, in the same run.
import { execFileSync } from 'node:child_process'
import { copyFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileEntry } from '../dist/src/packaging/entry.js'
import { writeZip } from '../dist/src/packaging/zip.js'
import { workFolder } from './work-folder.mjs'

export const title = 'Packaging: zip'

const require = createRequire(import.meta.url)
const packageFile = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path)

/** Files that this repository's own dependencies bring: scripts and an executable. */
const inputs = [
  ['terser bundle.min.js', () => packageFile('terser', 'dist/bundle.min.js')],
  ['binaryen index.js', () => packageFile('binaryen', 'index.js')],
  ['esbuild (ELF)', () => packageFile(`@esbuild/linux-${process.arch}`, 'bin/esbuild')],
]

export async function bench() {
  const work = workFolder()
  const rows = []
  const notes = []
  try {
    for (const [name, find] of inputs) {
      const file = join(work, 'input')
      try {
        copyFileSync(find(), file)
      } catch {
        notes.push(`${name}: not installed here`)
        continue
      }
      const peer = timed(() => execFileSync('zip', ['-9qX', 'peer.zip', 'input'], { cwd: work }))
      const start = performance.now()
      const own = await writeZip([await fileEntry('input', file)], join(work, 'own.zip'), { level: 'balanced' })
      const time = performance.now() - start
      const peerSize = statSync(join(work, 'peer.zip')).size
      rows.push([name, statSync(file).size, peerSize, own.size, `${((own.size / peerSize - 1) * 100).toFixed(1)} %`, `${(time / peer).toFixed(1)}×`])
      rmSync(join(work, 'peer.zip'))
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return { columns: ['input', 'bytes', 'zip -9', 'shrink', 'difference', 'time, zip -9 = 1'], rows, notes }
}

function timed(run) {
  const start = performance.now()
  run()
  return performance.now() - start
}
