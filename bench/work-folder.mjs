import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folders = new Set()

/** A folder that is gone when the process ends, also when the benchmark fails or is interrupted. */
export function workFolder() {
  if (folders.size === 0) {
    process.on('exit', () => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })))
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
  }
  const folder = mkdtempSync(join(tmpdir(), 'shrink-bench-'))
  folders.add(folder)
  return folder
}
