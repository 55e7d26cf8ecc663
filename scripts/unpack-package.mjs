import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The files of a published npm package in a folder that is there as long as the process is, its digest checked. No script of it is run. */
export async function unpackPackage(name, version, integrity, member = 'package') {
  const work = mkdtempSync(join(tmpdir(), 'unpack-'))
  process.on('exit', () => rmSync(work, { recursive: true, force: true }))
  execFileSync('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--pack-destination', work])
  const tarball = join(work, readdirSync(work).find((file) => file.endsWith('.tgz')))
  const digest = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
  if (digest !== integrity) throw new Error(`${name}@${version}: digest is ${digest}, pinned is ${integrity}`)
  execFileSync('tar', ['-xzf', tarball, '-C', work, member])
  return join(work, 'package')
}
