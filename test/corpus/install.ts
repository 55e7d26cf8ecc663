import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { corpusRoot } from './fetch.ts'

const run = promisify(execFile)

/** A copy of an application of the fixtures with its locked dependencies installed (no scripts run), made once per lockfile. */
export async function installApplication(fixture: string): Promise<string> {
  const lock = await readFile(join(fixture, 'package-lock.json'))
  const folder = join(corpusRoot, `${basename(fixture)}-${createHash('sha256').update(lock).digest('hex').slice(0, 12)}`)
  const there = await access(join(folder, 'node_modules')).then(() => true, () => false)
  if (!there) {
    await mkdir(corpusRoot, { recursive: true })
    const work = await mkdtemp(join(corpusRoot, '.fetch-'))
    try {
      for (const name of ['package.json', 'package-lock.json']) await cp(join(fixture, name), join(work, name))
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: work })
      await rename(work, folder).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another run was faster
      })
    } finally {
      await rm(work, { recursive: true, force: true })
    }
  }
  await cp(join(fixture, 'src'), join(folder, 'src'), { recursive: true })
  return folder
}
