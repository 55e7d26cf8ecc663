import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const start = 'shrink-tests-'

/**
 * All that a run of the tests, its compilers and the programs under test put into the temporary folder is below one
 * folder, which goes with the run: whatever fails, hangs or is killed. Those of runs that were killed themselves go too.
 */
export default function temporaryRoot(): () => void {
  const above = tmpdir()
  for (const name of readdirSync(above)) {
    if (name.startsWith(start) && !isAlive(Number(name.slice(start.length)))) removeOld(join(above, name))
  }
  const root = join(above, `${start}${process.pid}`)
  mkdirSync(root)
  process.env['TMPDIR'] = root
  return () => rmSync(root, { recursive: true, force: true })
}

function removeOld(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true })
  } catch {
    // Another user's: not ours to remove.
  }
}

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
