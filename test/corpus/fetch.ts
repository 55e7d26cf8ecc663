import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { access, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import type { PinnedPackage } from './packages.ts'

const run = promisify(execFile)

/** Where fetched packages are kept between runs: `SHRINK_CORPUS`, or the user's cache folder. */
export const corpusRoot: string = process.env['SHRINK_CORPUS'] ?? join(homedir(), '.cache', 'shrink-corpus')

/**
 * The folder of a package's files (what npm unpacks as `package/`), fetched once with `npm pack` and checked against
 * its pinned digest before it is unpacked. No script of the package is run.
 */
export async function fetchPackage(pinned: PinnedPackage): Promise<string> {
  const folder = join(corpusRoot, `${pinned.name.replace('/', '+')}@${pinned.version}`)
  if (await exists(folder)) return folder
  await mkdir(corpusRoot, { recursive: true })
  const work = await mkdtemp(join(corpusRoot, '.fetch-'))
  try {
    await run('npm', ['pack', `${pinned.name}@${pinned.version}`, '--ignore-scripts', '--silent', '--pack-destination', work])
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'))
    if (tarball === undefined) throw new Error(`npm pack ${pinned.name}@${pinned.version} left no tarball`)
    const digest = `sha512-${await sha512(join(work, tarball))}`
    if (digest !== pinned.integrity) {
      throw new Error(`${pinned.name}@${pinned.version}: digest is ${digest}, pinned is ${pinned.integrity}`)
    }
    await mkdir(join(work, 'files'))
    await run('tar', ['-xzf', join(work, tarball), '-C', join(work, 'files'), '--strip-components=1', '--no-same-owner'])
    await rename(join(work, 'files'), folder).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error // another run was faster
    })
    return folder
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function sha512(path: string): Promise<string> {
  const hash = createHash('sha512')
  await pipeline(createReadStream(path), hash)
  return hash.digest('base64')
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
